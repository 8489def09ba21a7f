// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// debug_table.h for tasks: runtimes, domains, tasks, and the objects that tasks wait in.
#include "channel.h"
#include "debug_table.h"
#include "runtime.h"
#include "task.h"
#include "token.h"
#include "worker.h"

#include <cstddef>

#pragma GCC diagnostic ignored "-Winvalid-offsetof" // the compilers we build with know them all the same

namespace weft {

extern std::atomic<weft_runtime *> runtime_list; // runtime.cpp

// Private fields, for this file alone.
struct DebugOffsets {
  static constexpr size_t task_chunks = offsetof(TaskTable, chunks_), task_used = offsetof(TaskTable, used_);
  static constexpr size_t token_chunks = offsetof(TokenTable, chunks_);
  static constexpr size_t heap = offsetof(TimerHeap, heap_), heap_size = offsetof(TimerHeap, size_);
  static constexpr size_t heap_entry = sizeof(TimerHeap::Entry), heap_deadline = offsetof(TimerHeap::Entry, deadline);
};

} // namespace weft

using namespace weft;

#define WAIT(text, kind)                                                                           \
  {                                                                                                \
    "wait." text, { static_cast<uint64_t>(WaitKind::kind) }                                        \
  }

extern "C" {

WEFT_DEBUG_TABLE DebugEntry weft_debug_tasks[] = {
    {"rt.next", {offsetof(weft_runtime, next_runtime)}},
    {"rt.created", {offsetof(weft_runtime, created)}},
    {"rt.running", {offsetof(weft_runtime, home) + offsetof(weft_worker, running)}},
    {"rt.now", {offsetof(weft_runtime, home) + offsetof(weft_worker, now)}},
    {"rt.root", {offsetof(weft_runtime, root)}},
    {"rt.live", {offsetof(weft_runtime, live)}},
    {"rt.in_turn", {offsetof(weft_runtime, home) + offsetof(weft_worker, in_turn)}},
    {"rt.closing", {offsetof(weft_runtime, closing)}},
    {"rt.thread", {offsetof(weft_runtime, loop_thread)}},
    {"rt.thread_number", {offsetof(weft_runtime, loop_thread_number)}},
    {"rt.host_name", {offsetof(weft_runtime, host) + offsetof(weft_host_ops, name)}},
    {"rt.turns", {offsetof(weft_runtime, stats) + offsetof(weft_stats, turns)}},
    {"rt.heap", {offsetof(weft_runtime, timers) + DebugOffsets::heap}},
    {"rt.heap_size", {offsetof(weft_runtime, timers) + DebugOffsets::heap_size}},
    {"rt.workers", {offsetof(weft_runtime, workers)}},
    {"rt.idle", {offsetof(weft_runtime, idle)}},
    {"rt.pool", {offsetof(weft_runtime, pool)}},
    {"pool.size", {sizeof(PoolWorker)}},
    {"pool.running", {offsetof(PoolWorker, worker) + offsetof(weft_worker, running)}},
    {"pool.thread", {offsetof(PoolWorker, thread)}}, // in glibc the thread's pointer
    {"heap.entry", {DebugOffsets::heap_entry}},
    {"heap.deadline", {DebugOffsets::heap_deadline}},
    {"domain.rt", {offsetof(weft_domain, rt)}},
    {"domain.parent", {offsetof(weft_domain, parent)}},
    {"domain.child", {offsetof(weft_domain, first_child)}},
    {"domain.sibling", {offsetof(weft_domain, next_sibling)}},
    {"domain.id", {offsetof(weft_domain, ent) + offsetof(weft_ent, id)}},
    {"domain.name", {offsetof(weft_domain, name)}},
    {"domain.ready", {offsetof(weft_domain, ready)}},
    {"domain.state", {offsetof(weft_domain, ent) + offsetof(weft_ent, reserved)}},
    {"domain.in_slice", {offsetof(weft_domain, in_slice)}},
    {"domain.hollow", {offsetof(weft_domain, hollow)}},
    {"domain.bind", {offsetof(weft_domain, bind)}},
    {"bind.host", {WEFT_BIND_HOST}},
    {"bind.pool", {WEFT_BIND_POOL}},
    {"domain.tasks", {offsetof(weft_domain, tasks)}},
    {"domain.closed", {offsetof(weft_domain, closed)}},
    {"domain.sched", {offsetof(weft_domain, ops) + offsetof(weft_sched_ops, name)}},
    {"domain.size", {sizeof(weft_domain)}},
    {"task.chunks", {DebugOffsets::task_chunks}},
    {"task.used", {DebugOffsets::task_used}},
    {"table.chunk", {TaskTable::kChunk}},
    {"table.group", {TaskTable::kGroup}},
    {"task.gap", {Task::kGap}},
    {"task.size", {sizeof(Task)}},
    {"task.id", {offsetof(Task, ent) + offsetof(weft_ent, id)}},
    {"task.state", {offsetof(Task, ent) + offsetof(weft_ent, reserved)}},
    {"task.cb", {offsetof(Task, cb)}},
    {"task.domain", {offsetof(Task, domain)}},
    {"task.note", {offsetof(Task, note)}},
    {"task.slot", {offsetof(Task, slot)}},
    {"task.waits", {offsetof(Task, waits)}},
    {"task.wait", {offsetof(Task, wait)}},
    {"task.object", {offsetof(Task, object)}},
    {"task.timer", {offsetof(Task, timer) + offsetof(Timer, place)}},
    {"task.since", {offsetof(Task, since)}},
    {"task.rt", {offsetof(Task, rt)}},
    {"task.class", {offsetof(Task, stack_class)}}, // before it has a block
    {"task.name", {offsetof(Task, name)}},
    {"name.size", {kNameSize}},
    {"state.ready", {kEntReady}},
    {"state.ahead", {kEntAhead}},
    {"state.watched", {kEntWatched}},
    {"state.parked", {kEntParked}},
    WAIT("wake", Wake),
    WAIT("sleep", Sleep),
    WAIT("join", Join),
    WAIT("domain to close", Close),
    WAIT("memory for a stack", Stack),
    WAIT("token", Token),
    WAIT("group", Group),
    WAIT("host", Host),
    WAIT("channel send", Send),
    WAIT("channel receive", Receive),
    WAIT("select", Select),
    WAIT("mutex", Mutex),
    WAIT("condition", Condition),
    WAIT("semaphore", Semaphore),
    WAIT("wait group", WaitGroup),
    {"chan.count", {offsetof(weft_chan, count)}},
    {"chan.capacity", {offsetof(weft_chan, capacity)}},
    {"chan.closed", {offsetof(weft_chan, closed)}},
    {"mutex.owner", {offsetof(weft_mutex, owner)}},
    {"group.count", {offsetof(weft_wait_group, count)}},
    {"selecting.cases", {offsetof(Selecting, cases)}},
    {"selecting.count", {offsetof(Selecting, count)}},
    {"case.size", {sizeof(weft_select_case)}},
    {"case.chan", {offsetof(weft_select_case, chan)}},
    {"case.op", {offsetof(weft_select_case, op)}},
    {"case.send", {WEFT_SELECT_SEND}},
    {"token.chunks", {DebugOffsets::token_chunks}},
    {"token.size", {sizeof(TokenSlot)}},
    {"token.gap", {TokenSlot::kGap}},
    {"token.fd", {offsetof(TokenSlot, fd)}},
    {"token.fd_token", {offsetof(TokenSlot, fd_token)}},
    {"token.timer", {offsetof(TokenSlot, timer) + offsetof(Timer, place)}},
    WEFT_DEBUG_ADDRESS("runtimes", &runtime_list),
    WEFT_DEBUG_ADDRESS("tasks", &the_task_table),
    WEFT_DEBUG_ADDRESS("tokens", &the_token_table),
    {"", {0}}};
}
