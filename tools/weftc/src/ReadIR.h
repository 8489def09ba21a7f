// From the text of a module to a module that is valid and knows where each of its instructions
// stands.
#pragma once

#include "Diagnostics.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace weftc {

struct ReadResult {
  std::unique_ptr<llvm::Module> module; // null after an error, which was reported
  // The locations are ours (the lines of the .ll), not the front end's.
  bool locations_are_ours = false;
};

// Parses and verifies. A textual module without debug information gets locations in its own text,
// so that whatever is said later about an instruction can name its line.
ReadResult read_ir(llvm::MemoryBufferRef buffer, llvm::LLVMContext &context,
                   Diagnostics &diagnostics);

} // namespace weftc
