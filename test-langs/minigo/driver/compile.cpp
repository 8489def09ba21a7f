// From checked packages to an object file: LLVM's default pipeline at the asked level with Weft's
// passes in it.
#include "driver/compiler.h"
#include "weft/Passes.h"
#include "llvm/CodeGen/CommandFlags.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include <filesystem>

namespace minigo {

// The run-time library makes run-time errors of the type that lib/runtime.go declares.
static void export_descriptor(Gen &gen, llvm::Module &m, const std::vector<Package *> &packages) {
  for (Package *p : packages)
    if (p->path == "runtime") {
      Object *o = p->scope->names["errorString"];
      new llvm::GlobalVariable(m, gen.ptr, true, llvm::GlobalValue::ExternalLinkage,
                               gen.descriptor(o->type), "mg_type_runtime_error");
    }
}

bool compile(const Options &o, const std::vector<Package *> &packages,
             const std::vector<FuncInfo *> &functions, TypeTable &types, Diagnostics &diag,
             const std::string &output) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::InitializeNativeTargetAsmParser(); // for the switch, which is inline assembly
  llvm::LLVMContext cx;
  llvm::Module m(std::filesystem::path(o.input).filename().string(), cx);
  m.setSourceFileName(o.input);
  std::string error;
  llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target) {
    fprintf(stderr, "minigo: %s\n", error.c_str());
    return false;
  }
  llvm::TargetOptions topts;
  static const llvm::CodeGenOptLevel levels[] = {
      llvm::CodeGenOptLevel::None, llvm::CodeGenOptLevel::Less, llvm::CodeGenOptLevel::Default,
      llvm::CodeGenOptLevel::Aggressive};
  std::unique_ptr<llvm::TargetMachine> tm(target->createTargetMachine(
      triple, "x86-64", "", topts, llvm::Reloc::PIC_, std::nullopt, levels[o.level]));
  m.setTargetTriple(triple);
  m.setDataLayout(tm->createDataLayout());
  m.setPICLevel(llvm::PICLevel::BigPIC);
  m.setPIELevel(llvm::PIELevel::Large);
  m.addModuleFlag(llvm::Module::Max, "uwtable", 2);
  m.addModuleFlag(llvm::Module::Max, "frame-pointer", 2);

  GenOptions go;
  go.debug = o.debug;
  go.directory = std::filesystem::current_path().string();
  {
    Gen gen(m, types, diag, go);
    export_descriptor(gen, m, packages);
    gen.generate(packages, functions);
  }
  if (diag.failed()) {
    diag.print();
    return false;
  }
  if (llvm::verifyModule(m, &llvm::errs())) {
    if (o.emit_llvm)
      m.print(llvm::outs(), nullptr);
    fprintf(
        stderr,
        "minigo: internal error: the generated code does not verify; please report the program\n");
    return false;
  }

  llvm::LoopAnalysisManager lam;
  llvm::FunctionAnalysisManager fam;
  llvm::CGSCCAnalysisManager cgam;
  llvm::ModuleAnalysisManager mam;
  llvm::PassBuilder pb(tm.get());
  weft::registerWeftPasses(pb);
  pb.registerModuleAnalyses(mam);
  pb.registerCGSCCAnalyses(cgam);
  pb.registerFunctionAnalyses(fam);
  pb.registerLoopAnalyses(lam);
  pb.crossRegisterProxies(lam, fam, cgam, mam);
  static const llvm::OptimizationLevel opt[] = {
      llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1, llvm::OptimizationLevel::O2,
      llvm::OptimizationLevel::O3};
  llvm::ModulePassManager pm = o.level ? pb.buildPerModuleDefaultPipeline(opt[o.level])
                                       : pb.buildO0DefaultPipeline(llvm::OptimizationLevel::O0);
  pm.run(m, mam);

  std::error_code ec;
  llvm::raw_fd_ostream out(output, ec, llvm::sys::fs::OF_None);
  if (ec) {
    fprintf(stderr, "minigo: cannot write %s: %s\n", output.c_str(), ec.message().c_str());
    return false;
  }
  if (o.emit_llvm) {
    m.print(out, nullptr);
    return true;
  }
  llvm::legacy::PassManager codegen;
  tm->addPassesToEmitFile(codegen, out, nullptr, llvm::CodeGenFileType::ObjectFile);
  codegen.run(m);
  return true;
}

} // namespace minigo
