// Before LLVM's pipeline, from -O2 on.
#pragma once
#include "llvm/IR/Module.h"

namespace wat {

void inline_recursion(llvm::Module &m);

} // namespace wat
