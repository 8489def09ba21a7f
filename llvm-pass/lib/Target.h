//===- Target.h - Which targets the pass can lower for ----------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Grows by a line with each port of the switch's text in abi/include/weft/arch.
//===----------------------------------------------------------------------===//

#ifndef WEFT_TARGET_H
#define WEFT_TARGET_H

#include "llvm/ADT/Twine.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"
#include <string>

namespace weft {

/// Empty when markers in \p M can be lowered. A module without a triple is for
/// the machine at hand, as LLVM's tools take it.
inline std::string whyUnsupportedTarget(const llvm::Module &M) {
  llvm::Triple T(M.getTargetTriple());
  if (T.str().empty() || (T.getArch() == llvm::Triple::x86_64 && T.isOSLinux() && !T.isX32()))
    return {};
  return "target '" + T.str() + "' is not supported by this version of the pass; x86_64 Linux is";
}

} // namespace weft

#endif
