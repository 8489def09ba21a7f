//===- UnwindEdge.cpp - Switches that unwinding may leave -----------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C++'s personality ends the process at an address that a function's table of
// call sites does not list. LLVM lists invokes, and calls that may throw; inline
// asm is no call to it, so a switch with nothing to clean up, in a function
// that has landing pads elsewhere, would not be listed, and could not be
// unwound by a drop or an exception. So it gets a landing pad that goes on.
//
//     invoke asm .. unwind label %pass.on
//   pass.on:
//     %exception = landingpad { ptr, i32 } cleanup
//     call void asm sideeffect ""        ; else SimplifyCFG makes a call of it
//     resume %exception
//
// Before a link a function without landing pads may yet be inlined into one that
// has some, and its switches would be invoked with its pads. So there each switch
// gets one of its own; where the module has no personality, C's, which the linker
// does not inline into functions of another.
//
//===----------------------------------------------------------------------===//

#include "UnwindEdge.h"
#include "MarkerCall.h"
#include "Markers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/EHPersonalities.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;
using namespace weft;

static bool landsByPads(const Function &F) {
  return F.hasPersonalityFn() &&
         !isScopedEHPersonality(classifyEHPersonality(F.getPersonalityFn()));
}

static Constant *languagesPersonality(Module &M) {
  for (Function &F : M)
    if (landsByPads(F))
      return F.getPersonalityFn();
  return nullptr;
}

Constant *weft::personalityFor(Module &M) {
  if (Constant *Known = languagesPersonality(M))
    return Known;
  auto Default = getDefaultEHPersonality(Triple(M.getTargetTriple()));
  auto *Ty = FunctionType::get(Type::getInt32Ty(M.getContext()), /*isVarArg=*/true);
  return cast<Constant>(M.getOrInsertFunction(getEHPersonalityName(Default), Ty).getCallee());
}

static BasicBlock *passOn(Function &F) {
  LLVMContext &Context = F.getContext();
  BasicBlock *Block = BasicBlock::Create(Context, "weft.pass.on", &F);
  IRBuilder<> B(Block);
  LandingPadInst *Pad = B.CreateLandingPad(
      StructType::get(Context, {B.getPtrTy(), B.getInt32Ty()}), 0, "weft.exception");
  Pad->setCleanup(true);
  auto *Ty = FunctionType::get(B.getVoidTy(), false);
  B.CreateCall(Ty, InlineAsm::get(Ty, "", "", true))->setDoesNotThrow();
  B.CreateResume(Pad);
  return Block;
}

bool weft::onlyPassesOn(const BasicBlock &Pad) {
  const LandingPadInst *Landing = Pad.getLandingPadInst();
  const auto *Resume = dyn_cast<ResumeInst>(Pad.getTerminator());
  return Resume && Resume->getValue() == Landing && Landing == &Pad.front() &&
         all_of(drop_end(drop_begin(Pad)), [](const Instruction &I) {
           const auto *Call = dyn_cast<CallInst>(&I);
           return Call && Call->isInlineAsm() && Call->arg_empty();
         });
}

bool weft::giveUnwindEdges(Module &M, bool BeforeLink) {
  if (!BeforeLink && !languagesPersonality(M))
    return false;

  DenseMap<Function *, BasicBlock *> Pads;
  bool Changed = false;
  for (CallBase *Call : collectMarkerCalls(M)) {
    auto Name = parseMarkerName(calledFunction(*Call)->getName());
    auto *Plain = dyn_cast<CallInst>(Call);
    if (!Name || !Plain || Plain->isMustTailCall() ||
        !is_contained({MarkerOp::Resume, MarkerOp::Suspend, MarkerOp::Switch}, Name->Op))
      continue;
    Function &F = *Plain->getFunction();
    auto Place = Pads.find(&F);
    if (Place == Pads.end()) {
      bool Needs = landsByPads(F) && any_of(F, [](BasicBlock &Block) { return Block.isLandingPad(); });
      if (BeforeLink && !F.doesNotThrow() && (!F.hasPersonalityFn() || landsByPads(F)))
        Needs = true;
      if (Needs && !F.hasPersonalityFn())
        F.setPersonalityFn(personalityFor(M));
      Place = Pads.try_emplace(&F, Needs ? passOn(F) : nullptr).first;
    }
    if (!Place->second)
      continue;
    Plain->setTailCall(false);
    changeToInvokeAndSplitBasicBlock(Plain, Place->second);
    Changed = true;
  }
  return Changed;
}
