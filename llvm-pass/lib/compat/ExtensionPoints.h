//===- compat/ExtensionPoints.h - Callbacks that changed type ---*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Since LLVM 20 the last extension point says which phase of a link-time
// optimization it belongs to; older ones call it in all phases and do not say.
// There every phase is taken to be one before the link, which costs one
// instruction per switch, and where exceptions are enabled a test more. Remove when LLVM 19 and older are no longer built.
//===----------------------------------------------------------------------===//

#ifndef WEFT_COMPAT_EXTENSIONPOINTS_H
#define WEFT_COMPAT_EXTENSIONPOINTS_H

#include "llvm/Passes/PassBuilder.h"

namespace weft::compat {

/// \p Fn is called with the pass manager, the level, and whether link-time optimization
/// follows.
template <typename Callback> void registerOptimizerLast(llvm::PassBuilder &PB, Callback Fn) {
#if LLVM_VERSION_MAJOR >= 20
  PB.registerOptimizerLastEPCallback(
      [Fn](llvm::ModulePassManager &MPM, llvm::OptimizationLevel Level,
           llvm::ThinOrFullLTOPhase Phase) {
        Fn(MPM, Level,
           Phase == llvm::ThinOrFullLTOPhase::ThinLTOPreLink ||
               Phase == llvm::ThinOrFullLTOPhase::FullLTOPreLink);
      });
#else
  PB.registerOptimizerLastEPCallback(
      [Fn](llvm::ModulePassManager &MPM, llvm::OptimizationLevel Level) {
        Fn(MPM, Level, /*BeforeLink=*/true);
      });
#endif
}

/// \p Fn is called with the pass manager and the level, in every pipeline that simplifies modules, a thin link's included.
template <typename Callback>
void registerEarlySimplification(llvm::PassBuilder &PB, Callback Fn) {
#if LLVM_VERSION_MAJOR >= 20
  PB.registerPipelineEarlySimplificationEPCallback(
      [Fn](llvm::ModulePassManager &MPM, llvm::OptimizationLevel Level, llvm::ThinOrFullLTOPhase) {
        Fn(MPM, Level);
      });
#else
  PB.registerPipelineEarlySimplificationEPCallback(
      [Fn](llvm::ModulePassManager &MPM, llvm::OptimizationLevel Level) { Fn(MPM, Level); });
#endif
}

} // namespace weft::compat

#endif
