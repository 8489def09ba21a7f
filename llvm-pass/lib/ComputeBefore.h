//===- ComputeBefore.h - What a switch need not keep alive ------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_COMPUTEBEFORE_H
#define WEFT_COMPUTEBEFORE_H

namespace llvm {
class CallBase;
}

namespace weft {

/// Keeps what \p Marker's block computes before it from being moved behind it, where that
/// would only keep the operands alive. To be called before the marker is lowered.
void computeBefore(llvm::CallBase &Marker);

} // namespace weft

#endif
