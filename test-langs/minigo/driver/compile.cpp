// From checked packages to an object file, by Weft's pipeline (weft/Compile.h).
#include "driver/compiler.h"
#include "weft/Compile.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Target/TargetMachine.h"
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
  llvm::LLVMContext cx;
  llvm::Module m(std::filesystem::path(o.input).filename().string(), cx);
  m.setSourceFileName(o.input);
  std::string error;
  llvm::OptimizationLevel level = weft::optimizationLevel(unsigned(o.level));
  auto tm = weft::hostTarget("x86-64", level, error);
  if (!tm) {
    fprintf(stderr, "minigo: %s\n", error.c_str());
    return false;
  }
  weft::setTarget(m, *tm);
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

  if (!weft::optimize(m, tm.get(), {.Level = level}))
    return false;

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
  return weft::emitObject(m, *tm, out);
}

} // namespace minigo
