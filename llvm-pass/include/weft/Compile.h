//===- weft/Compile.h - From a module with markers to an object -*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The whole way from a front end's module to machine code, for those who want no
// PassBuilder of their own: LLVM's default pipeline with Weft's passes in it. minigo
// and wat compile by it, weft/llvm-c.h is it for C, and a JIT (weft/Jit.h) runs it on
// each module. Who builds pipelines takes registerWeftPasses() of weft/Passes.h.
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_COMPILE_H
#define WEFT_COMPILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Passes/OptimizationLevel.h"
#include <memory>
#include <string>

namespace llvm {
class Module;
class raw_pwrite_stream;
class TargetMachine;
} // namespace llvm

namespace weft {

/// Whether a link follows at which LLVM optimizes again, by bitcode.
enum class LinkTimeOptimization { None, Full, Thin };

struct OptimizeOptions {
  llvm::OptimizationLevel Level = llvm::OptimizationLevel::O2;
  LinkTimeOptimization Link = LinkTimeOptimization::None;
  /// Nothing but Weft's passes: the front end optimizes by itself, before or after.
  bool OnlyWeft = false;
  /// LLVM's verifier runs after every pass, and ends the process at what is wrong.
  bool VerifyEach = false;
};

/// What -O0 to -O3 mean; more is -O3.
llvm::OptimizationLevel optimizationLevel(unsigned N);

/// Reads "O0" to "O3", "Os", "Oz", "weft-only", "verify-each", "before-link=full" and
/// "before-link=thin", with commas between. On failure \p Why says what is wrong, and
/// \p Options is as it was.
bool parseOptimizeOptions(llvm::StringRef Text, OptimizeOptions &Options, std::string &Why);

/// Runs the pipeline. False when an error was reported, by any pass: the module is
/// then still valid, but lacks the calls in question. Without \p Errors errors go to
/// the context's diagnostic handler, as always; LLVM's own, where no other was set,
/// prints them and ends the process. With \p Errors they are collected there, a line
/// each, begun by the place, and still shown to a handler that was set. Remarks come to
/// a handler that enables them, from then on as well.
bool optimize(llvm::Module &M, llvm::TargetMachine *Target, const OptimizeOptions &Options = {},
              std::string *Errors = nullptr);

/// This machine's target, initialized, with position-independent code: what both
/// programs and shared objects can be linked from. \p CPU is a CPU's name; "" is the
/// target's oldest. Null, with \p Why, when LLVM was built without it.
std::unique_ptr<llvm::TargetMachine> hostTarget(llvm::StringRef CPU, llvm::OptimizationLevel Level,
                                                std::string &Why);
/// Makes \p M a module for \p Target: triple and data layout. Before the front end
/// starts to fill it.
void setTarget(llvm::Module &M, const llvm::TargetMachine &Target);

/// Writes an object file. False when the target has none.
bool emitObject(llvm::Module &M, llvm::TargetMachine &Target, llvm::raw_pwrite_stream &Out);

} // namespace weft

#endif // WEFT_COMPILE_H
