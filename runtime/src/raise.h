// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Exceptions that are in flight already, raised elsewhere (raise.cpp).
#pragma once

#include "cont.h"

namespace weft {

// Raises an exception that is thrown already, and does what follows when nobody catches it.
[[noreturn]] void raise_object(void *exception);

} // namespace weft
