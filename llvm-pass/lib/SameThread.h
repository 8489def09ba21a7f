//===- SameThread.h - Addresses kept while the thread is the same -*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_SAMETHREAD_H
#define WEFT_SAMETHREAD_H

#include "llvm/IR/PassManager.h"

namespace weft {

/// Makes code of a shared library keep what accessors of thread-locals answered
/// (ThreadAddress.h) over calls that may suspend, for as long as the thread's number
/// shows that it is the same, and optimizes what uses that. To run behind the
/// optimizations that merge calls of accessors. Returns whether anything changed.
bool keepWhileSameThread(llvm::Module &M, llvm::FunctionAnalysisManager &Analyses);

} // namespace weft

#endif
