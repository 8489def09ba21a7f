// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The trace: one JSON object per line, written by who holds what is the runtime's: the loop's thread, or one worker at a time.
//
// The dispatch loop exists twice, with and without a trace, so an untraced program pays nothing;
// everywhere else a call goes through these inline tests of rt->trace. Events and their fields are
// listed in docs/reference/trace.md.
#pragma once

#include "runtime.h"

namespace weft {

// Into rt->trace.
weft_status open_trace(const char *file, weft_runtime *rt, char *error, size_t size);
void close_trace(Trace *trace);
// All traces of the process; also before an abort by others.
void flush_traces();
// The same, and in each why the process ends.
void end_traces(const char *why);
// In a child of fork: what is in them is the parent's to write.
void leave_traces();
std::mutex &traces_lock();

namespace event {
void turn_begin(weft_runtime *rt);
void turn_end(weft_runtime *rt, bool more);
void domain_made(weft_domain *domain, const char *sched);
void domain_gone(weft_domain *domain);
void spawn(Task *task);
void ready(weft_domain *domain, weft_ent *ent, weft_why why);
void pick(weft_domain *domain, weft_ent *ent);
void sent(weft_domain *child);
void taken(weft_domain *child);
void run(Task *task);
void yielded(Task *task);
void parked(Task *task, const char *waits);
void done(Task *task);
void wake(Task *task, const char *what);
void slice_end(weft_domain *domain, bool more);
void held(weft_domain *domain);
void log(weft_runtime *rt, const char *text);
} // namespace event

} // namespace weft
