//===- CallRewrite.cpp - Putting code in the place of a call --------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CallRewrite.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugLoc.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;
using namespace weft;

NewCall weft::callInPlaceOf(CallBase &Old, FunctionType *Ty, Value *Callee,
                            ArrayRef<Value *> Args) {
  NewCall New;
  if (auto *Invoke = dyn_cast<InvokeInst>(&Old)) {
    // A block of its own on the normal edge: the only place where the results
    // are there and the edge's other predecessors are not.
    BasicBlock *Dest = Invoke->getNormalDest();
    BasicBlock *Landed =
        BasicBlock::Create(Old.getContext(), "weft.landed", Old.getFunction(), Dest);
    IRBuilder<> B(Landed);
    B.SetCurrentDebugLocation(Old.getDebugLoc());
    New.After = B.CreateBr(Dest);
    Dest->replacePhiUsesWith(Old.getParent(), Landed);
    New.Call = InvokeInst::Create(Ty, Callee, Landed, Invoke->getUnwindDest(), Args, "",
                                  Old.getIterator());
  } else {
    New.Call = CallInst::Create(Ty, Callee, Args, "", Old.getIterator());
    New.After = &Old;
  }
  New.Call->setDebugLoc(Old.getDebugLoc());
  if (MDNode *Srcloc = Old.getMetadata("srcloc"))
    if (!New.Call->isInlineAsm())
      New.Call->setMetadata("srcloc", Srcloc);
  if (Old.doesNotThrow())
    New.Call->setDoesNotThrow();
  return New;
}

// In front of the first alloca that it pads, ASan brings the stores of arguments that follow, past all other
// stores (findStoresToUninstrumentedArgAllocas), even to the same place: a first value and then an argument
// in one alloca would change their order. This alloca is often the only one that is padded, so it
// stands where that search ends.
AllocaInst *weft::allocaInEntry(Function &F, Type *Ty, const Twine &Name) {
  BasicBlock::iterator Place = F.getEntryBlock().getFirstInsertionPt();
  while (isa<AllocaInst, CastInst, StoreInst>(*Place))
    ++Place;
  return IRBuilder<>(&*Place).CreateAlloca(Ty, nullptr, Name);
}

void weft::removeCall(CallBase &Call) {
  if (!Call.getType()->isVoidTy())
    Call.replaceAllUsesWith(PoisonValue::get(Call.getType()));
  if (auto *Invoke = dyn_cast<InvokeInst>(&Call)) {
    Invoke->getUnwindDest()->removePredecessor(Invoke->getParent());
    IRBuilder<>(Invoke).CreateBr(Invoke->getNormalDest());
  } else if (auto *CallBr = dyn_cast<CallBrInst>(&Call)) {
    for (BasicBlock *Dest : CallBr->getIndirectDests())
      Dest->removePredecessor(CallBr->getParent());
    IRBuilder<>(CallBr).CreateBr(CallBr->getDefaultDest());
  }
  Call.eraseFromParent();
}
