//===- Lower.cpp - weft-lower: markers to switch code ---------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A resume or switch becomes: check of the handle, one-shot consumption, and the
// switch as inline asm at the very place.
//
//     cb = weft_slots + (k & slot mask)
//     if (cb->handle != k)           cold: weft_trap(CONT-01, k), which may throw
//     cb->handle += 1 << slot bits   on overflow, cold: cb = weft_rt_cont_renew(cb)
//     asm
//
// Nothing is changed before the check has passed, so a trap that throws leaves
// everything as it was. A suspend is the asm alone.
//
// Functions that contain a switch get a frame pointer and unwind tables: the
// text's CFI finds the frame by rbp. All functions of the module get unwind
// tables, since exceptions and backtraces go through them, and since a switch
// may be inlined into any of them by link-time optimization; there, too, the
// frame address is an operand of the asm, which makes for a frame pointer
// wherever the asm ends up. And all functions probe their big frames, else one
// could step over the guard of a stack that is used up.
//
// Instrumented functions call the out-of-line forms instead, which tell the
// sanitizer of the switch. In the portable port no target's registers or
// instructions are in what is emitted: switches are calls of the runtime that end
// in a jump (JumpingCall.h). The handle is checked there, and a barrier is two calls.
//
//===----------------------------------------------------------------------===//

#include "CallRewrite.h"
#include "ComputeBefore.h"
#include "Diagnostics.h"
#include "JumpingCall.h"
#include "Landing.h"
#include "LoweredModule.h"
#include "MarkerCall.h"
#include "Markers.h"
#include "ReturnByJump.h"
#include "SuspendInfo.h"
#include "Target.h"
#include "Thunk.h"
#include "UnwindEdge.h"
#include "X86_64Switch.h"
#include "weft/Passes.h"
#include "weft/lowered.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;
using namespace weft;

namespace {

class Lowering {
public:
  Lowering(Module &M, bool BeforeLink, bool Portable)
      : M(M), Context(M.getContext()), BeforeLink(BeforeLink), Portable(Portable),
        Tracked(M.getModuleFlag("cf-protection-branch") != nullptr),
        Ptr(PointerType::getUnqual(Context)), I64(Type::getInt64Ty(Context)),
        I32(Type::getInt32Ty(Context)), Double(Type::getDoubleTy(Context)) {}

  bool run();

private:
  void lower(MarkerCall &Call);
  void lowerReturn(MarkerCall &Call);
  void lowerInline(MarkerCall &Call);
  Value *payloadInMemory(MarkerCall &Call, IRBuilder<> &B);
  void lowerOutOfLine(MarkerCall &Call);
  void lowerJumping(MarkerCall &Call);
  SmallVector<Value *, 12> received(MarkerCall &Call, Value *Lanes, IRBuilder<> &B);
  void lowerEnter(MarkerCall &Call);

  Value *consume(MarkerCall &Call);
  void trapAt(BasicBlock *Cold, MarkerCall &Call);
  void putPayload(MarkerCall &Call, X86_64Switch &Switch, IRBuilder<> &B);
  Value *widen(Value *V, IRBuilder<> &B);
  Value *narrow(Value *V, Type *To, IRBuilder<> &B);
  Value *resultOf(MarkerCall &Call, ArrayRef<Value *> Head, ArrayRef<Value *> Payload,
                  IRBuilder<> &B);
  FunctionCallee runtime(StringRef Name, Type *Result, ArrayRef<Type *> Params);

  Module &M;
  LLVMContext &Context;
  bool BeforeLink;
  bool Portable;
  bool Tracked; // indirect branches, by CET
  Type *Ptr, *I64, *I32, *Double;
  Landings Unwinding;
};

FunctionCallee Lowering::runtime(StringRef Name, Type *Result, ArrayRef<Type *> Params) {
  return M.getOrInsertFunction(Name, FunctionType::get(Result, Params, false));
}

//===----------------------------------------------------------------------===//
// Payloads: registers are 64 bits of integer or a double
//===----------------------------------------------------------------------===//

Value *Lowering::widen(Value *V, IRBuilder<> &B) {
  if (isFloatLane(V->getType()))
    return B.CreateFPExt(V, Double);
  return V->getType()->isPointerTy() ? V : B.CreateZExt(V, I64);
}

Value *Lowering::narrow(Value *V, Type *To, IRBuilder<> &B) {
  if (isFloatLane(To))
    return B.CreateFPTrunc(V, To);
  return To->isPointerTy() ? V : B.CreateTrunc(V, To);
}

/// The marker's result from what came: \p Head is a resume's which and next.
Value *Lowering::resultOf(MarkerCall &Call, ArrayRef<Value *> Head, ArrayRef<Value *> Payload,
                          IRBuilder<> &B) {
  SmallVector<Value *, 16> Fields(Head);
  for (auto [V, Ty] : zip_equal(Payload, Call.Received))
    Fields.push_back(narrow(V, Ty, B));
  Type *Ty = Call.Call->getType();
  if (Ty->isVoidTy())
    return nullptr;
  if (!Ty->isStructTy())
    return Fields[0];
  Value *Result = PoisonValue::get(Ty);
  for (auto [I, V] : enumerate(Fields))
    Result = B.CreateInsertValue(Result, V, I);
  return Result;
}

/// The type in which a lane is taken out of its register.
static Type *laneType(Type *Ty) {
  LLVMContext &Context = Ty->getContext();
  if (isFloatLane(Ty))
    return Type::getDoubleTy(Context);
  return Ty->isPointerTy() ? Ty : Type::getInt64Ty(Context);
}

//===----------------------------------------------------------------------===//
// The handle
//===----------------------------------------------------------------------===//

/// Fills \p Cold with the trap. An invoked marker's trap has its unwind edge.
void Lowering::trapAt(BasicBlock *Cold, MarkerCall &Call) {
  CallBase &Marker = *Call.Call;
  IRBuilder<> B(Cold);
  B.SetCurrentDebugLocation(Marker.getDebugLoc());
  FunctionCallee Trap = runtime("weft_trap", B.getVoidTy(), {I32, I64, Ptr});
  Value *Args[] = {B.getInt32(WEFT_RULE_CONSUMED), Call.handle(),
                   Call.Op == MarkerOp::Switch ? Call.tag()
                                               : ConstantPointerNull::get(B.getPtrTy())};
  CallBase *TrapCall;
  if (auto *Invoke = dyn_cast<InvokeInst>(&Marker)) {
    BasicBlock *Never = BasicBlock::Create(Context, "weft.never", Marker.getFunction());
    new UnreachableInst(Context, Never);
    BasicBlock *Pad = Invoke->getUnwindDest();
    TrapCall = B.CreateInvoke(Trap, Never, Pad, Args);
    for (PHINode &Phi : Pad->phis())
      Phi.addIncoming(Phi.getIncomingValueForBlock(Marker.getParent()), Cold);
  } else {
    TrapCall = B.CreateCall(Trap, Args);
    B.CreateUnreachable();
  }
  TrapCall->addFnAttr(Attribute::NoReturn);
  TrapCall->addFnAttr(Attribute::Cold);
}

/// Checks the handle and moves it on; returns its block. The marker ends up in
/// a later basic block.
Value *Lowering::consume(MarkerCall &Call) {
  CallBase &Marker = *Call.Call;
  Function *F = Marker.getFunction();
  IRBuilder<> B(&Marker);
  MDNode *Likely = MDBuilder(Context).createBranchWeights((1U << 20) - 1, 1);
  MDNode *Unlikely = MDBuilder(Context).createBranchWeights(1, (1U << 20) - 1);

  Value *Slots = B.CreateLoad(Ptr, M.getOrInsertGlobal("weft_slots", Ptr));
  Value *Slot = B.CreateAnd(Call.handle(), WEFT_SLOT_MASK);
  Value *Block =
      B.CreateInBoundsGEP(B.getInt8Ty(), Slots, B.CreateShl(Slot, WEFT_CB_SHIFT, "", true, true));
  Value *Current = B.CreateLoad(I64, Block);
  Value *Fresh = B.CreateICmpEQ(Current, Call.handle());

  BasicBlock *Head = Marker.getParent();
  BasicBlock *Valid = Head->splitBasicBlock(&Marker, "weft.valid");
  BasicBlock *Trap = BasicBlock::Create(Context, "weft.consumed", F);
  trapAt(Trap, Call);
  Head->getTerminator()->eraseFromParent();
  B.SetInsertPoint(Head);
  B.CreateCondBr(Fresh, Valid, Trap, Likely);

  B.SetInsertPoint(&Marker);
  // Not `Current`, which is the same: its load can then be a part of the compare.
  Value *Next = B.CreateBinaryIntrinsic(Intrinsic::uadd_with_overflow, Call.handle(),
                                        B.getInt64(WEFT_GENERATION_ONE));
  B.CreateStore(B.CreateExtractValue(Next, 0), Block);
  Value *UsedUp = B.CreateExtractValue(Next, 1);
  BasicBlock *Go = Valid->splitBasicBlock(&Marker, "weft.go");
  BasicBlock *Renew = BasicBlock::Create(Context, "weft.renew", F);
  Valid->getTerminator()->eraseFromParent();
  B.SetInsertPoint(Valid);
  B.CreateCondBr(UsedUp, Renew, Go, Unlikely);
  B.SetInsertPoint(Renew);
  CallInst *Moved = B.CreateCall(runtime("weft_rt_cont_renew", Ptr, {Ptr}), Block);
  Moved->addFnAttr(Attribute::Cold);
  Moved->setDoesNotThrow();
  B.CreateBr(Go);

  B.SetInsertPoint(&Marker);
  PHINode *Result = B.CreatePHI(Ptr, 2);
  Result->addIncoming(Block, Valid);
  Result->addIncoming(Moved, Renew);
  return Result;
}

//===----------------------------------------------------------------------===//
// The switch
//===----------------------------------------------------------------------===//

void Lowering::putPayload(MarkerCall &Call, X86_64Switch &Switch, IRBuilder<> &B) {
  unsigned Ints = 0, Floats = 0;
  for (Value *V : drop_begin(Call.Call->args(), Call.FirstPayload))
    Switch.in(isFloatLane(V->getType()) ? X86_64Switch::floatRegister(Floats++)
                                        : X86_64Switch::intRegister(Ints++),
              widen(V, B));
}

/// The WEFT_SENT_ values of a resume or switch.
static unsigned sentBy(const MarkerCall &Call) {
  PayloadCounts N = countPayload(Call.Sent);
  bool IsSwitch = Call.Op == MarkerOp::Switch;
  if (Call.Call->hasFnAttr(
          SendsAllAttribute)) // but for a switch's integers, which have to be known
    N = {IsSwitch ? N.Ints : 0, 0};
  return N.Ints + IsSwitch + N.Floats * WEFT_SENT_FLOATS + IsSwitch * WEFT_SENT_BY_SWITCH;
}

void Lowering::lowerInline(MarkerCall &Call) {
  CallBase &Old = *Call.Call;
  Function *F = Old.getFunction();
  computeBefore(Old);
  X86_64Switch Switch;
  using Kind = X86_64Switch::Text;
  Kind Which = Call.Op == MarkerOp::Resume    ? Kind::Resume
               : Call.Op == MarkerOp::Suspend ? Kind::Suspend
                                              : Kind::Switch;
  std::string Text;
  auto *Invoke = dyn_cast<InvokeInst>(&Old);
  SwitchTraits Traits = {Tracked,
                         Invoke && (BeforeLink || !onlyPassesOn(*Invoke->getUnwindDest()))};
  if (Call.Op == MarkerOp::Suspend) {
    Text = X86_64Switch::suspendText(Traits);
    Switch.in("r10", Call.tag());
  } else {
    Switch.in("rdi", consume(Call));
    bool IsResume = Call.Op == MarkerOp::Resume;
    Switch.in("r10", IsResume ? Call.handlers() : Call.tag());
    Text = IsResume ? X86_64Switch::resumeText(sentBy(Call), Traits)
                    : X86_64Switch::switchText(countPayload(Call.Sent).Ints, sentBy(Call), Traits);
  }
  IRBuilder<> B(&Old);
  putPayload(Call, Switch, B);
  if (BeforeLink)
    Switch.in("r12", B.CreateIntrinsic(Intrinsic::frameaddress, {B.getPtrTy()}, {B.getInt32(0)}));

  SmallVector<unsigned, 2> HeadOuts;
  if (Call.Op == MarkerOp::Resume)
    HeadOuts = {Switch.out("r10", I64), Switch.out("r11", I64)};
  SmallVector<unsigned, 12> Outs;
  unsigned Ints = 0, Floats = 0;
  for (Type *Ty : Call.Received)
    Outs.push_back(Switch.out(isFloatLane(Ty) ? X86_64Switch::floatRegister(Floats++)
                                              : X86_64Switch::intRegister(Ints++),
                              laneType(Ty)));
  unsigned Exception = 0, Selector = 0, Unwound = 0;
  Type *ExceptionTy = nullptr;
  if (Traits.Detour) {
    ExceptionTy = Invoke->getLandingPadInst()->getType()->getStructElementType(0);
    if (!ExceptionTy->isPointerTy())
      ExceptionTy = I64;
    Exception = Switch.out(X86_64Switch::ExceptionRegister, ExceptionTy);
    Selector = Switch.out(X86_64Switch::SelectorRegister, I64);
    Unwound = Switch.out(X86_64Switch::UnwoundRegister, Ptr);
  }

  X86_64Switch::Asm Asm = Switch.build(Context, Text, /*Returns=*/true);
  NewCall New = callInPlaceOf(Old, Asm.Ty, Asm.Callee, Asm.Args);
  New.Call->addFnAttr(Attribute::get(Context, MaySuspendAttribute)); // for a later link
  B.SetInsertPoint(New.After);
  B.SetCurrentDebugLocation(Old.getDebugLoc());
  auto Out = [&](unsigned Order) -> Value * {
    if (!Asm.Ty->getReturnType()->isStructTy())
      return New.Call;
    return B.CreateExtractValue(New.Call, Asm.Results[Order]);
  };
  if (Traits.Detour) {
    Landings::Landed Landed = {Out(Unwound), Out(Exception), Out(Selector)};
    Unwinding.detour(cast<InvokeInst>(*New.Call), New.After, Landed,
                     X86_64Switch::detourOf(ExceptionTy, Which, Traits));
    B.SetInsertPoint(New.After);
  }
  SmallVector<Value *, 2> Head;
  if (!HeadOuts.empty())
    Head = {B.CreateTrunc(Out(HeadOuts[0]), I32), Out(HeadOuts[1])};
  SmallVector<Value *, 12> Payload;
  for (unsigned Order : Outs)
    Payload.push_back(Out(Order));
  if (Value *Result = resultOf(Call, Head, Payload, B))
    Old.replaceAllUsesWith(Result);
  Old.eraseFromParent();
  F->addFnAttr("frame-pointer", "all");
}

void Lowering::lowerReturn(MarkerCall &Call) {
  if (Portable) {
    IRBuilder<> B(Call.Call);
    FunctionCallee Return = runtime("weft_rt_return_mem", B.getVoidTy(), {Ptr});
    B.CreateCall(Return, payloadInMemory(Call, B))->setDoesNotReturn();
    changeToUnreachable(Call.Call);
    return;
  }
  X86_64Switch Switch;
  IRBuilder<> B(Call.Call);
  putPayload(Call, Switch, B);
  X86_64Switch::Asm Asm = Switch.build(Context, X86_64Switch::returnText(), /*Returns=*/false);
  B.CreateCall(Asm.Ty, Asm.Callee, Asm.Args)->setDoesNotReturn();
  changeToUnreachable(Call.Call);
}

/// Where lane \p Lane of its kind lies in the payload at \p Io.
static Value *laneIn(Value *Io, Type *Ty, unsigned Lane, IRBuilder<> &B) {
  uint64_t First = isFloatLane(Ty) ? offsetof(weft_payload, f) : offsetof(weft_payload, i);
  return B.CreateConstInBoundsGEP1_64(B.getInt8Ty(), Io, First + 8 * Lane);
}

/// Puts what the marker sends into a weft_payload in the frame. Lanes that are
/// not sent are as registers would be: anything; but for sanitizers, zero.
Value *Lowering::payloadInMemory(MarkerCall &Call, IRBuilder<> &B) {
  CallBase &Old = *Call.Call;
  auto *Words = ArrayType::get(I64, sizeof(weft_payload) / 8);
  Value *Io = allocaInEntry(*Old.getFunction(), Words, "weft.payload");
  unsigned Ints = 0, Floats = 0;
  if (!Portable)
    B.CreateStore(Constant::getNullValue(Words), Io);
  for (Value *V : drop_begin(Old.args(), Call.FirstPayload)) {
    Type *Ty = V->getType();
    B.CreateStore(widen(V, B), laneIn(Io, Ty, isFloatLane(Ty) ? Floats++ : Ints++, B));
  }
  return Io;
}

/// What is declared to come, from the payload at \p Lanes.
SmallVector<Value *, 12> Lowering::received(MarkerCall &Call, Value *Lanes, IRBuilder<> &B) {
  SmallVector<Value *, 12> Payload;
  unsigned Ints = 0, Floats = 0;
  for (Type *Ty : Call.Received)
    Payload.push_back(
        B.CreateLoad(laneType(Ty), laneIn(Lanes, Ty, isFloatLane(Ty) ? Floats++ : Ints++, B)));
  return Payload;
}

/// By way of weft_rt_resume_sent, _resume_throw, _suspend, _switch_sent or _cont_bind, with the payload in memory.
void Lowering::lowerOutOfLine(MarkerCall &Call) {
  CallBase &Old = *Call.Call;
  Function *F = Old.getFunction();
  IRBuilder<> B(&Old);
  Value *Io = payloadInMemory(Call, B);
  PayloadCounts Sent = countPayload(Call.Sent);

  Value *Next = nullptr;
  FunctionCallee Callee;
  SmallVector<Value *, 5> Args;
  switch (Call.Op) {
  case MarkerOp::Resume:
    Next = allocaInEntry(*F, I64, "weft.next");
    Callee = runtime("weft_rt_resume_sent", I32, {I64, Ptr, Ptr, Ptr, Ptr, I32});
    Args = {Call.handle(), Call.handlers(), Io, Io, Next, B.getInt32(sentBy(Call))};
    break;
  case MarkerOp::ResumeThrow:
    Next = allocaInEntry(*F, I64, "weft.next");
    Callee = runtime("weft_rt_resume_throw", I32, {I64, Ptr, Ptr, Ptr, Ptr});
    Args = {Call.handle(), Call.handlers(), Call.exception(), Io, Next};
    break;
  case MarkerOp::ContBind:
    Callee = runtime("weft_rt_cont_bind", I64, {I64, Ptr, I32, I32});
    Args = {Call.handle(), Io, B.getInt32(Sent.Ints), B.getInt32(Sent.Floats)};
    break;
  case MarkerOp::Suspend:
    Callee = runtime("weft_rt_suspend", B.getVoidTy(), {Ptr, Ptr, Ptr});
    Args = {Call.tag(), Io, Io};
    break;
  default:
    Callee = runtime("weft_rt_switch_sent", B.getVoidTy(), {I64, Ptr, Ptr, I32, Ptr});
    Args = {Call.handle(), Call.tag(), Io, B.getInt32(sentBy(Call)), Io};
    break;
  }
  NewCall New = callInPlaceOf(Old, Callee.getFunctionType(), Callee.getCallee(), Args);
  B.SetInsertPoint(New.After);
  B.SetCurrentDebugLocation(Old.getDebugLoc());
  SmallVector<Value *, 2> Head;
  if (Next)
    Head = {New.Call, B.CreateLoad(I64, Next)};
  if (Call.Op == MarkerOp::ContBind)
    Head = {New.Call};
  if (Value *Result = resultOf(Call, Head, received(Call, Io, B), B))
    Old.replaceAllUsesWith(Result);
  Old.eraseFromParent();
}

/// A resume, suspend or switch of the portable port: by a call that ends in the
/// jump. Nothing is copied; what comes is read where the sender has it.
void Lowering::lowerJumping(MarkerCall &Call) {
  CallBase &Old = *Call.Call;
  IRBuilder<> B(&Old);
  Value *Own = messageInFrame(*Old.getFunction(), payloadInMemory(Call, B), B);
  Landed Landed =
      Call.Op == MarkerOp::Suspend
          ? jumpInPlaceOf(Old, "weft_rt_suspend_jump", {Call.tag(), Own}, Own)
          : jumpInPlaceOf(Old, Call.Op == MarkerOp::Resume ? "weft_rt_resume_jump" : "weft_rt_switch_jump",
                          {Call.handle(), Call.Op == MarkerOp::Resume ? Call.handlers() : Call.tag(), Own,
                           B.getInt32(sentBy(Call))},
                          Own);
  B.SetInsertPoint(Landed.After);
  B.SetCurrentDebugLocation(Old.getDebugLoc());
  SmallVector<Value *, 2> Head;
  if (Call.Op == MarkerOp::Resume)
    for (auto [Ty, Offset] : {std::pair(I32, WEFT_MESSAGE_WHICH), std::pair(I64, WEFT_MESSAGE_NEXT)})
      Head.push_back(
          B.CreateLoad(Ty, B.CreateConstInBoundsGEP1_64(B.getInt8Ty(), Landed.Message, Offset)));
  if (Value *Result = resultOf(Call, Head, received(Call, Landed.Lanes, B), B))
    Old.replaceAllUsesWith(Result);
  Old.eraseFromParent();
}

/// The running continuation's table of handlers becomes the site, which lists
/// nothing: what suspends fails the text's compare, and the search ends there.
/// The root block is no one's to write, and has no handlers to hide.
void Lowering::lowerEnter(MarkerCall &Call) {
  CallBase &Old = *Call.Call;
  Function *F = Old.getFunction();
  IRBuilder<> B(&Old);
  if (Portable) {
    Value *Before =
        B.CreateCall(runtime("weft_rt_barrier_enter", Ptr, {Ptr}), Old.getArgOperand(0));
    Value *Result = B.CreateInsertValue(PoisonValue::get(Old.getType()), Before, 0);
    Old.replaceAllUsesWith(B.CreateInsertValue(Result, Before, 1));
    Old.eraseFromParent();
    return;
  }
  Value *Unread = allocaInEntry(*F, Ptr, "weft.unread");
  auto *Ty = FunctionType::get(Ptr, false);
  Value *Current =
      B.CreateCall(Ty, InlineAsm::get(Ty, X86_64Switch::currentText(), "={r12},~{memory}", true));
  Value *Outside = B.CreateIsNull(B.CreateLoad(I64, Current));
  Value *Table = B.CreateConstInBoundsGEP1_64(B.getInt8Ty(), Current, WEFT_CB_ON);
  Value *Place = B.CreateSelect(Outside, Unread, Table);
  Value *Before = B.CreateLoad(Ptr, Place);
  B.CreateStore(Old.getArgOperand(0), Place);
  Value *Result = B.CreateInsertValue(PoisonValue::get(Old.getType()), Place, 0);
  Old.replaceAllUsesWith(B.CreateInsertValue(Result, Before, 1));
  Old.eraseFromParent();
}

void Lowering::lower(MarkerCall &Call) {
  CallBase &Marker = *Call.Call;
  switch (Call.Op) {
  case MarkerOp::ContNew:
    Marker.setCalledFunction(runtime("weft_rt_cont_new", I64, {Ptr, Ptr, I32}));
    return;
  case MarkerOp::ContDrop:
    Marker.setCalledFunction(runtime("weft_rt_cont_drop", Type::getVoidTy(Context), {I64}));
    return;
  case MarkerOp::Return:
    lowerReturn(Call);
    return;
  case MarkerOp::ContBind:
  case MarkerOp::ResumeThrow:
    lowerOutOfLine(Call);
    return;
  case MarkerOp::BarrierEnter:
    lowerEnter(Call);
    return;
  case MarkerOp::BarrierLeave: {
    IRBuilder<> B(&Marker);
    if (Portable)
      B.CreateCall(runtime("weft_rt_barrier_leave", B.getVoidTy(), {Ptr}), Marker.getArgOperand(1))
          ->setDoesNotThrow();
    else
      B.CreateStore(Marker.getArgOperand(1), Marker.getArgOperand(0));
    Marker.eraseFromParent();
    return;
  }
  default:
    break;
  }
  const Function *F = Marker.getFunction();
  if (F->hasFnAttribute(Attribute::SanitizeAddress) || F->hasFnAttribute(Attribute::SanitizeThread) ||
      (Portable && !returnsPairs(Triple(M.getTargetTriple()))))
    lowerOutOfLine(Call);
  else if (Portable)
    lowerJumping(Call);
  else
    lowerInline(Call);
}

//===----------------------------------------------------------------------===//
// The module
//===----------------------------------------------------------------------===//

bool Lowering::run() {
  Diagnostics Found;
  SmallVector<MarkerCall, 16> Calls;
  SmallVector<CallBase *, 4> Bad;
  for (CallBase *Call : collectMarkerCalls(M)) {
    Function *Callee = calledFunction(*Call);
    std::string Why = whyUnsupportedTarget(M);
    auto Name = parseMarkerName(Callee->getName());
    std::optional<MarkerCall> Parsed;
    if (!Name)
      Why = "unknown marker";
    else if (Why.empty())
      Parsed = MarkerCall::parse(*Call, *Name, Why);
    if (Parsed && Parsed->InC) {
      Parsed.reset();
      Why = "could not be made canonical";
    }
    if (Parsed) {
      Calls.push_back(std::move(*Parsed));
      continue;
    }
    // Only where weft-verify did not run: it says more.
    Found.error(*Call, Callee->getName() + ": " + Why);
    Bad.push_back(Call);
  }
  Found.report(Context);
  for (CallBase *Call : Bad)
    removeCall(*Call);
  for (MarkerCall &Call : Calls)
    lower(Call);

  bool Changed = !Calls.empty() || !Bad.empty();
  for (Function &F : make_early_inc_range(M))
    if (isMarkerName(F.getName()) && F.isDeclaration() && F.use_empty()) {
      F.eraseFromParent();
      Changed = true;
    }
  if (Calls.empty())
    return Changed;
  sayWhatLoweredCodeNeeds(M, Portable);
  if (hasInlinePort(Triple(M.getTargetTriple()))) // the text of its jump
    provideReturnByJump(M);
  return true;
}

} // namespace

PreservedAnalyses weft::LowerPass::run(Module &M, ModuleAnalysisManager &) {
  bool Changed = canonicalizeMarkers(M);
  bool Portable = isPortable(M, Which);
  if (!Portable) // calls have what they need
    Changed |= giveUnwindEdges(M, BeforeLink);
  Changed |= Lowering(M, BeforeLink, Portable).run();
  return Changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}
