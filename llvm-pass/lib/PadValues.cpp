//===- PadValues.cpp - Values that landing pads of switches read ----------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's register allocator takes the last call of a block for the place where
// its unwind edge leaves, and inline asm is no call to it. So it may spill a
// register before a switch and reload it behind, in the same block, which the
// way to the landing pad does not pass (llvm/lib/CodeGen/SplitKit.cpp,
// computeLastInsertPoint). One random program in six hundred met it.
//
// So no value may be alive in a register into such a pad. What is needed there lives
// on the stack, where a switch, which keeps no register, puts it anyway: it is
// stored where it is computed and loaded where the pad can lead to. The loads are
// volatile, or an optimizer that runs after this one would undo it.
//
// Rejected: a stack map of no bytes before the asm, which is a call to the allocator; its
// section holds absolute addresses, which no linker takes in position-independent code.
//
//===----------------------------------------------------------------------===//

#include "PadValues.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;
using namespace weft;

namespace {

class PadValues {
public:
  explicit PadValues(Function &F) : F(F) {}

  bool run() {
    for (BasicBlock &Block : F)
      if (auto *Invoke = dyn_cast<InvokeInst>(Block.getTerminator()))
        if (auto *Text = dyn_cast<InlineAsm>(Invoke->getCalledOperand()); Text && Text->canThrow())
          Pads.insert(Invoke->getUnwindDest());
    if (Pads.empty())
      return false;
    // The result of an invoke is stored on its normal edge, which so has to be one.
    for (BasicBlock &Block : make_early_inc_range(F))
      if (auto *Invoke = dyn_cast<InvokeInst>(Block.getTerminator()))
        if (!Invoke->use_empty() && !Invoke->getNormalDest()->getSinglePredecessor())
          SplitEdge(&Block, Invoke->getNormalDest());
    for (BasicBlock *Pad : Pads)
      while (auto *Phi = dyn_cast<PHINode>(&Pad->front()))
        if (AllocaInst *Slot = DemotePHIToStack(Phi, F.getEntryBlock().begin()))
          for (User *U : Slot->users())
            if (auto *Load = dyn_cast<LoadInst>(U))
              Load->setVolatile(true);
    DT.recalculate(F);
    for (BasicBlock *Pad : Pads)
      keepFor(*Pad);
    return true;
  }

private:
  Function &F;
  SmallSetVector<BasicBlock *, 8> Pads;
  DominatorTree DT;
  DenseMap<Value *, AllocaInst *> Slots;

  AllocaInst *slotOf(Value *V) {
    AllocaInst *&Slot = Slots[V];
    if (Slot)
      return Slot;
    Slot = new AllocaInst(V->getType(), F.getDataLayout().getAllocaAddrSpace(), nullptr,
                          V->getName() + ".kept", F.getEntryBlock().begin());
    BasicBlock::iterator At;
    if (isa<Argument>(V))
      At = F.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
    else if (auto *Invoke = dyn_cast<InvokeInst>(V))
      At = Invoke->getNormalDest()->getFirstInsertionPt();
    else if (auto *Phi = dyn_cast<PHINode>(V))
      At = Phi->getParent()->getFirstInsertionPt();
    else
      At = std::next(cast<Instruction>(V)->getIterator());
    new StoreInst(V, Slot, At);
    return Slot;
  }

  // Computed before the pad is reached, and not a constant of the frame.
  bool mayBeAliveInto(BasicBlock &Pad, Value *V) {
    if (V->getType()->isTokenTy() || V->getType()->isVoidTy())
      return false;
    if (isa<Argument>(V))
      return true;
    auto *I = dyn_cast<Instruction>(V);
    if (!I || I->getParent() == &Pad)
      return false;
    if (auto *Alloca = dyn_cast<AllocaInst>(I); Alloca && Alloca->isStaticAlloca())
      return false;
    return DT.dominates(I->getParent(), &Pad);
  }

  void keepFor(BasicBlock &Pad) {
    SmallSetVector<BasicBlock *, 32> Reached;
    Reached.insert(&Pad);
    for (unsigned N = 0; N != Reached.size(); ++N)
      for (BasicBlock *Next : successors(Reached[N]))
        Reached.insert(Next);

    SmallVector<Use *, 64> Uses;
    for (BasicBlock *Block : Reached)
      for (Instruction &I : *Block)
        for (Use &U : I.operands()) {
          if (!mayBeAliveInto(Pad, U))
            continue;
          if (auto *Phi = dyn_cast<PHINode>(&I)) {
            // What the invoke that ends the block returns comes into being on the edge itself.
            BasicBlock *From = Phi->getIncomingBlock(U);
            if (Reached.contains(From) && U.get() != From->getTerminator())
              Uses.push_back(&U);
          } else if (auto *Def = dyn_cast<Instruction>(U); !Def || Def->getParent() != Block) {
            Uses.push_back(&U);
          } else if (I.comesBefore(Def)) {
            Uses.push_back(&U);
          }
        }
    // A phi's uses from one block have to stay the same value.
    DenseMap<std::pair<Instruction *, Value *>, Value *> Loads;
    for (Use *U : Uses) {
      auto *User = cast<Instruction>(U->getUser());
      if (auto *Phi = dyn_cast<PHINode>(User))
        User = Phi->getIncomingBlock(*U)->getTerminator();
      Value *V = U->get();
      Value *&Load = Loads[{User, V}];
      if (!Load)
        Load = new LoadInst(V->getType(), slotOf(V), V->getName() + ".reload", /*isVolatile=*/true,
                            User->getIterator());
      U->set(Load);
    }
  }
};

} // namespace

bool weft::keepPadValuesInMemory(Module &M) {
  bool Changed = false;
  for (Function &F : M)
    if (!F.isDeclaration())
      Changed |= PadValues(F).run();
  return Changed;
}
