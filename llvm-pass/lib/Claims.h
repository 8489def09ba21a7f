//===- Claims.h - "weft-nosuspend" is kept ----------------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_CLAIMS_H
#define WEFT_CLAIMS_H

namespace llvm {
class Module;
} // namespace llvm

namespace weft {

class Diagnostics;

/// Makes function attributes of C's __attribute__((annotate("weft-..."))), and sees
/// to it that what says "weft-nosuspend" does not suspend: calls for which that is
/// not known get a barrier. Returns whether anything changed. \p CallsClaim: whether a
/// call says it of itself; others look at all calls anyway, and see.
bool keepClaims(llvm::Module &M, bool CallsClaim);

/// Errors for claims that are wrong where one looks, which keepClaims left.
void reportClaims(llvm::Module &M, bool CallsClaim, Diagnostics &Found);

} // namespace weft

#endif
