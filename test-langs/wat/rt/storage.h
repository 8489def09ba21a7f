// The end of a memory: what an instance that is freed does with its own.
#pragma once
#include "rt/instance.h"

namespace wat {

void free_memory(MemoryObject *m);
/// Undoes traps_within, before the range is unmapped.
void no_traps_within(void *low);

} // namespace wat
