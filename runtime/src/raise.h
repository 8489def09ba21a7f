// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Entering a suspended continuation with an unwinding instead of an answer (raise.cpp, drop.cpp).
#pragma once

#include "cont.h"

namespace weft {

// Makes the next resume of cb, not fresh, call raise(arg) at the innermost suspension point; raise never
// returns, and first of all tells the sanitizers that it is there. Answers what to resume with.
weft_payload raise_in(weft_cb *cb, void (*raise)(void *), void *arg);

// Raises an exception that is thrown already, and does what follows when nobody catches it.
[[noreturn]] void raise_object(void *exception);

} // namespace weft
