//===- LoweredModule.h - What a lowered module says of itself ---*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_LOWEREDMODULE_H
#define WEFT_LOWEREDMODULE_H

namespace llvm {
class Module;
} // namespace llvm

namespace weft {

/// Once \p M has switches in it: the symbols by which it names its runtime, unwind
/// tables and probes for its functions, and no flag for shadow stacks.
void sayWhatLoweredCodeNeeds(llvm::Module &M, bool Portable);

} // namespace weft

#endif
