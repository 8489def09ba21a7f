// From a module to IR, assembly or an object, through Weft's pass, in this process.
#pragma once

#include "CommandLine.h"
#include "Diagnostics.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MemoryBuffer.h"

namespace weftc {

// False after an error, which was reported. The result stays in memory until it is complete, so
// that no half-written output is ever left behind.
bool compile_ir(llvm::MemoryBufferRef buffer, Output output, const Options &options,
                Diagnostics &diagnostics, llvm::SmallVectorImpl<char> &result);

} // namespace weftc
