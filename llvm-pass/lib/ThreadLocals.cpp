//===- ThreadLocals.cpp - weft-tls: a thread-local's address dies ---------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Before any optimization, in each function that may suspend, every use of a
// thread-local gets the address by itself, in a form that no later step merges over
// a call that may suspend (ThreadAddress.h). Nothing has to be done after
// optimization, so what is lowered before a link is right after it, too; where
// nothing follows but code generation, plain accesses get their short form back.
//
// A function that cannot suspend is left as it is, though one that may suspend
// calls it: what the caller calls instead is a copy in the other form, for the
// inliner, and for those who would find that the original always answers the same.
// After optimization a call that is left goes to the original again.
//
// Rejected: the other form in every function that a suspending one may reach, which
// would change code that cannot suspend; keeping such functions from being inlined,
// which costs a call for every accessor of a thread-local; a step after inlining,
// of which there is none: the first pass behind the inliner merges already.
//===----------------------------------------------------------------------===//

#include "KeptAddress.h"
#include "SameThread.h"
#include "SuspendInfo.h"
#include "ThreadAddress.h"
#include "ThreadAliases.h"
#include "weft/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/ReplaceConstant.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;
using namespace weft;

/// On a copy: the name of what it is a copy of.
static constexpr StringLiteral CopyOf = "weft-copy-of";

namespace {

class ThreadLocals {
public:
  ThreadLocals(Module &M, ThreadLocalsPass::Phase When) : M(M), When(When) {}
  bool run();

private:
  void findUsers();
  void findUsers(Constant &C, SmallPtrSetImpl<Constant *> &Seen);
  bool isWorthACopy(const Function &F) const;
  bool isReachedOtherwise(const Function &F) const;
  void callCopies(Function &F);
  Function *copyOf(Function &F);
  void rewrite(const SetVector<Function *> &Functions);
  void rewriteUse(Use &U, GlobalValue &Variable);
  Instruction *placeFor(Use &U);
  bool mayLieBetween(const Instruction &From, const Use &To) const;
  void spread(Instruction &Address, GlobalValue &Variable);

  Module &M;
  ThreadLocalsPass::Phase When;
  std::optional<SuspendInfo> Info;
  SmallVector<GlobalValue *, 8> Variables;
  SmallVector<Function *, 4> OfTheThread; // errno's place, and such
  SetVector<Function *> Users;            // functions with one of the two
  SetVector<Function *> Reaching;         // those, and what calls them, that never suspend
  SmallPtrSet<const Function *, 8> Otherwise; // of Reaching: isReachedOtherwise
  MapVector<Function *, Function *> Copies;
};

void ThreadLocals::findUsers(Constant &C, SmallPtrSetImpl<Constant *> &Seen) {
  for (const Use &U : C.uses())
    if (auto *I = dyn_cast<Instruction>(U.getUser())) {
      if (!isThreadAddress(U))
        Users.insert(I->getFunction());
    } else if (auto *Outer = dyn_cast<Constant>(U.getUser());
               Outer && !isa<GlobalVariable>(Outer) && Seen.insert(Outer).second) {
      findUsers(*Outer, Seen);
    }
}

void ThreadLocals::findUsers() {
  SmallPtrSet<Constant *, 8> Seen;
  for (GlobalVariable &GV : M.globals())
    if (GV.isThreadLocal())
      Variables.push_back(&GV);
  for (GlobalAlias &GA : M.aliases())
    if (GA.isThreadLocal())
      Variables.push_back(&GA);
  for (Function &F : M)
    if (isOfTheThread(F))
      OfTheThread.push_back(&F);
  for (GlobalValue *V : Variables)
    findUsers(*V, Seen);
  for (Function *F : OfTheThread)
    findUsers(*F, Seen);
}

/// The instruction in front of which \p U gets its value.
Instruction *ThreadLocals::placeFor(Use &U) {
  auto *User = cast<Instruction>(U.getUser());
  if (auto *Phi = dyn_cast<PHINode>(User))
    return Phi->getIncomingBlock(U)->getTerminator();
  return User;
}

void ThreadLocals::rewriteUse(Use &U, GlobalValue &Variable) {
  Instruction *Place = placeFor(U);
  IRBuilder<> B(Place);
  if (auto *Phi = dyn_cast<PHINode>(U.getUser())) {
    // All entries of one block have the same value.
    BasicBlock *From = Phi->getIncomingBlock(U);
    Value *Address = threadAddress(B, Variable);
    for (unsigned I = 0; I < Phi->getNumIncomingValues(); ++I)
      if (Phi->getIncomingBlock(I) == From)
        Phi->setIncomingValue(I, Address);
    return;
  }
  B.SetCurrentDebugLocation(Place->getDebugLoc());
  U.set(threadAddress(B, Variable));
}

/// Whether control may go from \p From to \p To by a call that may suspend. Other blocks than \p From's are not
/// looked at.
bool ThreadLocals::mayLieBetween(const Instruction &From, const Use &To) const {
  auto *User = cast<Instruction>(To.getUser());
  if (isa<PHINode>(User) || User->getParent() != From.getParent() || !From.comesBefore(User))
    return true;
  for (const Instruction *I = From.getNextNode(); I != User; I = I->getNextNode())
    if (Info->maySuspend(*I))
      return true;
  return false;
}

/// A copy in front of each use behind a call that may suspend, of \p Address and of the places that are computed
/// from it.
void ThreadLocals::spread(Instruction &Address, GlobalValue &Variable) {
  // Each of those, with all from which it is computed.
  SmallVector<SmallVector<Instruction *, 4>, 8> Places = {{&Address}};
  for (unsigned N = 0; N < Places.size(); ++N) {
    auto Chain = Places[N];
    SmallVector<Use *, 8> Uses;
    for (Use &U : Chain.back()->uses())
      Uses.push_back(&U);
    for (Use *At : Uses) {
      Use &U = *At;
      if (U.get() != Chain.back())
        continue; // a phi's other entry of the same block
      auto *User = cast<Instruction>(U.getUser());
      if (isa<GetElementPtrInst, CastInst>(User) && U.getOperandNo() == 0) {
        auto Longer = Chain;
        Longer.push_back(User);
        Places.push_back(std::move(Longer));
        if (User->getParent() == Address.getParent())
          continue; // its own uses are looked at
      }
      if (!mayLieBetween(Address, U))
        continue;
      if (auto *Phi = dyn_cast<PHINode>(User)) {
        // On an edge of a call that suspends there is no place behind it: KeptAddress.cpp says so.
        if (Info->maySuspend(*Phi->getIncomingBlock(U)->getTerminator()))
          continue;
      }
      IRBuilder<> B(placeFor(U));
      B.SetCurrentDebugLocation(User->getDebugLoc());
      Value *Anew = threadAddress(B, Variable);
      for (Instruction *Step : drop_begin(Chain)) {
        Instruction *Again = Step->clone();
        Again->setOperand(0, Anew);
        Anew = B.Insert(Again);
      }
      if (auto *Phi = dyn_cast<PHINode>(User)) {
        BasicBlock *From = Phi->getIncomingBlock(U);
        for (unsigned I = 0; I < Phi->getNumIncomingValues(); ++I)
          if (Phi->getIncomingBlock(I) == From)
            Phi->setIncomingValue(I, Anew);
      } else {
        U.set(Anew);
      }
    }
  }
  for (auto &Chain : reverse(Places))
    if (Chain.size() > 1 && Chain.back()->use_empty())
      Chain.back()->eraseFromParent();
}

/// All of \p Functions at once, by the variables' uses, which may be many for each of them.
void ThreadLocals::rewrite(const SetVector<Function *> &Functions) {
  auto IsOurs = [&](const Instruction &I) {
    return Functions.contains(const_cast<Function *>(I.getFunction()));
  };
  for (GlobalValue *Variable : Variables) {
    if (any_of(Variable->users(), [](const User *U) { return isa<Constant>(U); }))
      for (Function *F : Functions)
        convertUsersOfConstantsToInstructions({Variable}, F, /*RemoveDeadConstants=*/false);
    SmallVector<Use *, 16> Uses;
    for (Use &U : Variable->uses())
      if (auto *I = dyn_cast<Instruction>(U.getUser()); I && IsOurs(*I) && !isThreadAddress(U))
        Uses.push_back(&U);
    for (Use *U : Uses) {
      if (!isa_and_nonnull<Instruction>(U->getUser()) || U->get() != Variable)
        continue; // a phi's other entry
      auto *Intrinsic = dyn_cast<IntrinsicInst>(U->getUser());
      if (!Intrinsic || Intrinsic->getIntrinsicID() != Intrinsic::threadlocal_address) {
        if (!isa<LandingPadInst>(U->getUser()))
          rewriteUse(*U, *Variable);
        continue;
      }
      spread(*Intrinsic, *Variable);
      IRBuilder<> B(Intrinsic);
      B.SetCurrentDebugLocation(Intrinsic->getDebugLoc());
      if (!Intrinsic->use_empty())
        Intrinsic->replaceAllUsesWith(threadAddress(B, *Variable));
      Intrinsic->eraseFromParent();
    }
  }
  for (Function *Callee : OfTheThread)
    for (User *U : make_early_inc_range(Callee->users()))
      if (auto *Call = dyn_cast<CallBase>(U); Call && IsOurs(*Call) && Call->getCalledOperand() == Callee)
        answerAnew(*Call);
}

/// Whether optimizers may bring \p F, which never suspends and reaches a thread-local, to places that callCopies does
/// not see: by a pointer that turns out to be this function (a table, a vtable, an argument), or an alias; or
/// whether there can be no copy of it. It is itself written in the other form then.
bool ThreadLocals::isReachedOtherwise(const Function &F) const {
  return !F.isDeclaration() && !F.isInterposable() && !F.hasFnAttribute(Attribute::Naked) &&
         (F.isPresplitCoroutine() ||
          F.hasAddressTaken(nullptr, /*IgnoreCallbackUses=*/false, /*IgnoreAssumeLikeCalls=*/true,
                            /*IgnoreLLVMUsed=*/true) ||
          any_of(F, [](const BasicBlock &BB) { return BB.hasAddressTaken(); }));
}

/// Whether calls of \p F, which never suspends and reaches a thread-local, may be
/// inlined or merged.
bool ThreadLocals::isWorthACopy(const Function &F) const {
  if (F.isDeclaration() || F.isInterposable() || F.hasFnAttribute(ThreadBoundAttribute) ||
      F.hasFnAttribute(CopyOf) || Otherwise.contains(&F) || F.hasFnAttribute(Attribute::Naked) || F.isPresplitCoroutine())
    return false;
  if (When == ThreadLocalsPass::EarlyUnoptimized && !F.hasFnAttribute(Attribute::AlwaysInline))
    return false;
  return none_of(F, [](const BasicBlock &BB) { return BB.hasAddressTaken(); });
}

/// What a function that answers for its thread may have been found not to read, or be declared so.
static const MemoryEffects ReadsOfTheThread = MemoryEffects::inaccessibleMemOnly(ModRefInfo::Ref);

Function *ThreadLocals::copyOf(Function &F) {
  if (Function *Made = Copies.lookup(&F))
    return Made;
  ValueToValueMapTy Map;
  Function *Copy = CloneFunction(&F, Map);
  Copies[&F] = Copy;
  Copy->setName(F.getName() + ".weft");
  Copy->addFnAttr(CopyOf, F.getName());
  Copy->setMemoryEffects(Copy->getMemoryEffects() | ReadsOfTheThread);
  Copy->setComdat(nullptr);
  if (!F.hasLocalLinkage()) {
    // Not internal: then it would be inlined at any cost where it has one caller.
    Copy->setLinkage(GlobalValue::LinkOnceODRLinkage);
    Copy->setVisibility(GlobalValue::HiddenVisibility);
    Copy->setDLLStorageClass(GlobalValue::DefaultStorageClass);
    Copy->setDSOLocal(true);
    if (F.hasComdat())
      Copy->setComdat(M.getOrInsertComdat(Copy->getName()));
  }
  return Copy;
}

static void callCopy(CallBase &Call, Function *Copy) {
  Call.setCalledOperand(Copy);
  if (Call.getAttributes().hasFnAttr(Attribute::Memory))
    Call.setMemoryEffects(Call.getAttributes().getMemoryEffects() | ReadsOfTheThread);
}

void ThreadLocals::callCopies(Function &F) {
  if (F.hasFnAttribute(ThreadBoundAttribute))
    return;
  for (Instruction &I : instructions(F))
    if (auto *Call = dyn_cast<CallBase>(&I))
      if (auto *Callee = dyn_cast<Function>(Call->getCalledOperand());
          Callee && Reaching.contains(Callee) && isWorthACopy(*Callee))
        callCopy(*Call, copyOf(*Callee));
}

/// Calls of copies that were not inlined go to the originals. Not where one of
/// the two is the module's own: it may be made to fit its callers.
bool callOriginals(Module &M) {
  bool Changed = false;
  for (Function &Copy : make_early_inc_range(M)) {
    if (!Copy.hasFnAttribute(CopyOf) || Copy.hasLocalLinkage())
      continue;
    Function *Original = M.getFunction(Copy.getFnAttribute(CopyOf).getValueAsString());
    if (!Original || Original->isDeclarationForLinker() || Original->hasLocalLinkage() ||
        Original->getFunctionType() != Copy.getFunctionType() ||
        Original->getCallingConv() != Copy.getCallingConv())
      continue;
    Copy.replaceAllUsesWith(Original);
    Copy.eraseFromParent();
    Changed = true;
  }
  return Changed;
}

bool ThreadLocals::run() {
  if (auto *Flag = mdconst::extract_or_null<ConstantInt>(M.getModuleFlag(ThreadBoundAttribute));
      Flag && !Flag->isZero())
    return false;
  findUsers();
  if (Users.empty())
    return false;
  Info.emplace(M);
  Info->record(M);

  SmallVector<Function *, 16> Work;
  auto Reach = [&](Function *F) {
    if (Info->of(*F) == Suspends::Never && Reaching.insert(F))
      Work.push_back(F);
  };
  for (Function *F : Users)
    Reach(F);
  SetVector<Function *> Callers; // that may suspend, of what reaches a thread-local
  while (!Work.empty())
    for (User *U : Work.pop_back_val()->users())
      if (auto *Call = dyn_cast<CallBase>(U); Call && isa<Function>(Call->getCalledOperand())) {
        Reach(Call->getFunction());
        if (Info->of(*Call->getFunction()) != Suspends::Never)
          Callers.insert(Call->getFunction());
      }

  if (When == ThreadLocalsPass::Early || When == ThreadLocalsPass::EarlyUnoptimized)
    warnOfKeptAddresses(M, *Info, Variables);
  if (When != ThreadLocalsPass::EarlyUnoptimized)
    for (Function *F : Reaching)
      if (isReachedOtherwise(*F))
        Otherwise.insert(F);
  for (Function *F : Callers)
    callCopies(*F);
  for (Function *F : Reaching)
    if (Otherwise.contains(F)) {
      callCopies(*F);
      F->setMemoryEffects(F->getMemoryEffects() | ReadsOfTheThread);
    }
  for (unsigned I = 0; I < Copies.size(); ++I) // copies call copies
    callCopies(*(Copies.begin() + I)->second);
  SetVector<Function *> InOtherForm;
  for (Function *F : Users)
    if ((Info->of(*F) != Suspends::Never || Otherwise.contains(F)) && !F->hasFnAttribute(ThreadBoundAttribute))
      InOtherForm.insert(F);
  for (auto &[Of, Copy] : Copies)
    if (Users.contains(Of) && !Copy->hasFnAttribute(ThreadBoundAttribute))
      InOtherForm.insert(Copy);
  rewrite(InOtherForm);
  if (When != ThreadLocalsPass::EarlyUnoptimized)
    tellThreadLocalsApart(InOtherForm.getArrayRef());
  return true;
}

} // namespace

PreservedAnalyses weft::ThreadLocalsPass::run(Module &M, ModuleAnalysisManager &Analyses) {
  if (When != Last && When != LastBeforeLink)
    return ThreadLocals(M, When).run() ? PreservedAnalyses::none() : PreservedAnalyses::all();
  bool Changed = false;
  // First: it optimizes, and behind the other two nothing may.
  if (When == Last)
    Changed |= keepWhileSameThread(
        M, Analyses.getResult<FunctionAnalysisManagerModuleProxy>(M).getManager());
  Changed |= callOriginals(M);
  if (When == Last)
    for (GlobalVariable &GV : M.globals())
      if (GV.isThreadLocal())
        Changed |= shortenAccesses(GV);
  return Changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}
