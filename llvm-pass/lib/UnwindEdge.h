//===- UnwindEdge.h - Switches that unwinding may leave --------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_UNWINDEDGE_H
#define WEFT_UNWINDEDGE_H

namespace llvm {
class BasicBlock;
class Constant;
class Module;
} // namespace llvm

namespace weft {

/// Gives each marker that becomes a switch in place an unwind edge, where its
/// function needs one. To be called before lowering. Returns whether there were any.
bool giveUnwindEdges(llvm::Module &M, bool BeforeLink);

/// That of the module's language, where one of its functions tells: the inliner
/// keeps functions of different ones apart. Else C's, which knows clean-ups too.
llvm::Constant *personalityFor(llvm::Module &M);

/// Whether \p Pad is what giveUnwindEdges() made: no value is alive there.
bool onlyPassesOn(const llvm::BasicBlock &Pad);

} // namespace weft

#endif
