//===- Target.h - Which targets the pass can lower for ----------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Grows by a line with each port of the switch's text in abi/include/weft/arch, and
// with what Boost.Context learns.
//===----------------------------------------------------------------------===//

#ifndef WEFT_TARGET_H
#define WEFT_TARGET_H

#include "weft/Passes.h"
#include "llvm/ADT/Twine.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Metadata.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"
#include <string>

namespace weft {

/// There is a text of the switch for this target (abi/include/weft/arch). A module
/// without a triple is for the machine at hand, as LLVM's tools take it.
inline bool hasInlinePort(const llvm::Triple &T) {
#if defined(__x86_64__)
  if (T.str().empty())
    return true;
#endif
  return T.getArch() == llvm::Triple::x86_64 && T.isOSLinux() && !T.isX32();
}

/// Boost.Context has the target, and payloads' words hold its pointers.
inline bool hasPortablePort(const llvm::Triple &T) {
  using llvm::Triple;
  switch (T.getArch()) {
  case Triple::x86_64:
    return T.isOSBinFormatELF() && !T.isX32();
  case Triple::aarch64:
  case Triple::loongarch64:
  case Triple::mips64:
  case Triple::mips64el:
  case Triple::ppc64:
  case Triple::ppc64le:
  case Triple::riscv64:
  case Triple::systemz:
    return T.isOSBinFormatELF();
  default:
    return T.str().empty();
  }
}

/// Empty when markers in \p M can be lowered.
inline std::string whyUnsupportedTarget(const llvm::Module &M) {
  llvm::Triple T(M.getTargetTriple());
  if (hasInlinePort(T) || hasPortablePort(T))
    return {};
  return "target '" + T.str() +
         "' is not supported: Weft has x86_64 Linux inline, and by calls what is ELF, has "
         "64-bit pointers and is known to Boost.Context";
}

/// Whether switches in \p M are calls of the runtime (the portable port): the
/// pass was asked, the module says so, the build says so, or there is no text.
inline bool isPortable(const llvm::Module &M, Port Asked) {
  if (!hasInlinePort(llvm::Triple(M.getTargetTriple())))
    return true;
  if (Asked != Port::Default)
    return Asked == Port::Portable;
  if (auto *Flag =
          llvm::mdconst::extract_or_null<llvm::ConstantInt>(M.getModuleFlag("weft-portable")))
    return !Flag->isZero();
#if defined(WEFT_PORT_PORTABLE)
  return true;
#else
  return false;
#endif
}

} // namespace weft

#endif
