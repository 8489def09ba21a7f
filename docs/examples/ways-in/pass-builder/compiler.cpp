// From a module in memory to an object, as a compiler on LLVM's C++ API does it. What is Weft's stands in
// optimize(): one call, before the pipeline is built. What the pass finds wrong reaches the context's
// diagnostic handler like the compiler's own errors.
#include <weft/Passes.h>

#include <llvm/Config/llvm-config.h>
#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/IRReader/IRReader.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>

using namespace llvm;

struct Reports final : DiagnosticHandler {
  bool handleDiagnostics(const DiagnosticInfo &Info) override {
    Failed |= Info.getSeverity() == DS_Error;
    DiagnosticPrinterRawOStream Printer(errs() << "compiler: ");
    Info.print(Printer);
    errs() << "\n";
    return true;
  }
  bool Failed = false;
};

static void optimize(Module &M, TargetMachine &Machine) {
  PassBuilder Builder(&Machine);
  weft::registerWeftPasses(Builder);

  LoopAnalysisManager Loops;
  FunctionAnalysisManager Functions;
  CGSCCAnalysisManager Components;
  ModuleAnalysisManager Modules;
  Builder.registerModuleAnalyses(Modules);
  Builder.registerCGSCCAnalyses(Components);
  Builder.registerFunctionAnalyses(Functions);
  Builder.registerLoopAnalyses(Loops);
  Builder.crossRegisterProxies(Loops, Functions, Components, Modules);
  Builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2).run(M, Modules);
}

static std::unique_ptr<TargetMachine> machineFor(Module &M) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  InitializeNativeTargetAsmParser(); // a switch is inline assembly
  std::string Problem;
#if LLVM_VERSION_MAJOR >= 22
  Triple Name(sys::getDefaultTargetTriple());
#else
  std::string Name = sys::getDefaultTargetTriple();
#endif
  const Target *T = TargetRegistry::lookupTarget(Name, Problem);
  if (!T)
    return nullptr;
  std::unique_ptr<TargetMachine> Machine(
      T->createTargetMachine(Name, "", "", TargetOptions(), Reloc::PIC_));
  M.setTargetTriple(Name);
  M.setDataLayout(Machine->createDataLayout());
  return Machine;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return errs() << "usage: compiler INPUT.ll OUTPUT.o\n", 2;
  LLVMContext Context;
  auto Handler = std::make_unique<Reports>();
  Reports &Found = *Handler;
  Context.setDiagnosticHandler(std::move(Handler));

  SMDiagnostic Error;
  std::unique_ptr<Module> M = parseIRFile(argv[1], Error, Context);
  if (!M)
    return Error.print(argv[0], errs()), 1;
  std::unique_ptr<TargetMachine> Machine = machineFor(*M);
  if (!Machine)
    return errs() << "no code for this machine\n", 1;
  optimize(*M, *Machine);
  if (Found.Failed)
    return 1;

  std::error_code Code;
  raw_fd_ostream Object(argv[2], Code);
  legacy::PassManager Emit;
  if (Code || Machine->addPassesToEmitFile(Emit, Object, nullptr, CodeGenFileType::ObjectFile))
    return errs() << "cannot write " << argv[2] << "\n", 1;
  Emit.run(*M);
}
