//===- ThreadAddress.h - A thread-local's address, anew ---------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_THREADADDRESS_H
#define WEFT_THREADADDRESS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/IR/IRBuilder.h"

namespace llvm {
class CallBase;
class Function;
class GlobalValue;
class GlobalVariable;
class Module;
class Use;
class Value;
} // namespace llvm

namespace weft {

/// The address of \p Variable on the running thread, computed where \p B stands: it
/// may be shared with others of the same variable, but not over a call that may
/// write memory its caller does not see.
llvm::Value *threadAddress(llvm::IRBuilder<> &B, llvm::GlobalValue &Variable);

/// Whether \p U is a use of a thread-local by what threadAddress made.
bool isThreadAddress(const llvm::Use &U);

/// The variable whose address \p V is, which threadAddress made; null if it is none, or an alias.
const llvm::GlobalVariable *variableOf(const llvm::Value &V);

/// Whether \p F is what threadAddress calls where it cannot tell by which instructions an address is made.
bool isAddressAccessor(const llvm::Function &F);

/// Says of \p Call that it reads what only calls that are not known can write.
void readsOfTheThread(llvm::CallBase &Call);

/// Whether the thread pointer of \p M's target is `%fs:0`.
bool hasThreadPointer(const llvm::Module &M);

/// Makes \p Call, of a function of the thread (isOfTheThread), one that answers anew
/// after each call that may suspend. Returns whether it changed.
bool answerAnew(llvm::CallBase &Call);

/// Makes loads and stores at the addresses of \p Variable that threadAddress made
/// ones that code generation does in one instruction, by the thread pointer's
/// segment. Nothing may follow that merges intrinsics. Returns whether any changed.
bool shortenAccesses(llvm::GlobalVariable &Variable);

} // namespace weft

#endif
