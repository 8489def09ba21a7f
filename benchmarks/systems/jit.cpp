// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// switches.cpp once more, compiled by LLJIT when this program starts, from the bitcode that clang made of it without
// optimizing: what `weft` has in the same rows is the same source compiled ahead of time.
#include "serve.h"
#include "weft/Jit.h"
#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using bench::Result;

static ExitOnError or_end("jit: ");
static std::unique_ptr<orc::LLJIT> jit;

/// By the mangled name of bench::NAME(unsigned long, unsigned long).
template <const char *const &name> Result compiled(uint64_t param, uint64_t ops) {
  static auto *run = or_end(jit->lookup(name)).toPtr<Result (*)(uint64_t, uint64_t)>();
  return run(param, ops);
}
static const char *const loop = "_ZN5bench4loopEmm";
static const char *const ring = "_ZN5bench4ringEmm";
static const char *const tree = "_ZN5bench4treeEmm";
static const char *const both_in_callees = "_ZN5bench15both_in_calleesEmm";

int main() {
  jit = or_end(weft::createJit());
  auto context = std::make_unique<LLVMContext>();
  SMDiagnostic why;
  auto module = parseIRFile(BENCH_BITCODE, why, *context);
  if (!module) {
    why.print("jit", errs());
    return 1;
  }
  or_end(jit->addIRModule(orc::ThreadSafeModule(std::move(module), std::move(context))));
  or_end(jit->initialize(jit->getMainJITDylib()));
  int result = bench::serve("jit", "LLVM " LLVM_VERSION_STRING,
                            {{"jit-loop", compiled<loop>},
                             {"jit-ring", compiled<ring>},
                             {"jit-tree", compiled<tree>},
                             {"jit-both-in-callees", compiled<both_in_callees>}});
  or_end(jit->deinitialize(jit->getMainJITDylib()));
  return result;
}
