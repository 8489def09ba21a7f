//===- Compile.cpp - From a module with markers to an object --------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether there were errors is found out by standing in front of the context's
// diagnostic handler while the passes run: errors of all passes come by there, and
// passes have no other way to say that they failed. Rejected: counting Weft's own,
// which would call a module good that the inliner or a target complained about.
//===----------------------------------------------------------------------===//

#include "weft/Compile.h"
#include "compat/TargetTriple.h"
#include "weft/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/StandardInstrumentations.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace weft;

namespace {

/// Stands in front of a context's handler, which still gets everything that it wants.
class Watcher : public DiagnosticHandler {
public:
  Watcher(LLVMContext &Context, std::string *Errors)
      : Outer(Context.getDiagnosticHandler()), Errors(Errors) {}

  std::unique_ptr<DiagnosticHandler> Outer;
  bool Failed = false;

  bool handleDiagnostics(const DiagnosticInfo &D) override {
    bool Handled = Outer && Outer->handleDiagnostics(D);
    if (D.getSeverity() != DS_Error)
      return Handled;
    Failed = true;
    if (Outer)
      Outer->HasErrors = true;
    if (!Errors)
      return Handled;
    if (!Errors->empty())
      *Errors += '\n';
    raw_string_ostream Out(*Errors);
    // clang's cookie for a place means nothing to anybody else.
    if (auto *Asm = dyn_cast<DiagnosticInfoInlineAsm>(&D)) {
      Out << Asm->getMsgStr();
    } else {
      DiagnosticPrinterRawOStream Printer(Out);
      D.print(Printer);
    }
    return true;
  }
  bool isAnalysisRemarkEnabled(StringRef Pass) const override {
    return Outer && Outer->isAnalysisRemarkEnabled(Pass);
  }
  bool isMissedOptRemarkEnabled(StringRef Pass) const override {
    return Outer && Outer->isMissedOptRemarkEnabled(Pass);
  }
  bool isPassedOptRemarkEnabled(StringRef Pass) const override {
    return Outer && Outer->isPassedOptRemarkEnabled(Pass);
  }
  bool isAnyRemarkEnabled() const override { return Outer && Outer->isAnyRemarkEnabled(); }

private:
  std::string *Errors;
};

} // namespace

bool weft::parseOptimizeOptions(StringRef Text, OptimizeOptions &Options, std::string &Why) {
  OptimizeOptions Read = Options;
  SmallVector<StringRef, 4> Words;
  Text.split(Words, ',', -1, /*KeepEmpty=*/false);
  for (StringRef Word : Words) {
    Word = Word.trim();
    if (Word == "weft-only")
      Read.OnlyWeft = true;
    else if (Word == "verify-each")
      Read.VerifyEach = true;
    else if (Word == "before-link=full")
      Read.Link = LinkTimeOptimization::Full;
    else if (Word == "before-link=thin")
      Read.Link = LinkTimeOptimization::Thin;
    else if (auto *Level = StringSwitch<const OptimizationLevel *>(Word)
                               .Case("O0", &OptimizationLevel::O0)
                               .Case("O1", &OptimizationLevel::O1)
                               .Case("O2", &OptimizationLevel::O2)
                               .Case("O3", &OptimizationLevel::O3)
                               .Case("Os", &OptimizationLevel::Os)
                               .Case("Oz", &OptimizationLevel::Oz)
                               .Default(nullptr))
      Read.Level = *Level;
    else {
      Why =
          ("unknown option '" + Word +
           "'; there are O0 O1 O2 O3 Os Oz weft-only verify-each before-link=full before-link=thin")
              .str();
      return false;
    }
  }
  Options = Read;
  return true;
}

OptimizationLevel weft::optimizationLevel(unsigned N) {
  const OptimizationLevel Levels[] = {OptimizationLevel::O0, OptimizationLevel::O1,
                                      OptimizationLevel::O2, OptimizationLevel::O3};
  return Levels[std::min(N, 3u)];
}

static ModulePassManager pipeline(PassBuilder &PB, const OptimizeOptions &Options) {
  if (Options.OnlyWeft) {
    ModulePassManager MPM;
    MPM.addPass(MarkersPass());
    MPM.addPass(VerifyPass());
    MPM.addPass(LowerPass(/*BeforeLink=*/Options.Link != LinkTimeOptimization::None));
    return MPM;
  }
  // Each of them takes -O0 as well.
  switch (Options.Link) {
  case LinkTimeOptimization::Full:
    return PB.buildLTOPreLinkDefaultPipeline(Options.Level);
  case LinkTimeOptimization::Thin:
    return PB.buildThinLTOPreLinkDefaultPipeline(Options.Level);
  case LinkTimeOptimization::None:
    break;
  }
  return PB.buildPerModuleDefaultPipeline(Options.Level);
}

bool weft::optimize(Module &M, TargetMachine *Target, const OptimizeOptions &Options,
                    std::string *Errors) {
  LLVMContext &Context = M.getContext();
  auto Watching = std::make_unique<Watcher>(Context, Errors);
  Watcher &Watch = *Watching;
  // Asked before each remark, and so is the outer one, to which it passes that on.
  Context.setDiagnosticHandler(std::move(Watching), /*RespectFilters=*/true);
  {
    LoopAnalysisManager LAM;
    FunctionAnalysisManager FAM;
    CGSCCAnalysisManager CGAM;
    ModuleAnalysisManager MAM;
    PassInstrumentationCallbacks Callbacks;
    StandardInstrumentations Instrumentations(Context, /*DebugLogging=*/false, Options.VerifyEach);
    Instrumentations.registerCallbacks(Callbacks, &MAM);
    PassBuilder PB(Target, PipelineTuningOptions(), std::nullopt, &Callbacks);
    registerWeftPasses(PB);
    PB.registerModuleAnalyses(MAM);
    PB.registerCGSCCAnalyses(CGAM);
    PB.registerFunctionAnalyses(FAM);
    PB.registerLoopAnalyses(LAM);
    PB.crossRegisterProxies(LAM, FAM, CGAM, MAM);
    pipeline(PB, Options).run(M, MAM);
  }
  bool Failed = Watch.Failed;
  // LLVM does not tell whether it was asked before; most say yes.
  Context.setDiagnosticHandler(std::move(Watch.Outer), /*RespectFilters=*/true);
  return !Failed;
}

std::unique_ptr<TargetMachine> weft::hostTarget(StringRef CPU, OptimizationLevel Level,
                                                std::string &Why) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  InitializeNativeTargetAsmParser(); // for the switch, which is inline assembly
  Triple Host(sys::getDefaultTargetTriple());
  const Target *T = TargetRegistry::lookupTarget("", Host, Why);
  if (!T)
    return nullptr;
  return std::unique_ptr<TargetMachine>(
      T->createTargetMachine(compat::asTaken(Host), CPU, "", TargetOptions(), Reloc::PIC_,
                             std::nullopt, *CodeGenOpt::getLevel(int(Level.getSpeedupLevel()))));
}

void weft::setTarget(Module &M, const TargetMachine &Target) {
  M.setTargetTriple(compat::asTaken(Target.getTargetTriple()));
  M.setDataLayout(Target.createDataLayout());
}

bool weft::emitObject(Module &M, TargetMachine &Target, raw_pwrite_stream &Out) {
  legacy::PassManager CodeGen;
  if (Target.addPassesToEmitFile(CodeGen, Out, nullptr, CodeGenFileType::ObjectFile))
    return false;
  CodeGen.run(M);
  return true;
}
