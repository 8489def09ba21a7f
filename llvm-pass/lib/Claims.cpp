//===- Claims.cpp - "weft-nosuspend" is kept ------------------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A part of weft-markers. Who says that a function does not suspend may be wrong,
// and what was computed on the strength of it would be wrong silently. So it is
// never believed alone (decision 0029):
//
//     a definition says so    its calls of which it is not known get a barrier
//     a declaration, or a     the call gets one, unless the function is known
//     call, says so           by its name or effects
//
// and a suspension that is in sight is an error at its place (rule SUSP-01). A
// barrier is ten instructions; where nothing suspends for all to see, it is none.
//===----------------------------------------------------------------------===//

#include "Claims.h"
#include "Barrier.h"
#include "Diagnostics.h"
#include "MarkerCall.h"
#include "SuspendInfo.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace weft;

/// The attribute's value on a definition whose calls have their barriers.
static constexpr StringLiteral Done = KeptClaim;

static bool readAnnotations(Module &M) {
  GlobalVariable *All = M.getGlobalVariable("llvm.global.annotations");
  auto *Entries =
      All && All->hasInitializer() ? dyn_cast<ConstantArray>(All->getInitializer()) : nullptr;
  if (!Entries)
    return false;
  bool Changed = false;
  for (const Use &Entry : Entries->operands()) {
    auto *Fields = dyn_cast<ConstantStruct>(Entry);
    if (!Fields || Fields->getNumOperands() < 2)
      continue;
    auto *F = dyn_cast<Function>(Fields->getOperand(0)->stripPointerCasts());
    auto *Text = dyn_cast<GlobalVariable>(Fields->getOperand(1)->stripPointerCasts());
    auto *Chars = Text && Text->hasInitializer()
                      ? dyn_cast<ConstantDataSequential>(Text->getInitializer())
                      : nullptr;
    if (!F || !Chars || !Chars->isCString())
      continue;
    StringRef Says = Chars->getAsCString();
    if (is_contained({NoSuspendAttribute, MaySuspendAttribute, ThreadBoundAttribute}, Says) &&
        !F->hasFnAttribute(Says)) {
      F->addFnAttr(Says);
      Changed = true;
    }
  }
  return Changed;
}

static bool claims(const Function &F) {
  return F.hasFnAttribute(NoSuspendAttribute) &&
         (F.isDeclaration() || F.getFnAttribute(NoSuspendAttribute).getValueAsString() != Done);
}

static bool hasClaims(const Module &M, bool CallsClaim) { return CallsClaim || any_of(M, claims); }

/// What is wrong with a claim, in \p F, which makes one, or at a call that does;
/// empty when it can be kept.
static std::string whyWrong(const SuspendInfo &Info, const CallBase &Call, bool InClaim) {
  if (!InClaim && !Info.isClaimed(Call))
    return {};
  Suspends Kind = Info.of(Call);
  if (Kind == Suspends::Never)
    return {};
  std::string What =
      InClaim ? ("function '" + Call.getFunction()->getName() + "' says \"weft-nosuspend\"").str()
              : std::string("this call says \"weft-nosuspend\"");
  if (Kind == Suspends::Yes)
    return What + ", and may suspend here: " + Info.why(Call) + " (SUSP-01)";
  if (std::string Why = whyNoBarrier(Call); !Why.empty())
    return What + ", which cannot be seen to here: " + Why + " (SUSP-01)";
  return {};
}

bool weft::keepClaims(Module &M, bool CallsClaim) {
  bool Changed = readAnnotations(M);
  if (!hasClaims(M, CallsClaim))
    return Changed;
  SuspendInfo Info(M);
  SmallVector<CallBase *, 8> Doubtful;
  for (Function &F : M) {
    bool InClaim = !F.isDeclaration() && claims(F), Wrong = false;
    for (Instruction &I : instructions(F)) {
      auto *Call = dyn_cast<CallBase>(&I);
      if (!Call)
        continue;
      bool Bad = !whyWrong(Info, *Call, InClaim).empty();
      Wrong |= Bad;
      if (!Bad && (Info.isClaimed(*Call) || (InClaim && Info.of(*Call) == Suspends::Maybe)))
        Doubtful.push_back(Call);
    }
    if (InClaim && !Wrong) {
      F.addFnAttr(NoSuspendAttribute, Done);
      Changed = true;
    }
  }
  bracketCalls(M, Doubtful);
  return Changed || !Doubtful.empty();
}

void weft::reportClaims(Module &M, bool CallsClaim, Diagnostics &Found) {
  if (!hasClaims(M, CallsClaim))
    return;
  SuspendInfo Info(M);
  for (Function &F : M) {
    if (F.hasFnAttribute(NoSuspendAttribute) && F.hasFnAttribute(MaySuspendAttribute))
      Found.error(F, "function '" + F.getName() +
                         "' says both \"weft-nosuspend\" and \"weft-maysuspend\" (SUSP-01)");
    bool InClaim = !F.isDeclaration() && claims(F);
    for (Instruction &I : instructions(F))
      if (auto *Call = dyn_cast<CallBase>(&I))
        if (std::string Why = whyWrong(Info, *Call, InClaim); !Why.empty())
          Found.error(*Call, Why);
  }
}
