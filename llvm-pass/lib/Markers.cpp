#include "weft/Passes.h"
using namespace llvm;
PreservedAnalyses weft::MarkersPass::run(Module &, ModuleAnalysisManager &) {
  return PreservedAnalyses::all();
}
