//===- Landing.cpp - Unwinding that lands at a switch ---------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's register allocator may spill a value before an asm and reload it behind,
// in the same block, and have the landing pad expect it in the register: it looks
// for a call to know where a block unwinds (InsertPointAnalysis, SplitKit.cpp),
// and inline asm is none to it. So no value may be alive on the unwind edge of a
// switch. Nothing is wrong with its normal edge: the landing pad is entered from
// there.
//
//     invoke asm .. to label %landed unwind label %detour
//   detour:                              ; for the tables, and what they lead to
//     %here = landingpad ..              ; the pad's clauses
//     call void asm "jmp behind the switch" (%here)
//     unreachable
//   landed:
//     br (%unwound != 0), label %unwound, label %go.on
//   unwound:                             ; {%exception, %selector}, out of the asm
//     invoke asm "nop" to label %pad's body unwind label %pad
//                                        ; phi [landingpad, %pad], [.., %unwound]
//
// The asm clobbers every register, so the state behind it is that of an asm that
// came back, whoever jumps there. The cost, where nothing unwinds: one
// instruction in the text, a test and a branch. The nop never unwinds; without
// a landing pad that leads to them, code generation would take the pad's `resume`
// instructions for unreachable.
//
// The detour's way is a word below the stack pointer. A call in front of its asm would write over that;
// -fsanitize-coverage puts one into each block, later than this. So such a function has no coverage.
//
// Rejected: a call of a function that does nothing in front of the asm (it takes
// what is computed between the two for safe), a stack map there (absolute
// relocations), keeping the values in memory (what LLVM itself hoists later is
// not kept), the out-of-line forms (slower); docs/decisions/0014.
//
//===----------------------------------------------------------------------===//

#include "Landing.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;
using namespace weft;

Landings::Pad &Landings::split(BasicBlock *Block) {
  auto [Place, New] = Pads.try_emplace(Block);
  Pad &Split = Place->second;
  if (!New)
    return Split;
  LandingPadInst *Landing = Block->getLandingPadInst();
  Split.Body = Block->splitBasicBlock(std::next(Landing->getIterator()), "weft.landing");
  auto Merge = [&](Instruction &I) {
    PHINode *Phi = PHINode::Create(I.getType(), 2, "", Split.Body->getFirstNonPHIIt());
    I.replaceAllUsesWith(Phi); // also along edges, and in debug records
    Phi->addIncoming(&I, Block);
    return Phi;
  };
  for (PHINode &Phi : Block->phis())
    Split.Phis.push_back(Merge(Phi));
  Split.Landed = Merge(*Landing);
  return Split;
}

static BasicBlock *detourBlock(BasicBlock *Pad, InlineAsm *Jump, const DebugLoc &Where) {
  LandingPadInst *Landing = Pad->getLandingPadInst();
  BasicBlock *Block =
      BasicBlock::Create(Pad->getContext(), "weft.detour", Pad->getParent(), Pad->getNextNode());
  IRBuilder<> B(Block);
  Instruction *Here = B.Insert(Landing->clone());
  Here->setDebugLoc(Where);
  B.SetCurrentDebugLocation(Where);
  Value *Exception = B.CreateExtractValue(Here, 0), *Selector = B.CreateExtractValue(Here, 1);
  if (!Exception->getType()->isPointerTy())
    Exception = B.CreateZExtOrTrunc(Exception, B.getInt64Ty());
  CallInst *Gone = B.CreateCall(Jump, {Exception, B.CreateZExtOrTrunc(Selector, B.getInt64Ty())});
  Gone->setDoesNotThrow();
  Gone->setDoesNotReturn();
  B.CreateUnreachable();
  return Block;
}

void Landings::detour(InvokeInst &Switch, Instruction *After, Landed What, InlineAsm *Jump) {
  BasicBlock *Block = Switch.getUnwindDest();
  Pad &To = split(Block);
  BasicBlock *From = Switch.getParent(); // not before: it may have been the pad's
  BasicBlock *&Detour = To.Detours[Jump];
  if (!Detour)
    Detour = detourBlock(Block, Jump, Switch.getDebugLoc());
  Switch.setUnwindDest(Detour);
  Switch.getFunction()->addFnAttr(Attribute::NoSanitizeCoverage);

  BasicBlock *Landed = After->getParent();
  BasicBlock *GoOn = Landed->splitBasicBlock(After, "weft.go.on");
  BasicBlock *Unwound = BasicBlock::Create(Landed->getContext(), "weft.unwound",
                                           Landed->getParent(), To.Body);
  Landed->getTerminator()->eraseFromParent();
  IRBuilder<> B(Landed);
  B.SetCurrentDebugLocation(Switch.getDebugLoc());
  B.CreateCondBr(B.CreateIsNotNull(What.Unwound), Unwound, GoOn,
                 MDBuilder(Landed->getContext()).createBranchWeights(1, (1U << 20) - 1));

  B.SetInsertPoint(Unwound);
  Type *Ty = To.Landed->getType();
  auto Fit = [&](Value *V, unsigned Element) {
    return V->getType()->isPointerTy() ? V : B.CreateZExtOrTrunc(V, Ty->getStructElementType(Element));
  };
  Value *Result = B.CreateInsertValue(PoisonValue::get(Ty), Fit(What.Exception, 0), 0);
  Result = B.CreateInsertValue(Result, Fit(What.Selector, 1), 1);
  auto *Nothing = FunctionType::get(B.getVoidTy(), false);
  B.CreateInvoke(InlineAsm::get(Nothing, "nop", "", /*hasSideEffects=*/true, /*isAlignStack=*/false,
                                InlineAsm::AD_ATT, /*canThrow=*/true),
                 To.Body, Block);
  To.Landed->addIncoming(Result, Unwound);
  for (auto [Phi, Merged] : zip_equal(Block->phis(), To.Phis)) {
    Merged->addIncoming(Phi.getIncomingValueForBlock(From), Unwound);
    Phi.replaceIncomingBlockWith(From, Unwound);
  }
}
