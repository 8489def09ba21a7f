//===- KeptAddress.h - Pointers to thread-locals that are kept --*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_KEPTADDRESS_H
#define WEFT_KEPTADDRESS_H

#include "llvm/ADT/ArrayRef.h"

namespace llvm {
class GlobalValue;
class Module;
} // namespace llvm

namespace weft {

class SuspendInfo;

/// Warns where the program itself keeps a pointer to one of \p Variables over a call
/// that is known to suspend: in a variable, in memory, as an argument.
void warnOfKeptAddresses(llvm::Module &M, const SuspendInfo &Info,
                         llvm::ArrayRef<llvm::GlobalValue *> Variables);

} // namespace weft

#endif
