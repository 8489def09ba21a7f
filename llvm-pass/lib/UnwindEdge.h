//===- UnwindEdge.h - Switches that unwinding may leave --------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_UNWINDEDGE_H
#define WEFT_UNWINDEDGE_H

namespace llvm {
class Module;
}

namespace weft {

/// Gives each marker that becomes a switch in place an unwind edge, where its
/// function needs one. To be called before lowering. Returns whether there were any.
bool giveUnwindEdges(llvm::Module &M, bool BeforeLink);

} // namespace weft

#endif
