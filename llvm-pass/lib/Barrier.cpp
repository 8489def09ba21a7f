//===- Barrier.cpp - Calls that no suspension crosses ---------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A part of weft-markers. A call with "weft.barrier" becomes
//
//     %b = call { ptr, ptr } @weft.barrier.enter(ptr @site)
//     the call
//     call void @weft.barrier.leave(%b)         also where it unwinds
//
// before any optimization: an attribute would be lost when the call is inlined,
// and the unwind edge has to be there before anybody takes it that there is
// none. @site is a table of handlers that lists nothing (struct weft_barrier of
// abi/lowered.h) and knows its function and line.
//
// A landing pad that only catches is not entered for an exception of another
// type, so the pad gets a clean-up, after which such an exception goes on.
//
//===----------------------------------------------------------------------===//

#include "Barrier.h"
#include "CallRewrite.h"
#include "MarkerCall.h"
#include "SuspendInfo.h"
#include "UnwindEdge.h"
#include "weft/lowered.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/EHPersonalities.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;
using namespace weft;

bool weft::isBarrier(const CallBase &Call) {
  return Call.getAttributes().hasFnAttr(BarrierAttribute);
}

std::string weft::whyNoBarrier(const CallBase &Call) {
  if (isa<CallBrInst>(Call))
    return "a callbr cannot be a barrier";
  if (Call.isMustTailCall())
    return "a musttail call cannot be a barrier: nothing is left of its caller to end it";
  const Function *F = Call.getFunction();
  if (F->hasPersonalityFn() && isScopedEHPersonality(classifyEHPersonality(F->getPersonalityFn())))
    return "a barrier needs a function with landing pads";
  if (const Function *Callee = calledFunction(Call))
    if (auto Name = parseMarkerName(Callee->getName());
        Name && Name->Op != MarkerOp::Resume && Name->Op != MarkerOp::ResumeThrow)
      return ("a call of " + nameOf(Name->Op) + " cannot be a barrier").str();
  return {};
}

namespace {

class Bracket {
public:
  explicit Bracket(Module &M)
      : M(M), Context(M.getContext()), Ptr(PointerType::getUnqual(Context)),
        I32(Type::getInt32Ty(Context)) {}

  /// \p File and \p Line are used if the call has no debug location.
  void around(CallBase &Call, Constant *File, Constant *Line);

private:
  Constant *site(CallBase &Call, Constant *File, Constant *Line);
  Constant *text(StringRef Text);
  void leave(Value *Entered, IRBuilder<> &B);
  void leaveAtUnwinding(InvokeInst &Invoke, Value *Entered);

  Module &M;
  LLVMContext &Context;
  Type *Ptr, *I32;
};

Constant *Bracket::text(StringRef Text) {
  Constant *Chars = ConstantDataArray::getString(Context, Text);
  auto *GV = new GlobalVariable(M, Chars->getType(), true, GlobalValue::PrivateLinkage, Chars,
                                "weft_barrier.text");
  GV->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  GV->setAlignment(Align(1));
  return GV;
}

Constant *Bracket::site(CallBase &Call, Constant *File, Constant *Line) {
  const Function &F = *Call.getFunction();
  std::string Name = demangle(F.getName());
  if (const DISubprogram *SP = F.getSubprogram(); SP && !SP->getName().empty())
    Name = SP->getName().str();
  if (const DILocation *At = Call.getDebugLoc(); At && At->getLine()) {
    File = text(At->getFilename());
    Line = ConstantInt::get(I32, At->getLine());
  }
  auto Word = [&](uint64_t N) { return ConstantInt::get(I32, N); };
  Constant *Fields[] = {
      Word(0), // struct weft_barrier: count, flags, one entry that nothing matches
      Word(WEFT_HANDLERS_BARRIER),
      ConstantPointerNull::get(cast<PointerType>(Ptr)),
      Word(~0u),
      Word(0),
      text(Name),
      File ? File : ConstantPointerNull::get(cast<PointerType>(Ptr)),
      Line ? Line : Word(0),
      Word(0)};
  Constant *Init = ConstantStruct::getAnon(Fields);
  return new GlobalVariable(M, Init->getType(), true, GlobalValue::PrivateLinkage, Init,
                            "weft_barrier.site");
}

void Bracket::leave(Value *Entered, IRBuilder<> &B) {
  FunctionCallee Leave = M.getOrInsertFunction("weft.barrier.leave",
                                               FunctionType::get(B.getVoidTy(), {Ptr, Ptr}, false));
  B.CreateCall(Leave, {B.CreateExtractValue(Entered, 0), B.CreateExtractValue(Entered, 1)})
      ->setDoesNotThrow();
}

void Bracket::leaveAtUnwinding(InvokeInst &Invoke, Value *Entered) {
  // A copy of the pad for this edge alone; the old block goes on from all copies.
  SmallVector<BasicBlock *, 2> Copies;
  SplitLandingPadPredecessors(Invoke.getUnwindDest(), {Invoke.getParent()}, ".barrier", ".other",
                              Copies);
  LandingPadInst *Pad = Invoke.getLandingPadInst();
  Instruction *End = Pad->getParent()->getTerminator();
  IRBuilder<> B(End);
  B.SetCurrentDebugLocation(Invoke.getDebugLoc());
  leave(Entered, B);
  if (Pad->isCleanup())
    return;
  Pad->setCleanup(true);
  auto *Ty = dyn_cast<StructType>(Pad->getType());
  if (!Ty || Ty->getNumElements() != 2 || !Ty->getElementType(1)->isIntegerTy(32))
    return;
  BasicBlock *Uncaught = BasicBlock::Create(Context, "weft.uncaught", Invoke.getFunction());
  Value *Caught = B.CreateICmpNE(B.CreateExtractValue(Pad, 1), B.getInt32(0));
  B.CreateCondBr(Caught, End->getSuccessor(0), Uncaught);
  End->eraseFromParent();
  B.SetInsertPoint(Uncaught);
  B.CreateResume(Pad);
}

bool mayThrow(const CallBase &Call) {
  if (Call.doesNotThrow())
    return false;
  if (auto *Asm = dyn_cast<InlineAsm>(Call.getCalledOperand()))
    return Asm->canThrow();
  return true;
}

void Bracket::around(CallBase &Call, Constant *File, Constant *Line) {
  Function &F = *Call.getFunction();
  Call.removeFnAttr(BarrierAttribute);
  Call.addFnAttr(Attribute::get(Context, BarredAttribute));
  IRBuilder<> B(&Call);
  FunctionCallee Enter = M.getOrInsertFunction(
      "weft.barrier.enter", FunctionType::get(StructType::get(Context, {Ptr, Ptr}), {Ptr}, false));
  CallInst *Entered = B.CreateCall(Enter, site(Call, File, Line));
  Entered->setDoesNotThrow();

  if (auto *Plain = dyn_cast<CallInst>(&Call)) {
    Plain->setTailCall(false);
    if (!mayThrow(*Plain)) {
      B.SetInsertPoint(Plain->getNextNode());
      leave(Entered, B);
      return;
    }
    if (!F.hasPersonalityFn())
      F.setPersonalityFn(personalityFor(M));
    // C is compiled as if nothing ever threw; this function passes on what does.
    F.removeFnAttr(Attribute::NoUnwind);
    BasicBlock *Unwound = BasicBlock::Create(Context, "weft.unwound", &F);
    IRBuilder<> U(Unwound);
    LandingPadInst *Pad =
        U.CreateLandingPad(StructType::get(Context, {Ptr, I32}), 0, "weft.exception");
    Pad->setCleanup(true);
    U.SetCurrentDebugLocation(Call.getDebugLoc());
    leave(Entered, U);
    U.CreateResume(Pad);
    BasicBlock *Left = changeToInvokeAndSplitBasicBlock(Plain, Unwound);
    B.SetInsertPoint(Left, Left->getFirstInsertionPt());
    leave(Entered, B);
    return;
  }
  auto &Invoke = cast<InvokeInst>(Call);
  BasicBlock *To = Invoke.getNormalDest();
  BasicBlock *Left = BasicBlock::Create(Context, "weft.left", &F, To);
  B.SetInsertPoint(Left);
  B.SetCurrentDebugLocation(Call.getDebugLoc());
  leave(Entered, B);
  B.CreateBr(To);
  To->replacePhiUsesWith(Invoke.getParent(), Left);
  Invoke.setNormalDest(Left);
  leaveAtUnwinding(Invoke, Entered);
}

} // namespace

static bool isCallee(const Use &U) {
  auto *By = dyn_cast<CallBase>(U.getUser());
  return By && By->isCallee(&U);
}

/// clang's checks of indirect calls (-fsanitize=function, cfi-icall) look at the
/// function as well; it says which instructions are theirs.
static bool isSanitizers(const Use &U) {
  auto *By = dyn_cast<Instruction>(U.getUser());
  return By && By->hasMetadata(LLVMContext::MD_nosanitize);
}

bool weft::bracketBarriers(Module &M, bool &CallsClaim) {
  struct Site {
    CallBase *Call;
    Constant *File, *Line;
  };
  SmallVector<Site, 8> Sites;
  SmallVector<CallBase *, 8> Spent;
  for (Function &F : M)
    for (Instruction &I : instructions(F)) {
      auto *Call = dyn_cast<CallBase>(&I);
      if (!Call)
        continue;
      CallsClaim |= claimsNoSuspend(*Call);
      if (isBarrier(*Call) && whyNoBarrier(*Call).empty())
        Sites.push_back({Call, nullptr, nullptr});
      // WEFT_BARRIER(f)(...): a call of what the marker gives for f.
      Function *Callee = calledFunction(*Call);
      auto Name = Callee ? parseMarkerName(Callee->getName()) : std::nullopt;
      std::string Why;
      if (!Name || Name->Op != MarkerOp::Barrier || !MarkerCall::parse(*Call, *Name, Why) ||
          !all_of(Call->uses(), [](const Use &U) {
            return isCallee(U) ? whyNoBarrier(*cast<CallBase>(U.getUser())).empty()
                               : isSanitizers(U);
          }))
        continue;
      for (Use &U : Call->uses())
        if (isCallee(U))
          Sites.push_back({cast<CallBase>(U.getUser()), dyn_cast<Constant>(Call->getArgOperand(1)),
                           dyn_cast<Constant>(Call->getArgOperand(2))});
      Spent.push_back(Call);
    }
  for (CallBase *Call : Spent) {
    Call->replaceAllUsesWith(Call->getArgOperand(0));
    removeCall(*Call);
  }
  Bracket Make(M);
  for (const Site &S : Sites)
    Make.around(*S.Call, S.File, S.Line);
  return !Sites.empty() || !Spent.empty();
}

void weft::bracketCalls(Module &M, ArrayRef<CallBase *> Calls) {
  Bracket Make(M);
  for (CallBase *Call : Calls)
    Make.around(*Call, nullptr, nullptr);
}
