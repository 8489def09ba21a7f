//===- Plugin.cpp - The entry point of weft-pass-<N>.so -------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one function that clang, opt and lld look for in a plug-in. It is apart
// from Pipeline.cpp so that programs which embed the passes do not export it.
//
// A program with another LLVM gets as far as here, since the plug-in's references
// to LLVM are weak (CMakeLists.txt). It is ended with one line that says what to
// do: LLVM's own check is of the plug-in interface's version, which not every
// LLVM raises, opt does not print what it finds, and the struct below has grown,
// so that an older program would not even have room for it.
//===----------------------------------------------------------------------===//

#include "compat/PassPlugin.h"
#include "weft/Passes.h"
#include "llvm/Passes/PassBuilder.h"
#include <cstdio>
#include <cstdlib>

#define WEFT_TEXT_(X) #X
#define WEFT_TEXT(X) WEFT_TEXT_(X)
#define WEFT_LLVM_MAJOR WEFT_TEXT(LLVM_VERSION_MAJOR)

extern "C" {
// From LLVM 16 on; a static opt or clang may not have linked it.
__attribute__((weak)) void LLVMGetVersion(unsigned *, unsigned *, unsigned *);
// The virtual table of llvm::DiagnosticInfoGeneric, which came later still.
__attribute__((weak)) extern const char _ZTVN4llvm21DiagnosticInfoGenericE[];
}

static void requireThisLLVM() {
  unsigned Major = 0, Minor = 0, Patch = 0;
  if (LLVMGetVersion)
    LLVMGetVersion(&Major, &Minor, &Patch);
  if (Major == LLVM_VERSION_MAJOR || (!Major && _ZTVN4llvm21DiagnosticInfoGenericE))
    return;
  std::fputs("weft: this plug-in, weft-pass-" WEFT_LLVM_MAJOR ".so, is for LLVM " WEFT_LLVM_MAJOR
             ", and the program that loads it has ",
             stderr);
  if (Major)
    std::fprintf(stderr, "LLVM %u.%u.%u", Major, Minor, Patch);
  else
    std::fputs("an older LLVM", stderr);
  std::fputs(": use clang, opt or lld of LLVM " WEFT_LLVM_MAJOR ", or build Weft for the other"
             " (-DWEFT_LLVM_VERSION)\n",
             stderr);
  std::exit(1);
}

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT ::llvm::PassPluginLibraryInfo llvmGetPassPluginInfo() {
  requireThisLLVM();
  // By field: later versions of the struct have more of them.
  llvm::PassPluginLibraryInfo Info{};
  Info.APIVersion = LLVM_PLUGIN_API_VERSION;
  Info.PluginName = "weft";
  Info.PluginVersion = "1 for LLVM " LLVM_VERSION_STRING;
  Info.RegisterPassBuilderCallbacks = weft::registerWeftPasses;
  return Info;
}
