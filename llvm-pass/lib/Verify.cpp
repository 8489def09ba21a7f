#include "weft/Passes.h"
using namespace llvm;
PreservedAnalyses weft::VerifyPass::run(Module &, ModuleAnalysisManager &) {
  return PreservedAnalyses::all();
}
