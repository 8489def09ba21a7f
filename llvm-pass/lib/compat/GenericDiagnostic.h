//===- compat/GenericDiagnostic.h - A message without a place ---*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM 20 got a diagnostic for it; before, LLVMContext::emitError took that of
// inline asm, with no cookie. Remove when LLVM 19 and older are no longer built.
//===----------------------------------------------------------------------===//

#ifndef WEFT_COMPAT_GENERICDIAGNOSTIC_H
#define WEFT_COMPAT_GENERICDIAGNOSTIC_H

#include "llvm/Config/llvm-config.h"
#include "llvm/IR/DiagnosticInfo.h"

namespace weft::compat {

#if LLVM_VERSION_MAJOR >= 20
using GenericDiagnostic = llvm::DiagnosticInfoGeneric;
#else
using GenericDiagnostic = llvm::DiagnosticInfoInlineAsm;
#endif

} // namespace weft::compat

#endif
