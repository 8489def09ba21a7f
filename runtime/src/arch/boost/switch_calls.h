// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// arch/switch.h through Boost.Context: functions where an inline port has text (switch.cpp).
#pragma once

#include "../sanitizer.h"
#include "weft/lowered.h"

namespace weft::arch {

// Below everything that the calling function keeps in memory: its callee's frame.
[[gnu::noinline]] const void *stack_pointer();

} // namespace weft::arch
