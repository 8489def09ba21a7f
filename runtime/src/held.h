// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Domains whose policy holds back: it has entities, and none of them may run now (SCHED-18).
//
// The idea: what is held back counts as ready in its domain, and the domain as empty above. So a child is not queued in its
// parent, and all that is known of empty ones holds for it; the root, which nobody queues, is looked at where somebody asks whether it has
// work (queued, home_has_work, spare_work). A hold ends by a timer among the others, at the begin of a turn, after a run of one of
// its entities, and when something becomes ready in it; to ask the policy too early does no harm. A child of which something runs
// on the other side (binding.h) is hollow meanwhile, as if all of it ran.
//
// Rejected: a task that sleeps and wakes the domain (it would count as one, keep weft_run alive, and be picked by the policy that holds back);
// to leave the child queued and let its picks give nothing (its parent would go round, and a root of such children would never be idle).
//
// All of it is under the runtime's lock.
#pragma once

#include "runtime.h"

namespace weft {

// A pick of d by w gave nothing, and said `allowed`; `running` of d's entities are being run. Ends the process when it may not.
void hold_back(weft_worker *w, weft_domain *d, const weft_slice &allowed, uint32_t running);
[[noreturn, gnu::cold]] void refuse_hold(weft_domain *d, const char *why);
// It is asked again by who calls, or goes.
void forget_hold(weft_domain *d);
// Its time has come: d is queued in its parent again, or the root may be asked. On the native stack.
void end_hold(weft_worker *w, weft_domain *d);
// The same of all that wait for a turn, which has begun.
void end_holds_for_turn(weft_worker *w);
const char *hold_name(uint32_t held); // "for a time"; of one that holds back

} // namespace weft
