//===- LLVMC.cpp - Weft's passes for LLVM-C -------------------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The module is verified before anything runs: bindings have no C++ types that
// would keep a front end from building what passes crash on.
//===----------------------------------------------------------------------===//

#include "weft/Compile.h"
#include "weft/llvm-c.h"
#include "llvm-c/Core.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/CBindingWrapping.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

static LLVMBool fail(char **Error, StringRef Text) {
  if (Error)
    *Error = LLVMCreateMessage(Text.rtrim('\n').str().c_str());
  return 1;
}

LLVMBool weft_run_passes(LLVMModuleRef Module, LLVMTargetMachineRef Target, const char *Text,
                         char **Error) {
  if (Error)
    *Error = nullptr;
  weft::OptimizeOptions Options;
  std::string Why;
  if (!weft::parseOptimizeOptions(Text ? Text : "", Options, Why))
    return fail(Error, "weft_run_passes: " + Why);
  raw_string_ostream Out(Why);
  if (verifyModule(*unwrap(Module), &Out))
    return fail(Error, Why);
  if (!weft::optimize(*unwrap(Module), reinterpret_cast<TargetMachine *>(Target), Options, &Why))
    return fail(Error, Why);
  return 0;
}
