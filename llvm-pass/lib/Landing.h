//===- Landing.h - Unwinding that lands at a switch -------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_LANDING_H
#define WEFT_LANDING_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"

namespace weft {

class Landings {
public:
  /// Sends what unwinds to \p Switch, an invoke of inline asm, into its landing pad by way of its normal
  /// edge. That edge leads to a block that ends in \p After; \p What is what the asm gives there, and \p Jump takes
  /// the last two of it as its arguments. The unwind edge is another's from here on.
  struct Landed {
    llvm::Value *Unwound; ///< null unless it unwound
    llvm::Value *Exception, *Selector; ///< 64 bits each
  };
  void detour(llvm::InvokeInst &Switch, llvm::Instruction *After, Landed What, llvm::InlineAsm *Jump);

private:
  struct Pad {
    llvm::BasicBlock *Body;                      ///< what comes after the landingpad
    llvm::SmallVector<llvm::PHINode *, 4> Phis;  ///< there, of the pad's phis, in their order
    llvm::PHINode *Landed;                       ///< there, of the landingpad
    llvm::SmallDenseMap<llvm::InlineAsm *, llvm::BasicBlock *, 2> Detours;
  };
  Pad &split(llvm::BasicBlock *Block);
  llvm::DenseMap<llvm::BasicBlock *, Pad> Pads;
};

} // namespace weft

#endif
