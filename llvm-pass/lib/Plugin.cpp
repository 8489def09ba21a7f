//===- Plugin.cpp - The entry point of weft-pass-<N>.so -------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one function that clang, opt and lld look for in a plug-in. It is apart
// from Pipeline.cpp so that programs which embed the passes do not export it.
//===----------------------------------------------------------------------===//

#include "compat/PassPlugin.h"
#include "weft/Passes.h"
#include "llvm/Passes/PassBuilder.h"

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT ::llvm::PassPluginLibraryInfo
llvmGetPassPluginInfo() {
  // By field: later versions of the struct have more of them.
  llvm::PassPluginLibraryInfo Info{};
  Info.APIVersion = LLVM_PLUGIN_API_VERSION;
  Info.PluginName = "weft";
  Info.PluginVersion = "1 for LLVM " LLVM_VERSION_STRING;
  Info.RegisterPassBuilderCallbacks = weft::registerWeftPasses;
  return Info;
}
