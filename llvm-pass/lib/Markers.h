//===- Markers.h - weft-markers, for the steps that follow it ---*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_MARKERS_PASS_H
#define WEFT_MARKERS_PASS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

namespace llvm {
class CallBase;
class Module;
} // namespace llvm

namespace weft {

/// On a call made from C whose tag is computed: it has no signature to agree
/// with, and carries every payload register.
/// On calls made from C's that send all registers, since how many matter is not known.
inline constexpr llvm::StringLiteral SendsAllAttribute = "weft-sends-all";
inline constexpr llvm::StringLiteral ComputedTagAttribute = "weft-computed-tag";

/// All calls of functions named weft.*, in the order of the module.
llvm::SmallVector<llvm::CallBase *, 16> collectMarkerCalls(llvm::Module &M);

/// What MarkersPass does. Returns whether anything changed.
bool canonicalizeMarkers(llvm::Module &M);

} // namespace weft

#endif
