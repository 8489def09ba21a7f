#include "irgen/debug.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/Module.h"
#include <filesystem>

namespace wat {
using namespace llvm;

// A line: for a binary module the offset.
static unsigned line(Pos p) { return p.line ? p.line : p.column; }

DebugInfo::DebugInfo(llvm::Module &m, const std::string &file, bool optimized) : builder_(m), optimized_(optimized) {
  m.addModuleFlag(llvm::Module::Warning, "Dwarf Version", 4);
  m.addModuleFlag(llvm::Module::Warning, "Debug Info Version", DEBUG_METADATA_VERSION);
  std::error_code ec;
  file_ = builder_.createFile(file, std::filesystem::current_path(ec).string());
  // There is no code for WebAssembly; debuggers read expressions as C then.
  builder_.createCompileUnit(dwarf::DW_LANG_C99, file_, "wat", optimized, "", 0);
}

DIType *DebugInfo::type(ValType t) {
  switch (t.kind) {
  case ValType::I32:
    return builder_.createBasicType("i32", 32, dwarf::DW_ATE_signed);
  case ValType::I64:
    return builder_.createBasicType("i64", 64, dwarf::DW_ATE_signed);
  case ValType::F32:
    return builder_.createBasicType("f32", 32, dwarf::DW_ATE_float);
  case ValType::F64:
    return builder_.createBasicType("f64", 64, dwarf::DW_ATE_float);
  default:
    return builder_.createBasicType("ref", 64, dwarf::DW_ATE_unsigned);
  }
}

void DebugInfo::function(Function *f, const Func &source, const SubType &t, const std::string &name) {
  SmallVector<Metadata *> types{t.results.size() == 1 ? type(t.results[0]) : nullptr};
  for (ValType p : t.params)
    types.push_back(type(p));
  auto flags = DISubprogram::SPFlagDefinition | DISubprogram::SPFlagLocalToUnit;
  if (optimized_)
    flags |= DISubprogram::SPFlagOptimized;
  f->setSubprogram(builder_.createFunction(
      file_, name, "", file_, line(source.pos),
      builder_.createSubroutineType(builder_.getOrCreateTypeArray(types)), line(source.pos),
      DINode::FlagPrototyped, flags));
}

DebugLoc DebugInfo::at(const Function *f, Pos p) {
  DISubprogram *scope = f->getSubprogram();
  return scope ? DebugLoc(DILocation::get(f->getContext(), line(p), p.line ? p.column : 0, scope)) : DebugLoc();
}

void DebugInfo::locals(Function *f, const Func &source, size_t params, const std::vector<ValType> &types,
                       ArrayRef<AllocaInst *> locals, BasicBlock *entry) {
  DISubprogram *scope = f->getSubprogram();
  for (size_t k = 0; k < locals.size(); ++k) {
    std::string name = k < source.local_names.size() ? source.local_names[k] : "";
    if (name.empty())
      name = "local" + std::to_string(k);
    auto *v = k < params ? builder_.createParameterVariable(scope, name, unsigned(k) + 1, file_, line(source.pos),
                                                            type(types[k]), true)
                         : builder_.createAutoVariable(scope, name, file_, line(source.pos), type(types[k]), true);
    builder_.insertDeclare(locals[k], v, builder_.createExpression(), at(f, source.pos).get(), entry);
  }
}

} // namespace wat
