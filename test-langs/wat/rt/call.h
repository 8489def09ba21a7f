// Entering WebAssembly from outside, with a limit for the stack it runs on.
#pragma once
#include "rt/instance.h"
#include <weft/base.h>

namespace wat {

/// The tags that a host answers when no handler of the module takes a suspension. `on` lists them; `answer` gets
/// the number of one in it and its payload, and leaves the answer there: null, or the text of a trap for who suspended.
struct HostTags {
  weft_handlers *on;
  const char *(*answer)(HostTags *self, uint32_t index, weft_payload *io);
};

/// Calls a function from outside of all generated code. On the thread's own stack and without host's tags it runs there,
/// else on a stack of its own, as only of these the limit is known.
void call(FuncRef *f, uint64_t *values, HostTags *tags = nullptr);

} // namespace wat
