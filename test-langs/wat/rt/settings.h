// WEFT_STACK, WAT_MEMORY and WAT_GC, read once. A wrong value is never ignored: whoever starts code asks
// wrong_setting() before, and until then the defaults hold.
#pragma once
#include <cstddef>
#include <cstdint>

namespace wat {

struct Settings {
  uint32_t stack_class;   // of continuations
  uint64_t stack_bytes;
  size_t most_memory = 0; // 0: not said
  size_t stress = 0;      // collect at every so many allocations
  bool stats = false;     // say at the end what was collected
};

const Settings &settings();
/// Null when all are right, else a line that says which is not and what is accepted.
const char *wrong_setting();

} // namespace wat
