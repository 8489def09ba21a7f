// By Weft's pipeline (weft/Compile.h).
#include "driver/compile.h"
#include "irgen/gen.h"
#include "irgen/recursion.h"
#include "weft/Compile.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

namespace wat {

static std::unique_ptr<llvm::TargetMachine> target(int level) {
  // v2 has the roundings of floats as instructions.
  const char *cpu = llvm::Triple(llvm::sys::getDefaultTargetTriple()).isX86() ? "x86-64-v2" : "generic";
  std::string why;
  auto tm = weft::hostTarget(cpu, weft::optimizationLevel(unsigned(level)), why);
  if (!tm)
    throw Error{Error::NotSupported, {}, why};
  return tm;
}

/// int main(int argc, char **argv) { return wat_program(&symbol, argc, argv); }
static void add_main(llvm::Module &m, const std::string &symbol) {
  auto &cx = m.getContext();
  llvm::Type *i32 = llvm::Type::getInt32Ty(cx), *ptr = llvm::PointerType::getUnqual(cx);
  auto *f = llvm::Function::Create(llvm::FunctionType::get(i32, {i32, ptr}, false),
                                   llvm::GlobalValue::ExternalLinkage, "main", m);
  f->setUWTableKind(llvm::UWTableKind::Async);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(cx, "", f));
  auto program = m.getOrInsertFunction("wat_program", llvm::FunctionType::get(i32, {ptr, i32, ptr}, false));
  b.CreateRet(b.CreateCall(program, {m.getNamedGlobal(symbol), f->getArg(0), f->getArg(1)}));
}

static void generate(llvm::Module &m, llvm::TargetMachine &tm, const Unit &u, const CompileOptions &o) {
  weft::setTarget(m, tm);
  m.setPICLevel(llvm::PICLevel::BigPIC);
  m.addModuleFlag(llvm::Module::Max, "uwtable", 2);
  ModuleGen gen(m, u.module, u.symbol, o.file);
  if (o.debug)
    gen.debug = std::make_unique<DebugInfo>(m, o.file, o.level > 0);
  gen.generate();
  if (u.program)
    add_main(m, u.symbol);
  std::string why;
  llvm::raw_string_ostream out(why);
  if (llvm::verifyModule(m, &out))
    throw Error{Error::NotSupported, {}, "internal error: the generated code does not verify: " + why};
}

std::string emit_llvm(const Unit &u, const CompileOptions &o) {
  llvm::LLVMContext cx;
  llvm::Module m(u.symbol, cx);
  generate(m, *target(o.level), u, o);
  std::string text;
  llvm::raw_string_ostream out(text);
  m.print(out, nullptr);
  return text;
}

void compile(const Unit &u, const CompileOptions &o, const std::string &path) {
  llvm::LLVMContext cx;
  llvm::Module m(u.symbol, cx);
  auto tm = target(o.level);
  generate(m, *tm, u, o);
  if (o.level >= 2)
    inline_recursion(m);

  if (!weft::optimize(m, tm.get(), {.Level = weft::optimizationLevel(unsigned(o.level))}))
    throw Error{Error::NotSupported, {}, "internal error: a pass refused the generated code"};

  std::error_code ec;
  llvm::raw_fd_ostream out(path, ec, llvm::sys::fs::OF_None);
  if (!ec) {
    weft::emitObject(m, *tm, out);
    out.close();
    ec = out.error();
    out.clear_error();
  }
  if (ec)
    throw WriteFailed{"cannot write " + path + ": " + ec.message()};
}

} // namespace wat
