/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// The threads of a runtime that make its tasks' blocking calls.
#pragma once

struct weft_runtime;

namespace weft {

// Waits for what they run, and ends them. Nobody waits for any call any more.
void stop_blocking(weft_runtime *rt);
// A call stands in line or is being made, or is about to tell that it was: what comes of it may wake tasks. Then it waits for a moment, in
// which one may end. The loop's thread, without the runtime's lock.
bool some_block(weft_runtime *rt);

} // namespace weft
