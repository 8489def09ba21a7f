/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// The threads of a runtime that make its tasks' blocking calls.
#pragma once

struct weft_runtime;

namespace weft {

// Waits for what they run, and ends them. Nobody waits for any call any more.
void stop_blocking(weft_runtime *rt);

} // namespace weft
