// The pipeline is clang's for the level, with Weft's steps at the places that they ask for, and PIC
// code for the machine that the module names (the host when it names none).
//
// Functions of the input get three attributes, unless they have them: a frame pointer and unwind
// tables, without which a backtrace cannot cross a switch, and stack probes, without which a large
// frame jumps over a stack's guard page. clang does the same by flags; text IR has no flags.
#include "Compile.h"
#include "ReadIR.h"

#include "weft/Passes.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;

namespace weftc {

namespace {

struct ReportingHandler final : DiagnosticHandler {
  ReportingHandler(Diagnostics &diagnostics, StringRef file)
      : diagnostics_(diagnostics), file_(file.str()) {}
  bool handleDiagnostics(const DiagnosticInfo &info) override {
    diagnostics_.show(info, file_);
    return true;
  }
  Diagnostics &diagnostics_;
  std::string file_;
};

std::unique_ptr<TargetMachine> make_target_machine(Module &module, const Options &options,
                                                   Diagnostics &diagnostics, StringRef file) {
  InitializeAllTargetInfos();
  InitializeAllTargets();
  InitializeAllTargetMCs();
  InitializeAllAsmPrinters();
  InitializeAllAsmParsers();

  Triple triple(module.getTargetTriple());
  if (triple.str().empty())
    triple = Triple(sys::getDefaultTargetTriple());
  if (options.output == Output::Program &&
      triple.getArch() != Triple(sys::getDefaultTargetTriple()).getArch()) {
    diagnostics.at(file, 0, 0, SourceMgr::DK_Error,
                   "made for " + triple.str() + ", but programs are linked for " +
                       sys::getDefaultTargetTriple());
    return nullptr;
  }
  std::string problem;
#if LLVM_VERSION_MAJOR >= 22
  const Triple &name = triple;
#else
  const std::string &name = triple.str();
#endif
  const Target *target = TargetRegistry::lookupTarget(name, problem);
  if (!target) {
    diagnostics.at(file, 0, 0, SourceMgr::DK_Error, problem);
    return nullptr;
  }
  auto level = static_cast<CodeGenOptLevel>(options.opt_level);
  std::unique_ptr<TargetMachine> machine(
      target->createTargetMachine(name, "", "", TargetOptions(), Reloc::PIC_, std::nullopt, level));

  DataLayout layout = machine->createDataLayout();
  if (!module.getDataLayout().isDefault() && module.getDataLayout() != layout) {
    diagnostics.at(file, 0, 0, SourceMgr::DK_Error,
                   "its target datalayout is \"" + module.getDataLayoutStr() + "\", but " +
                       triple.str() + " has \"" + layout.getStringRepresentation() +
                       "\"; leave the line out, weftc adds it");
    return nullptr;
  }
#if LLVM_VERSION_MAJOR >= 22
  module.setTargetTriple(triple);
#else
  module.setTargetTriple(triple.str());
#endif
  module.setDataLayout(layout);
  return machine;
}

void add_attributes(Module &module) {
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    if (!function.hasFnAttribute("frame-pointer"))
      function.addFnAttr("frame-pointer", "all");
    if (!function.hasUWTable())
      function.setUWTableKind(UWTableKind::Async);
    if (!function.hasFnAttribute("probe-stack") && !function.hasFnAttribute("no-stack-arg-probe"))
      function.addFnAttr("probe-stack", "inline-asm");
  }
}

void run_passes(Module &module, TargetMachine &machine, int opt_level) {
  const OptimizationLevel levels[] = {OptimizationLevel::O0, OptimizationLevel::O1,
                                      OptimizationLevel::O2, OptimizationLevel::O3};
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.SLPVectorization = opt_level >= 2;
  PassBuilder builder(&machine, tuning);
  weft::registerWeftPasses(builder);

  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager sccs;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);

  OptimizationLevel level = levels[opt_level];
  ModulePassManager passes = opt_level ? builder.buildPerModuleDefaultPipeline(level)
                                       : builder.buildO0DefaultPipeline(level);
  passes.run(module, modules);
}

} // namespace

bool compile_ir(MemoryBufferRef buffer, Output output, const Options &options,
                Diagnostics &diagnostics, SmallVectorImpl<char> &result) {
  StringRef file = buffer.getBufferIdentifier();
  LLVMContext context;
  context.setDiagnosticHandler(std::make_unique<ReportingHandler>(diagnostics, file));
  auto [module, locations_are_ours] = read_ir(buffer, context, diagnostics);
  if (!module)
    return false;
  auto machine = make_target_machine(*module, options, diagnostics, file);
  if (!machine)
    return false;

  add_attributes(*module);
  run_passes(*module, *machine, options.opt_level);
  if (diagnostics.has_errors())
    return false;
  std::string complaint;
  raw_string_ostream complaint_stream(complaint);
  if (verifyModule(*module, &complaint_stream)) {
    diagnostics.at(
        file, 0, 0, SourceMgr::DK_Error,
        "the passes left invalid IR; this is a mistake in Weft or LLVM, please report it\n" +
            complaint);
    return false;
  }
  if (locations_are_ours && !options.debug_info) {
    StripDebugInfo(*module);
    if (output == Output::IR) // until here they located mistakes in inline assembly
      for (Function &function : *module)
        for (Instruction &instruction : instructions(function))
          instruction.setMetadata("srcloc", nullptr);
  }

  raw_svector_ostream stream(result);
  if (output == Output::IR) {
    module->print(stream, nullptr);
    return true;
  }
  legacy::PassManager codegen;
  auto type =
      output == Output::Assembly ? CodeGenFileType::AssemblyFile : CodeGenFileType::ObjectFile;
  if (machine->addPassesToEmitFile(codegen, stream, nullptr, type)) {
    diagnostics.at(file, 0, 0, SourceMgr::DK_Error,
                   "LLVM cannot emit this for " + machine->getTargetTriple().str());
    return false;
  }
  codegen.run(*module);
  return !diagnostics.has_errors();
}

} // namespace weftc
