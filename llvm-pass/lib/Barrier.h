//===- Barrier.h - Calls that no suspension crosses -------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_BARRIER_H
#define WEFT_BARRIER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace llvm {
class CallBase;
class Module;
} // namespace llvm

namespace weft {

/// On a call: no suspension or switch crosses it.
inline constexpr llvm::StringLiteral BarrierAttribute = "weft.barrier";

/// Whether the call itself has the attribute; its callee's do not count.
bool isBarrier(const llvm::CallBase &Call);

/// Why a call cannot be a barrier; empty when it can.
std::string whyNoBarrier(const llvm::CallBase &Call);

/// Puts weft.barrier.enter and .leave around each barrier that can be one, and
/// around each call of what weft.barrier.mem gives. Returns whether there were any.
/// \p CallsClaim becomes true when a call says "weft-nosuspend" of itself: all calls
/// are looked at here.
bool bracketBarriers(llvm::Module &M, bool &CallsClaim);

/// The same for \p Calls, of which none has a whyNoBarrier.
void bracketCalls(llvm::Module &M, llvm::ArrayRef<llvm::CallBase *> Calls);

} // namespace weft

#endif
