//===- ThreadAliases.h - Two thread-locals are two --------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_THREADALIASES_H
#define WEFT_THREADALIASES_H

#include "llvm/ADT/ArrayRef.h"

namespace llvm {
class Function;
} // namespace llvm

namespace weft {

/// Says of loads and stores in \p Functions, of one module, whose addresses are from
/// threadAddress, that those of one variable do not reach into another.
void tellThreadLocalsApart(llvm::ArrayRef<llvm::Function *> Functions);

} // namespace weft

#endif
