// The collector: when it runs, what is alive, and what is freed (docs/decisions/0016).
#pragma once
#include "rt/cells.h"
#include "rt/instance.h"

namespace wat {

/// A cleared cell. May collect, so whatever its caller needs later must be on a stack, in an instance or in a Root.
/// Traps when out of memory.
void *allocate(CellKind kind, size_t bytes);

/// Frees every object and every suspended continuation that nothing alive refers to.
void collect();

/// Its globals, tables and segments are alive from now on.
void add_roots(Instance *i);
void remove_roots(Instance *i);

/// wire.cpp: visits what cont.bind keeps for the code that is suspended in a slot.
void each_bound(uint32_t slot, void (*visit)(void *, uint64_t), void *arg);
/// Forgets what waits for continuations that are no more.
void forget_stale_bound();

} // namespace wat
