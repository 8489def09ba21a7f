/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// How many descriptors the process may have (net.h, weft_raise_descriptors).
#pragma once

namespace weft {

// With the first listener of the process, unless the environment says WEFT_DESCRIPTORS=keep. Any thread.
void raise_descriptors_once();

} // namespace weft
