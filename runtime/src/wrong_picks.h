// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What a policy's pick may be wrong about, told by the worker that asked it, and the end of the process.
#pragma once

#include "runtime.h"

namespace weft {

// SCHED-01
[[noreturn]] void picked_unready(weft_domain *d, weft_ent *ent);
// SCHED-08
[[noreturn]] void picked_too_many(weft_domain *d, size_t n);
// SCHED-02: nothing, though so many of its entities are ready. With the lock; nobody else picks.
[[noreturn]] void lost(weft_domain *d, uint32_t ready);

} // namespace weft
