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
// weft-tls runs at the start of everything that inlines: of a compilation, and of a
// link's optimization, where code of other modules comes in.
//
//===----------------------------------------------------------------------===//

#include "compat/ExtensionPoints.h"
#include "weft/Passes.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>
#include <tuple>

using namespace llvm;

/// weft-lower, weft-lower<before-link>, weft-lower<port=portable>, weft-lower<before-link;port=inline>
static std::optional<weft::LowerPass> parseLower(StringRef Name) {
  if (!Name.consume_front("weft-lower"))
    return std::nullopt;
  bool BeforeLink = false;
  auto Which = weft::Port::Default;
  if (!Name.empty() && (!Name.consume_front("<") || !Name.consume_back(">")))
    return std::nullopt;
  for (StringRef Rest = Name; !Rest.empty();) {
    StringRef Parameter;
    std::tie(Parameter, Rest) = Rest.split(';');
    if (Parameter == "before-link")
      BeforeLink = true;
    else if (Parameter == "port=inline")
      Which = weft::Port::Inline;
    else if (Parameter == "port=portable")
      Which = weft::Port::Portable;
    else
      return std::nullopt;
  }
  return weft::LowerPass(BeforeLink, Which);
}

/// weft-tls, weft-tls<unoptimized>, weft-tls<at-link>, weft-tls<last>,
/// weft-tls<last-before-link>
static std::optional<weft::ThreadLocalsPass> parseThreadLocals(StringRef Name) {
  using weft::ThreadLocalsPass;
  return StringSwitch<std::optional<ThreadLocalsPass>>(Name)
      .Case("weft-tls", ThreadLocalsPass(ThreadLocalsPass::Early))
      .Case("weft-tls<unoptimized>", ThreadLocalsPass(ThreadLocalsPass::EarlyUnoptimized))
      .Case("weft-tls<at-link>", ThreadLocalsPass(ThreadLocalsPass::AtLink))
      .Case("weft-tls<last-before-link>", ThreadLocalsPass(ThreadLocalsPass::LastBeforeLink))
      .Case("weft-tls<last>", ThreadLocalsPass(ThreadLocalsPass::Last))
      .Default(std::nullopt);
}

void weft::registerWeftPasses(PassBuilder &PB) {
  auto Prepare = [](ModulePassManager &MPM) {
    MPM.addPass(MarkersPass());
    MPM.addPass(VerifyPass());
  };
  PB.registerPipelineStartEPCallback([=](ModulePassManager &MPM, OptimizationLevel Level) {
    Prepare(MPM);
    MPM.addPass(ThreadLocalsPass(Level == OptimizationLevel::O0 ? ThreadLocalsPass::EarlyUnoptimized
                                                                : ThreadLocalsPass::Early));
  });
  PB.registerFullLinkTimeOptimizationEarlyEPCallback([=](ModulePassManager &MPM, OptimizationLevel) {
    Prepare(MPM);
    MPM.addPass(ThreadLocalsPass(ThreadLocalsPass::AtLink));
  });
  // A thin link's own pipeline has no start; elsewhere it finds nothing left to do.
  compat::registerEarlySimplification(PB, [](ModulePassManager &MPM, OptimizationLevel Level) {
    if (Level != OptimizationLevel::O0)
      MPM.addPass(ThreadLocalsPass(ThreadLocalsPass::AtLink));
  });
  compat::registerOptimizerLast(
      PB, [](ModulePassManager &MPM, OptimizationLevel Level, bool BeforeLink) {
        MPM.addPass(LowerPass(BeforeLink));
        MPM.addPass(ThreadLocalsPass(BeforeLink || Level == OptimizationLevel::O0
                                         ? ThreadLocalsPass::LastBeforeLink
                                         : ThreadLocalsPass::Last));
      });
  PB.registerFullLinkTimeOptimizationLastEPCallback(
      [](ModulePassManager &MPM, OptimizationLevel Level) {
        MPM.addPass(LowerPass());
        MPM.addPass(ThreadLocalsPass(Level == OptimizationLevel::O0
                                         ? ThreadLocalsPass::LastBeforeLink
                                         : ThreadLocalsPass::Last));
      });

  PB.registerPipelineParsingCallback(
      [](StringRef Name, ModulePassManager &MPM, ArrayRef<PassBuilder::PipelineElement>) {
        if (Name == "weft-markers")
          MPM.addPass(MarkersPass());
        else if (Name == "weft-verify")
          MPM.addPass(VerifyPass());
        else if (Name == "print<weft-suspend-info>")
          MPM.addPass(SuspendInfoPrinterPass(errs()));
        else if (auto Pass = parseThreadLocals(Name))
          MPM.addPass(std::move(*Pass));
        else if (auto Pass = parseLower(Name))
          MPM.addPass(std::move(*Pass));
        else
          return false;
        return true;
      });
}
