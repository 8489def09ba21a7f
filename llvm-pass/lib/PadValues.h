//===- PadValues.h - Values that landing pads of switches read --*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_PADVALUES_H
#define WEFT_PADVALUES_H

namespace llvm {
class Module;
}

namespace weft {

/// Puts what is alive into a landing pad of inline asm on the stack. To be called
/// after lowering. Returns whether there was such a pad.
bool keepPadValuesInMemory(llvm::Module &M);

} // namespace weft

#endif
