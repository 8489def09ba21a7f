//===- compat/LinkGraphSymbol.h - Names of JITLink's symbols ----*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Since LLVM 20 a pooled string, before that a plain one. Remove when LLVM 19 and
// older are no longer built.
//===----------------------------------------------------------------------===//

#ifndef WEFT_COMPAT_LINKGRAPHSYMBOL_H
#define WEFT_COMPAT_LINKGRAPHSYMBOL_H

#include "llvm/Config/llvm-config.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"

namespace weft::compat {

inline llvm::StringRef nameOf(const llvm::jitlink::Symbol &S) {
#if LLVM_VERSION_MAJOR >= 20
  return S.hasName() ? *S.getName() : llvm::StringRef();
#else
  return S.hasName() ? S.getName() : llvm::StringRef();
#endif
}

} // namespace weft::compat

#endif
