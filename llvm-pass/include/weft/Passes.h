//===- weft/Passes.h - Weft's marker passes ---------------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a front end that embeds LLVM needs to have its markers lowered: one call
// of registerWeftPasses() on its PassBuilder before it builds a pipeline. A
// program that loads plug-ins (clang, opt, lld) gets the same from
// weft-pass-<N>.so.
//
// The steps, in the order in which they run:
//   weft-markers  C spelling -> canonical markers; bodies behind thunks
//   weft-verify   every misuse of a marker is an error with its place
//   weft-tls      the address of a thread-local is dead after a call that may suspend
//   weft-lower    markers -> switch code
// The first three run before any optimization, because the optimizer may merge
// what they look at; weft-lower runs after it, so that the optimizer sees plain
// calls. All run at -O0 and on optnone functions, and doing nothing is all they do
// in a module without markers, or without thread-locals in code that may suspend.
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_PASSES_H
#define WEFT_PASSES_H

#include "llvm/IR/PassManager.h"

namespace llvm {
class PassBuilder;
class raw_ostream;
} // namespace llvm

namespace weft {

/// Rewrites the C spelling of markers.h to canonical markers, puts a thunk of
/// one uniform type before the body of each cont.new, and pins tags. Leaves
/// what is malformed for VerifyPass to report.
struct MarkersPass : llvm::PassInfoMixin<MarkersPass> {
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }
};

/// Reports every misuse of a marker through the context's diagnostic handler,
/// as errors, and removes the calls in question, so that a host which goes on
/// after errors does not crash in a later pass.
struct VerifyPass : llvm::PassInfoMixin<VerifyPass> {
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }
};

/// Which calls may suspend, each with its reason, as text: print<weft-suspend-info>.
struct SuspendInfoPrinterPass : llvm::PassInfoMixin<SuspendInfoPrinterPass> {
  explicit SuspendInfoPrinterPass(llvm::raw_ostream &Out) : Out(Out) {}
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }

private:
  llvm::raw_ostream &Out;
};

/// Makes optimizers and code generation recompute the addresses of thread-locals,
/// and what else is of the running thread (errno's place), after each call that
/// may suspend. Code that cannot suspend is left as it was. A function with
/// "weft-thread-bound" is left alone, and so is a module with the flag of that
/// name: its tasks stay on their threads. A pointer to a thread-local that the
/// program itself keeps over a suspension is a warning with its place.
struct ThreadLocalsPass : llvm::PassInfoMixin<ThreadLocalsPass> {
  enum Phase {
    Early,            ///< before optimization
    EarlyUnoptimized, ///< with none to follow
    AtLink,           ///< before a link's optimization: warnings were given
    LastBeforeLink,   ///< after optimization: what it made no use of goes
    Last              ///< and no optimization follows: accesses become short again
  };
  explicit ThreadLocalsPass(Phase When = Early) : When(When) {}
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }

private:
  Phase When;
};

/// How switches are made. Inline: as text at the very place, where the target has
/// one. Portable: as calls of the runtime, with payloads in memory, on every
/// target. Objects of the two do not mix in one program; libweft has one of
/// them (WEFT_PORT), and the linker says so. Default: the module flag
/// "weft-portable" (1 or 0) decides, else what this pass was built for.
enum class Port { Default, Inline, Portable };

/// Replaces markers by switch code. Running it again changes nothing.
struct LowerPass : llvm::PassInfoMixin<LowerPass> {
  /// With \p BeforeLink a later link-time optimization may inline the switch
  /// into functions that this pass never sees; the code then keeps a frame
  /// pointer in whatever function it ends up in.
  explicit LowerPass(bool BeforeLink = false, Port Which = Port::Default)
      : BeforeLink(BeforeLink), Which(Which) {}
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }

private:
  bool BeforeLink;
  Port Which;
};

/// Adds the passes to the extension points of every pipeline that \p PB builds,
/// and makes their names known to PassBuilder::parsePassPipeline.
void registerWeftPasses(llvm::PassBuilder &PB);

} // namespace weft

#endif // WEFT_PASSES_H
