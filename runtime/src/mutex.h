/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// What a condition needs of a mutex beyond its public calls.
#ifndef WEFT_RUNTIME_MUTEX_H
#define WEFT_RUNTIME_MUTEX_H

#include "wait.h"

namespace weft {

// Who owns a lock: the task's handle, or a word no task has for the loop's thread outside of tasks.
inline uint64_t owner_word(const Task *t) { return t ? handle_of(t) : UINT64_MAX; }

// Unlocks: the first waiter's it is, or nobody's. WEFT_E_INVAL: nobody's it was. With the object's lock, as what follows.
weft_status hand_on(weft_mutex *m);

// Locks whatever cancels come meanwhile; they are kept for the task's next wait. For a caller that
// must own the lock when it returns.
void lock_through_cancels(ObjectHold *hold, weft_mutex *m, Task *self);

} // namespace weft

#endif
