//===- ComputeBefore.cpp - What a switch need not keep alive --------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In `for (x : generator) sum += x`, the optimizer moves the addition behind the next
// resume, since the ways into a trap or a landing pad don't need it. That is good
// where it only saves work, but everything alive over a switch lies in memory: now x
// does too, written and read again for nothing. So it is moved back, and an empty asm
// that reads the sum holds it there in code generation, which does the same. The asm
// emits nothing, and the sum is alive over the switch in any case.
//
// Only where it can't lose: one of the operands is there for nothing else.
//
// Rejected: llvm.fake.use, which LLVM 19 lacks.
//
//===----------------------------------------------------------------------===//

#include "ComputeBefore.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstrTypes.h"

using namespace llvm;

/// The constraint of a register that holds all of it; null if none does for sure.
static const char *registerFor(Type *Ty) {
  if (Ty->isPointerTy() || Ty->isIntegerTy(64) || Ty->isIntegerTy(32))
    return "r";
  return Ty->isDoubleTy() || Ty->isFloatTy() ? "x" : nullptr;
}

static bool diesIn(const Value *Operand, const Instruction &I) {
  return !isa<Constant>(Operand) && all_of(Operand->users(), [&](const User *U) { return U == &I; });
}

void weft::computeBefore(CallBase &Marker) {
  BasicBlock *Block = Marker.getParent(), *Behind = Block;
  if (Block->getParent()->hasOptNone())
    return;
  if (auto *Invoke = dyn_cast<InvokeInst>(&Marker)) {
    Behind = Invoke->getNormalDest();
    if (!Behind->getSinglePredecessor())
      return;
  }
  auto IsBehind = [&](const Instruction &I) {
    return I.getParent() == Behind && (Behind != Block || !I.comesBefore(&Marker));
  };
  auto IsWorthIt = [&](const Instruction &I) {
    return isa<BinaryOperator, CastInst>(I) && registerFor(I.getType()) &&
           any_of(I.operands(), [&](const Use &Operand) { return diesIn(Operand, I); });
  };
  auto IsPossible = [&](const Instruction &I) {
    return isSafeToSpeculativelyExecute(&I) && none_of(I.operands(), [&](const Use &Operand) {
             auto *From = dyn_cast<Instruction>(Operand);
             return From && (From == &Marker || IsBehind(*From));
           });
  };
  for (Instruction &I : make_early_inc_range(*Behind))
    if (IsBehind(I) && &I != &Marker && IsWorthIt(I) && IsPossible(I))
      I.moveBefore(*Block, Marker.getIterator());

  IRBuilder<> B(&Marker);
  B.SetCurrentDebugLocation(Marker.getDebugLoc());
  for (Instruction &I : *Block) {
    if (&I == &Marker)
      break;
    bool NeededBehind = !I.use_empty() && all_of(I.users(), [&](const User *U) {
      auto *User = cast<Instruction>(U);
      return isa<PHINode>(User) || User->getParent() != Block || Marker.comesBefore(User);
    });
    if (!NeededBehind || !IsWorthIt(I))
      continue;
    auto *Ty = FunctionType::get(B.getVoidTy(), {I.getType()}, false);
    auto *Hold = InlineAsm::get(Ty, "", registerFor(I.getType()), /*hasSideEffects=*/true);
    B.CreateCall(Ty, Hold, {&I})->setDoesNotThrow();
  }
}
