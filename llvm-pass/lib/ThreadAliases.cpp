//===- ThreadAliases.cpp - Two thread-locals are two ----------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A part of weft-tls. To optimizers two global variables are two places, but what
// threadAddress answers is any pointer: each store to a thread-local would make them
// load all others again. So loads and stores at such an address say of which variable
// they are (alias.scope), and of which they are not (noalias).
//
// An alias may be any variable, so nothing is said of accesses by one; of what the
// program keeps in a pointer of its own nothing either. The scopes are this run's
// alone: a link may rename a variable of which an earlier run has spoken, and names
// would then make one into two.
//===----------------------------------------------------------------------===//

#include "ThreadAliases.h"
#include "ThreadAddress.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace weft;

/// Each variable's list has all the others.
static constexpr unsigned Most = 32;

void weft::tellThreadLocalsApart(ArrayRef<Function *> Functions) {
  MapVector<const GlobalVariable *, SmallVector<Instruction *, 8>> Accesses;
  for (Function *F : Functions)
    for (Instruction &I : instructions(*F))
      if (const Value *Pointer = getLoadStorePointerOperand(&I))
        if (const GlobalVariable *Variable = variableOf(*getUnderlyingObject(Pointer));
            Variable && (Accesses.count(Variable) || Accesses.size() < Most))
          Accesses[Variable].push_back(&I);
  if (Accesses.size() < 2)
    return;
  LLVMContext &Context = Functions.front()->getContext();
  MDBuilder Metadata(Context);
  MDNode *Domain = Metadata.createAnonymousAliasScopeDomain();
  SmallVector<llvm::Metadata *, Most> Scopes;
  for (unsigned N = 0; N < Accesses.size(); ++N)
    Scopes.push_back(Metadata.createAnonymousAliasScope(Domain));
  for (unsigned N = 0; N < Accesses.size(); ++N) {
    auto Others = Scopes;
    Others.erase(Others.begin() + N);
    MDNode *Own = MDNode::get(Context, {Scopes[N]}), *NotOf = MDNode::get(Context, Others);
    auto Add = [](Instruction &I, unsigned Kind, MDNode *More) {
      I.setMetadata(Kind, MDNode::concatenate(I.getMetadata(Kind), More));
    };
    for (Instruction *I : (Accesses.begin() + N)->second) {
      Add(*I, LLVMContext::MD_alias_scope, Own);
      Add(*I, LLVMContext::MD_noalias, NotOf);
    }
  }
}
