//===- CallRewrite.h - Putting code in the place of a call ------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Markers may be called or invoked. These make both look alike to the steps.
// What the new code keeps in memory stands in the function's entry.
//===----------------------------------------------------------------------===//

#ifndef WEFT_CALLREWRITE_H
#define WEFT_CALLREWRITE_H

#include "llvm/IR/InstrTypes.h"

namespace llvm {
class AllocaInst;
class InvokeInst;
} // namespace llvm

namespace weft {

struct NewCall {
  llvm::CallBase *Call;
  /// Where code that uses the results goes: before this.
  llvm::Instruction *After;
};

/// Makes a call in the place of \p Old: an invoke with the same unwind edge if
/// \p Old is one. \p Old stays until its uses are replaced and the caller
/// erases it.
NewCall callInPlaceOf(llvm::CallBase &Old, llvm::FunctionType *Ty, llvm::Value *Callee,
                      llvm::ArrayRef<llvm::Value *> Args);

/// A static alloca of \p F, behind the stores that its entry block begins with.
llvm::AllocaInst *allocaInEntry(llvm::Function &F, llvm::Type *Ty, const llvm::Twine &Name);

/// Removes a call that cannot be lowered; its result becomes poison.
void removeCall(llvm::CallBase &Call);

} // namespace weft

#endif
