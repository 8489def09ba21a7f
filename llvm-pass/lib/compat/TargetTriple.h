//===- compat/TargetTriple.h - Triples that were strings --------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Since LLVM 21 modules and targets take a Triple, before that its text. Remove
// when LLVM 20 and older are no longer built.
//===----------------------------------------------------------------------===//

#ifndef WEFT_COMPAT_TARGETTRIPLE_H
#define WEFT_COMPAT_TARGETTRIPLE_H

#include "llvm/Config/llvm-config.h"
#include "llvm/TargetParser/Triple.h"

namespace weft::compat {

#if LLVM_VERSION_MAJOR >= 21
inline const llvm::Triple &asTaken(const llvm::Triple &T) { return T; }
#else
inline const std::string &asTaken(const llvm::Triple &T) { return T.str(); }
#endif

} // namespace weft::compat

#endif
