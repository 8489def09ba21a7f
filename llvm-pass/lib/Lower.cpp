#include "weft/Passes.h"
using namespace llvm;
PreservedAnalyses weft::LowerPass::run(Module &, ModuleAnalysisManager &) {
  (void)BeforeLink; return PreservedAnalyses::all();
}
