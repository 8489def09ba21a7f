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
//   weft-lower    markers -> switch code
// The first two run before any optimization, because the optimizer may merge
// what they look at; weft-lower runs after it, so that the optimizer sees plain
// calls. All three run at -O0 and on optnone functions, and doing nothing is
// all they do in a module without markers.
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_PASSES_H
#define WEFT_PASSES_H

#include "llvm/IR/PassManager.h"

namespace llvm {
class PassBuilder;
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

/// Replaces markers by switch code. Running it again changes nothing.
struct LowerPass : llvm::PassInfoMixin<LowerPass> {
  /// With \p BeforeLink a later link-time optimization may inline the switch
  /// into functions that this pass never sees; the code then keeps a frame
  /// pointer in whatever function it ends up in.
  explicit LowerPass(bool BeforeLink = false) : BeforeLink(BeforeLink) {}
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }

private:
  bool BeforeLink;
};

/// Adds the passes to the extension points of every pipeline that \p PB builds,
/// and makes their names known to PassBuilder::parsePassPipeline.
void registerWeftPasses(llvm::PassBuilder &PB);

} // namespace weft

#endif // WEFT_PASSES_H
