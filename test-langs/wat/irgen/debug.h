// Debug information: lines into the module's text, functions by their names, parameters and locals. A binary
// module has no lines; its byte offsets stand for them. DWARF 4, which rt/lines.cpp reads.
#pragma once
#include "syntax/module.h"
#include "llvm/IR/DIBuilder.h"
#include "llvm/IR/Instructions.h"
#include <vector>

namespace wat {

class DebugInfo {
public:
  DebugInfo(llvm::Module &m, const std::string &file, bool optimized);
  /// Before the function's body is made.
  void function(llvm::Function *f, const Func &source, const SubType &type, const std::string &name);
  /// The place of an instruction of `f`, none in what is no function of the module (a thunk).
  static llvm::DebugLoc at(const llvm::Function *f, Pos p);
  /// `locals` in order, parameters first; their declarations go to the end of `entry`.
  void locals(llvm::Function *f, const Func &source, size_t params, const std::vector<ValType> &types,
              llvm::ArrayRef<llvm::AllocaInst *> locals, llvm::BasicBlock *entry);
  void finish() { builder_.finalize(); }

private:
  llvm::DIType *type(ValType t);
  llvm::DIBuilder builder_;
  llvm::DIFile *file_;
  bool optimized_;
};

} // namespace wat
