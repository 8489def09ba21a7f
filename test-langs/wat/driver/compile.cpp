// LLVM's default pipeline with Weft's passes in it, then lld and the loader.
#include "driver/compile.h"
#include "irgen/gen.h"
#include "weft/Passes.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include <cstring>
#include <dlfcn.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace wat {

static std::unique_ptr<llvm::TargetMachine> target(int level) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::InitializeNativeTargetAsmParser(); // for the switch, which is inline assembly
  static const llvm::CodeGenOptLevel levels[] = {
      llvm::CodeGenOptLevel::None, llvm::CodeGenOptLevel::Less, llvm::CodeGenOptLevel::Default,
      llvm::CodeGenOptLevel::Aggressive};
  llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
  std::string error;
  const llvm::Target *t = llvm::TargetRegistry::lookupTarget(triple, error);
  // v2 has the roundings of floats as instructions.
  const char *cpu = triple.isX86() ? "x86-64-v2" : "generic";
  return std::unique_ptr<llvm::TargetMachine>(t->createTargetMachine(
      triple, cpu, "", llvm::TargetOptions(), llvm::Reloc::PIC_, std::nullopt, levels[level]));
}

static std::vector<HandlerTable> generate(llvm::Module &m, llvm::TargetMachine &tm, const Module &source,
                                          const std::string &prefix) {
  m.setTargetTriple(tm.getTargetTriple());
  m.setDataLayout(tm.createDataLayout());
  m.setPICLevel(llvm::PICLevel::BigPIC);
  m.addModuleFlag(llvm::Module::Max, "uwtable", 2);
  ModuleGen gen(m, source, prefix);
  gen.generate();
  std::string why;
  llvm::raw_string_ostream out(why);
  if (llvm::verifyModule(m, &out))
    throw Error{Error::NotSupported, {}, "internal error: the generated code does not verify: " + why};
  return std::move(gen.handlers);
}

std::string Code::emit_llvm(const Module &source) {
  llvm::LLVMContext cx;
  llvm::Module m("wat", cx);
  generate(m, *target(0), source, "wat");
  std::string text;
  llvm::raw_string_ostream out(text);
  m.print(out, nullptr);
  return text;
}

Code::Code(int level) : level_(level) {
  const char *tmp = getenv("TMPDIR");
  dir_ = std::string(tmp && *tmp ? tmp : "/tmp") + "/wat-XXXXXX";
  if (!mkdtemp(dir_.data()))
    dir_.clear();
}

Code::~Code() {
  for (auto &o : objects_)
    unlink(o.c_str());
  if (!dir_.empty())
    rmdir(dir_.c_str());
}

size_t Code::add(const Module &source) {
  llvm::LLVMContext cx;
  std::string prefix = "wat_m" + std::to_string(modules_.size());
  llvm::Module m(prefix, cx);
  auto tm = target(level_);
  std::vector<HandlerTable> handlers = generate(m, *tm, source, prefix);

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
  llvm::ModulePassManager pm = level_ ? pb.buildPerModuleDefaultPipeline(opt[level_])
                                      : pb.buildO0DefaultPipeline(llvm::OptimizationLevel::O0);
  pm.run(m, mam);

  std::string path = dir_ + "/" + prefix + ".o";
  std::error_code ec;
  llvm::raw_fd_ostream out(path, ec, llvm::sys::fs::OF_None);
  if (ec)
    throw Error{Error::NotSupported, {}, "cannot write " + path + ": " + ec.message()};
  objects_.push_back(path);
  llvm::legacy::PassManager codegen;
  tm->addPassesToEmitFile(codegen, out, nullptr, llvm::CodeGenFileType::ObjectFile);
  codegen.run(m);
  modules_.push_back({&source, std::move(handlers)});
  return modules_.size() - 1;
}

bool Code::load() {
  if (modules_.empty())
    return true;
  std::string library = dir_ + "/script.so";
  std::vector<std::string> cmd{WAT_LD, "-shared", "--eh-frame-hdr", "-z", "now", "-o", library};
  cmd.insert(cmd.end(), objects_.begin(), objects_.end());
  objects_.push_back(library);
  std::vector<char *> argv;
  for (auto &c : cmd)
    argv.push_back(c.data());
  argv.push_back(nullptr);
  pid_t pid;
  int status;
  if (int e = posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ)) {
    fprintf(stderr, "wat: cannot run %s: %s\n", argv[0], strerror(e));
    return false;
  }
  if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status)) {
    fprintf(stderr, "wat: linking failed\n");
    return false;
  }
  void *lib = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!lib) {
    fprintf(stderr, "wat: %s\n", dlerror());
    return false;
  }
  for (size_t k = 0; k < modules_.size(); ++k) {
    std::string prefix = "wat_m" + std::to_string(k);
    modules_[k].funcs = static_cast<CompiledFunc *>(dlsym(lib, (prefix + "_funcs").c_str()));
    modules_[k].exprs =
        reinterpret_cast<uint64_t (**)(Instance *)>(dlsym(lib, (prefix + "_exprs").c_str()));
  }
  return true;
}

} // namespace wat
