//===- Pipeline.cpp - Where the passes run --------------------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place that knows pass names and extension points.
//
// weft-lower sits at OptimizerLast, which every level has, -O0 included. With
// link-time optimization it is called before and after the link. Lowering
// before it is safe, so that a linker without the plug-in works too; a bitcode
// file that never saw a pipeline is taken care of at the link, when the linker
// has the plug-in. LowerPass itself canonicalizes what comes to it unprepared.
//
//===----------------------------------------------------------------------===//

#include "compat/ExtensionPoints.h"
#include "weft/Passes.h"
#include "llvm/Passes/PassBuilder.h"

using namespace llvm;

void weft::registerWeftPasses(PassBuilder &PB) {
  auto Prepare = [](ModulePassManager &MPM, OptimizationLevel) {
    MPM.addPass(MarkersPass());
    MPM.addPass(VerifyPass());
  };
  PB.registerPipelineStartEPCallback(Prepare);
  PB.registerFullLinkTimeOptimizationEarlyEPCallback(Prepare);
  compat::registerOptimizerLast(
      PB, [](ModulePassManager &MPM, bool BeforeLink) { MPM.addPass(LowerPass(BeforeLink)); });
  PB.registerFullLinkTimeOptimizationLastEPCallback(
      [](ModulePassManager &MPM, OptimizationLevel) { MPM.addPass(LowerPass()); });

  PB.registerPipelineParsingCallback(
      [](StringRef Name, ModulePassManager &MPM, ArrayRef<PassBuilder::PipelineElement>) {
        if (Name == "weft-markers")
          MPM.addPass(MarkersPass());
        else if (Name == "weft-verify")
          MPM.addPass(VerifyPass());
        else if (Name == "weft-lower")
          MPM.addPass(LowerPass());
        else if (Name == "weft-lower<before-link>")
          MPM.addPass(LowerPass(/*BeforeLink=*/true));
        else
          return false;
        return true;
      });
}
