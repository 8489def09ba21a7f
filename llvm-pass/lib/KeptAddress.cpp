//===- KeptAddress.cpp - Pointers to thread-locals that are kept ----------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A part of weft-tls. What the compiler keeps it forgets by itself; what the
// program keeps is the program's: `int *p = &counter; weft_yield(); ++*p;` counts
// for the thread that the task was on. Looked at is what a front end wrote, before
// optimization, when a user's variable is an alloca.
//
// Only suspensions that are known count. Unknown functions between the two are in
// all code, and a warning for each would be read by nobody.
//===----------------------------------------------------------------------===//

#include "KeptAddress.h"
#include "Diagnostics.h"
#include "SuspendInfo.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace weft;

namespace {

enum class Look { On, Uses, Ends };

struct Kept {
  const Instruction *Use = nullptr;
  const CallBase *Over = nullptr;
  explicit operator bool() const { return Use; }
};

class KeptAddresses {
public:
  explicit KeptAddresses(const SuspendInfo &Info) : Info(Info) {}
  void look(Function &F);
  void report(LLVMContext &Context) { Found.report(Context); }

private:
  bool suspends(const Instruction &I) const {
    auto *Call = dyn_cast<CallBase>(&I);
    return Call && Info.of(*Call) == Suspends::Yes;
  }
  const GlobalValue *named(const Value *V) const;
  Kept behind(const Instruction *From, function_ref<Look(const Instruction &)> At) const;
  Kept inVariable(const AllocaInst &Variable, const Instruction *From) const;
  Kept asValue(const Value &V, const Instruction *From) const;
  bool argumentIsKept(const Argument &A);
  void stored(const StoreInst &Store, const GlobalValue &Variable);
  void passed(const CallBase &Call, const Value &V, const GlobalValue &Variable);
  void warn(const Kept &K, const GlobalValue &Variable, const Twine &Where);

  const SuspendInfo &Info;
  DenseMap<const Argument *, bool> Arguments;
  Diagnostics Found;
};

/// The thread-local whose address \p V is, itself.
const GlobalValue *KeptAddresses::named(const Value *V) const {
  if (auto *I = dyn_cast<IntrinsicInst>(V);
      I && I->getIntrinsicID() == Intrinsic::threadlocal_address)
    V = I->getArgOperand(0);
  auto *Global = dyn_cast<GlobalValue>(V->stripInBoundsOffsets());
  return Global && Global->isThreadLocal() ? Global : nullptr;
}

/// What \p At finds first, on a way from behind \p From (or from the function's begin, where From is its first
/// instruction) over a suspension.
Kept KeptAddresses::behind(const Instruction *From,
                           function_ref<Look(const Instruction &)> At) const {
  struct Way {
    const Instruction *First;
    const CallBase *Over;
  };
  SmallVector<Way, 8> Ways = {{From, nullptr}};
  SmallPtrSet<const BasicBlock *, 16> Seen[2];
  while (!Ways.empty()) {
    Way W = Ways.pop_back_val();
    const BasicBlock *Block = W.First->getParent();
    bool Ended = false;
    for (const Instruction *I = W.First; I && !Ended; I = I->getNextNode()) {
      Look Here = At(*I);
      if (Here == Look::Uses && W.Over)
        return {I, W.Over};
      if (suspends(*I))
        W.Over = cast<CallBase>(I);
      Ended = Here == Look::Ends;
    }
    if (Ended)
      continue;
    for (const BasicBlock *Next : successors(Block))
      if (Seen[W.Over != nullptr].insert(Next).second)
        Ways.push_back({&Next->front(), W.Over});
  }
  return {};
}

/// An alloca that is only loaded and stored.
bool isVariable(const AllocaInst &A) {
  return all_of(A.users(), [&](const User *U) {
    if (auto *Store = dyn_cast<StoreInst>(U))
      return Store->getPointerOperand() == &A && Store->getValueOperand() != &A;
    auto *I = dyn_cast<IntrinsicInst>(U);
    return isa<LoadInst>(U) || (I && I->isLifetimeStartOrEnd());
  });
}

Kept KeptAddresses::inVariable(const AllocaInst &Variable, const Instruction *From) const {
  return behind(From, [&](const Instruction &I) {
    if (auto *Load = dyn_cast<LoadInst>(&I); Load && Load->getPointerOperand() == &Variable)
      return Look::Uses;
    if (auto *Store = dyn_cast<StoreInst>(&I); Store && Store->getPointerOperand() == &Variable)
      return Look::Ends;
    return Look::On;
  });
}

Kept KeptAddresses::asValue(const Value &V, const Instruction *From) const {
  return behind(From, [&](const Instruction &I) {
    if (&I == &V)
      return Look::Ends;
    return is_contained(I.operands(), &V) ? Look::Uses : Look::On;
  });
}

/// Whether the function uses what it is given as \p A behind a suspension.
bool KeptAddresses::argumentIsKept(const Argument &A) {
  auto [Known, First] = Arguments.try_emplace(&A, false);
  if (!First)
    return Known->second;
  const Function &F = *A.getParent();
  bool Is = bool(asValue(A, &F.getEntryBlock().front()));
  for (const User *U : A.users()) {
    if (Is)
      break;
    if (auto *Store = dyn_cast<StoreInst>(U); Store && Store->getValueOperand() == &A) {
      if (auto *To = dyn_cast<AllocaInst>(Store->getPointerOperand()); To && isVariable(*To))
        Is = bool(inVariable(*To, Store->getNextNode()));
    } else if (auto *Call = dyn_cast<CallBase>(U); Call && suspends(*Call)) {
      const Function *Callee = Call->getCalledFunction();
      for (const Use &Passed : Call->args())
        if (Passed == &A && Callee && !Callee->isDeclaration() &&
            Call->getArgOperandNo(&Passed) < Callee->arg_size())
          Is |= argumentIsKept(*Callee->getArg(Call->getArgOperandNo(&Passed)));
    }
  }
  return Arguments[&A] = Is;
}

void KeptAddresses::warn(const Kept &K, const GlobalValue &Variable, const Twine &Where) {
  std::string Line;
  if (const DILocation *At = K.Over->getDebugLoc(); At && At->getLine())
    Line = (" on line " + Twine(At->getLine())).str();
  Found.warning(*K.Use, "the address of thread-local '" + Variable.getName() + "' is kept " +
                            Where + " over a call" + Line + " that may suspend (" +
                            Info.why(*K.Over) + "), and is another thread's after it (TLS-02)");
}

void KeptAddresses::stored(const StoreInst &Store, const GlobalValue &Variable) {
  const Value *To = Store.getPointerOperand();
  if (auto *Local = dyn_cast<AllocaInst>(To); Local && isVariable(*Local)) {
    if (Kept K = inVariable(*Local, Store.getNextNode()))
      warn(K, Variable,
           Local->hasName() ? "in '" + Local->getName() + "'" : Twine("in a variable"));
    return;
  }
  // Memory: that it is looked at afterwards is not seen, but what else would it be for.
  const CallBase *Over = nullptr;
  behind(Store.getNextNode(), [&](const Instruction &I) {
    if (!Over && suspends(I))
      Over = cast<CallBase>(&I);
    return Over ? Look::Ends : Look::On;
  });
  if (Over)
    warn({&Store, Over}, Variable, "in memory");
}

void KeptAddresses::passed(const CallBase &Call, const Value &V, const GlobalValue &Variable) {
  if (!suspends(Call))
    return;
  const Function *Callee = Call.getCalledFunction();
  for (const Use &Arg : Call.args()) {
    if (Arg != &V)
      continue;
    unsigned N = Call.getArgOperandNo(&Arg);
    bool Is = Callee && !Callee->isDeclaration()
                  ? N < Callee->arg_size() && argumentIsKept(*Callee->getArg(N))
                  : Callee != nullptr;
    if (Is)
      return warn({&Call, &Call}, Variable, "by what is called");
  }
}

void KeptAddresses::look(Function &F) {
  // What holds the address of which variable. Those in Held are not recomputed.
  MapVector<const Value *, const GlobalValue *> Holds;
  SmallPtrSet<const Value *, 8> Held;
  for (Instruction &I : instructions(F)) {
    if (const GlobalValue *Variable = isa<IntrinsicInst>(I) ? named(&I) : nullptr)
      Holds.insert({&I, Variable});
    for (const Value *Operand : I.operands())
      if (isa<Constant>(Operand) && Operand->getType()->isPointerTy())
        if (const GlobalValue *Variable = named(Operand); Variable && !isa<IntrinsicInst>(I))
          Holds.insert({Operand, Variable});
  }
  for (unsigned N = 0; N < Holds.size(); ++N) {
    auto [V, Variable] = *(Holds.begin() + N);
    bool Kept = Held.contains(V);
    for (const User *U : V->users()) {
      auto *I = dyn_cast<Instruction>(U);
      if (!I || I->getFunction() != &F)
        continue;
      if (isa<GetElementPtrInst, CastInst, PHINode, SelectInst, FreezeInst>(I)) {
        if (Kept || isa<PHINode, SelectInst>(I))
          Held.insert(I);
        Holds.insert({I, Variable});
      } else if (auto *Store = dyn_cast<StoreInst>(I); Store && Store->getValueOperand() == V) {
        auto *To = dyn_cast<AllocaInst>(Store->getPointerOperand());
        if (To && isVariable(*To))
          for (const User *Reader : To->users())
            if (isa<LoadInst>(Reader)) {
              Held.insert(Reader);
              Holds.insert({Reader, Variable});
            }
      }
    }
  }
  for (auto [V, Variable] : Holds) {
    if (Held.contains(V))
      if (Kept K = asValue(*V, cast<Instruction>(V)->getNextNode()))
        warn(K, *Variable, "in a pointer");
    for (const User *U : V->users()) {
      auto *I = dyn_cast<Instruction>(U);
      if (!I || I->getFunction() != &F)
        continue;
      if (auto *Store = dyn_cast<StoreInst>(I); Store && Store->getValueOperand() == V)
        stored(*Store, *Variable);
      else if (auto *Call = dyn_cast<CallBase>(I))
        passed(*Call, *V, *Variable);
    }
  }
}

} // namespace

void weft::warnOfKeptAddresses(Module &M, const SuspendInfo &Info,
                               ArrayRef<GlobalValue *> Variables) {
  SmallPtrSet<Function *, 16> Places;
  SmallVector<User *, 16> Users;
  SmallPtrSet<User *, 16> Seen;
  for (GlobalValue *V : Variables)
    append_range(Users, V->users());
  while (!Users.empty()) {
    User *U = Users.pop_back_val();
    if (auto *I = dyn_cast<Instruction>(U))
      Places.insert(I->getFunction());
    else if (isa<ConstantExpr>(U) && Seen.insert(U).second)
      append_range(Users, U->users());
  }
  KeptAddresses Look(Info);
  for (Function &F : M)
    if (Places.contains(&F) && Info.of(F) == Suspends::Yes)
      Look.look(F);
  Look.report(M.getContext());
}
