// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A dump for people. A task is a line; its frames are indented below it.
#include "binding.h"
#include "held.h"
#include "dump_view.h"
#include "exceptions.h"
#include "parallel.h"
#include "stack.h"
#include "trim.h"
#include "weft/dump.h"
#include "worker.h"

namespace weft {
namespace {

void write_named(DumpWriter &out, const Named &n) {
  out.text("#").number(n.id).text(" '").escaped(n.name, '\'').text("'");
}

void write_wait(DumpWriter &out, const TaskView &v, uint64_t now) {
  switch (v.wait) {
  case WaitKind::Send:
  case WaitKind::Receive:
    if (v.object)
      out.text("; channel ").hex(reinterpret_cast<uintptr_t>(v.object));
    if (v.object_read)
      out.text(", ").number(v.count).text(" of ").number(v.capacity).text(v.closed ? " in it, closed" : " in it");
    break;
  case WaitKind::Select:
    for (size_t i = 0; v.object_read && i < v.count && i < 16; ++i) {
      bool sends;
      const void *channel;
      if (!select_case_of(v, i, &sends, &channel))
        break;
      out.text(i ? ", " : "; ").text(sends ? "send " : "receive ").hex(reinterpret_cast<uintptr_t>(channel));
    }
    if (v.object_read && v.count > 16)
      out.text(", ...");
    break;
  case WaitKind::Mutex:
    out.text("; mutex ").hex(reinterpret_cast<uintptr_t>(v.object));
    if (v.loop_holds)
      out.text(" held outside of tasks");
    else if (v.other.id)
      write_named(out.text(" held by "), v.other);
    break;
  case WaitKind::Condition:
    out.text("; ").hex(reinterpret_cast<uintptr_t>(v.object));
    break;
  case WaitKind::Semaphore:
  case WaitKind::WaitGroup:
    out.text("; ").hex(reinterpret_cast<uintptr_t>(v.object));
    if (v.object_read && v.wait == WaitKind::WaitGroup)
      out.text(" of ").number(v.count);
    break;
  case WaitKind::Join:
  case WaitKind::Close:
    if (v.other.id)
      write_named(out.text("; of "), v.other);
    break;
  case WaitKind::Token:
    out.text("; token ").hex(v.token);
    if (v.fd >= 0)
      out.text(", descriptor ").number(static_cast<uint64_t>(v.fd));
    break;
  default:
    break;
  }
  if (v.deadline != WEFT_NEVER)
    out.text("; until ").text(v.deadline > now ? "in " : "now, late by ").seconds(
        v.deadline > now ? v.deadline - now : now - v.deadline);
}

struct Frames {
  DumpWriter *out;
  bool may_allocate;
};
void write_frame(void *arg, const Frame &frame) {
  auto *frames = static_cast<Frames *>(arg);
  char line[512];
  frame_line(frame, frames->may_allocate, line, sizeof line);
  frames->out->text("  ").text(line).text("\n");
}

// What is not as everybody has it.
void write_attrs(DumpWriter &out, const char *between, const Attributes &a, uint64_t now) {
  if (a.priority != 0)
    out.text(between).text("priority ").text(a.priority < 0 ? "-" : "").number(a.priority < 0 ? -static_cast<int64_t>(a.priority) : a.priority);
  if (a.deadline != WEFT_NEVER)
    out.text(between).text(a.deadline > now ? "deadline in " : "deadline missed by ").seconds(a.deadline > now ? a.deadline - now : now - a.deadline);
  if (a.weight != 1)
    out.text(between).text("weight ").number(a.weight);
}

void write_task(DumpWriter &out, const Task &t, const DumpCall &call) {
  TaskView v = view_of(t, call);
  out.text("  #").number(v.id).text(" '").escaped(v.name, '\'').text("' ").text(v.state);
  if (v.waits[0])
    out.text(" for ").escaped(v.waits, '\'');
  out.text(" in ");
  write_path(out, v.domain, '\'');
  if (v.worker >= 0)
    out.text("; worker ").number(static_cast<uint64_t>(v.worker));
  write_wait(out, v, call.now);
  write_attrs(out, "; ", attrs_of(t), call.now);
  out.text("; for ").seconds(call.now > v.since ? call.now - v.since : 0);
  out.text("; stack ").text(class_name(v.stack_class));
  if (!v.has_stack)
    out.text(", not begun");
  else if (v.stack_used)
    out.text(", ").number(v.stack_used).text(" bytes used");
  out.text("\n");
  if (call.flags & WEFT_DUMP_STACKS) {
    if (v.worker >= 0 && &t != worker_here(call.rt)->running)
      out.text("  (no frames: it runs on another thread)\n");
    Frames frames{&out, !call.interrupted};
    frames_of(t, call, write_frame, &frames);
  }
}

void write_head(DumpWriter &out, const DumpCall &call) {
  const weft_runtime *rt = call.rt;
  out.text("weft: ").number(live_tasks(rt)).text(" tasks; stacks: ").number(bound_stacks(rt)).text(" live");
  if (!call.interrupted) {
    IdleCounts idle = idle_counts();
    out.text(", ").number(idle.cached).text(" cached, ").number(idle.trimmed).text(" trimmed");
  }
  out.text(", guard ").text(guard_name(guard_kind()));
  if (!exceptions_follow_continuations())
    out.text("; C++ exceptions are the thread's (CONT-13)");
  ContinuationCounts n = count_continuations(call);
  out.text("\nweft: continuations: ").number(n.made).text(" made, ").number(n.in_tasks).text(" of tasks, ");
  if (!call.interrupted)
    out.number(n.idle).text(" idle, ");
  out.number(n.others).text(" others");
  out.text("\nweft: host ").text(rt->host.name ? rt->host.name : "?").text(", thread ");
  out.number(static_cast<uint64_t>(rt->loop_thread_number)).text(", turn ").number(rt->stats.turns);
  if (call.interrupted)
    out.text(", does not come back to its loop");
  else
    out.text(rt->home.in_turn ? ", in it" : ", after it");
  out.text("; ").number(rt->timers.size()).text(" timers; ").number(rt->awaiting).text(" await; ");
  out.number(rt->parked_for_wake).text(" parked for wake").text(rt->inbox.empty() ? "" : "; wakes from outside wait");
  if (rt->workers > 1)
    out.text("; ").number(rt->workers).text(" workers, ").number(rt->idle).text(" idle");
  out.text(rt->closing ? "; shutting down\n" : "\n");
  if (call.interrupted && !rt->home.running && (call.flags & WEFT_DUMP_STACKS)) {
    Frames frames{&out, false};
    each_frame(call.context, 0, 64, write_frame, &frames, call.symbols, call.interrupted);
  }
}

// ns in the unit that suits it, cut.
void write_time(DumpWriter &out, uint64_t ns) {
  if (ns < 10000)
    out.number(ns).text(" ns");
  else if (ns < 10000000)
    out.number(ns / 1000).text(" us");
  else
    out.number(ns / 1000000).text(" ms");
}

// What so many of a hundred samples are under, by the bucket's end. 0: the last bucket has none.
uint64_t under(const uint64_t (&wake_to_run)[WEFT_TIME_BUCKETS], uint64_t of_all, unsigned percent) {
  uint64_t seen = 0;
  for (uint32_t bucket = 0; bucket + 1 < WEFT_TIME_BUCKETS; ++bucket)
    if ((seen += wake_to_run[bucket]) * 100 >= of_all * percent)
      return UINT64_C(2) << bucket;
  return 0;
}

void write_wake_to_run(DumpWriter &out, const uint64_t (&wake_to_run)[WEFT_TIME_BUCKETS]) {
  uint64_t samples = 0;
  for (uint64_t n : wake_to_run)
    samples += n;
  if (!samples)
    return;
  struct {
    const char *text;
    unsigned percent;
  } const parts[] = {{"half under ", 50}, {"99 % under ", 99}, {"all under ", 100}};
  const char *between = "; wake to run: ";
  for (auto &part : parts)
    if (uint64_t ns = under(wake_to_run, samples, part.percent)) {
      write_time(out.text(between).text(part.text), ns);
      between = ", ";
    }
  if (uint64_t longest = wake_to_run[WEFT_TIME_BUCKETS - 1])
    out.text(between).number(longest).text(" of 2.1 s or more");
  out.text(" (").number(samples).text(samples == 1 ? " sample)" : " samples)");
}

template <typename Stats> void write_counters(DumpWriter &out, const char *indent, const Stats &s) {
  out.text(indent).text("readied ").number(s.readied).text(", picked ").number(s.picked).text(", ran ").number(s.ran);
  out.text(" (").number(s.stolen).text(" stolen), yielded ").number(s.yielded).text(", parked ").number(s.parked);
  out.text(", done ").number(s.done);
  if constexpr (requires { s.slept; })
    out.text(", slept ").number(s.slept);
  write_time(out.text("; longest slice "), s.longest_slice_ns);
  write_wake_to_run(out, s.wake_to_run);
  out.text("\n");
}

void write_worker(DumpWriter &out, const char *indent, const weft_worker &w) {
  out.text(indent).text("worker ").number(w.index).text(": ");
  write_counters(out, "", stats_of(w));
}

void write_domain(DumpWriter &out, const char *indent, const weft_domain &d, uint64_t now) {
  out.text(indent).text("domain #").number(d.ent.id).text(" ");
  write_path(out, &d, '\'');
  out.text(": ").text(d.ops.name ? d.ops.name : "?").text(", ").number(tasks_in(d)).text(" tasks, ");
  out.number(waiting_in(d));
  out.text(d.closed ? " ready, closed" : " ready");
  if (d.bind != WEFT_BIND_ANY)
    out.text(", bound to the ").text(binding_name(d.bind));
  if (d.held != 0)
    out.text(", held back ").text(hold_name(d.held));
  write_attrs(out, ", ", attrs_of(d), now);
  out.text("\n");
  write_counters(out.text(indent), "  ", stats_of(d));
}

} // namespace

void write_all_counters(DumpWriter &out, const char *indent, weft_runtime *rt, uint64_t now) {
  for (uint32_t i = 0; i < rt->workers; ++i)
    write_worker(out, indent, *worker_at(rt, i));
  each_domain(rt->root, [&](const weft_domain &d) { write_domain(out, indent, d, now); });
}

void dump_text(const DumpCall &call) {
  DumpWriter out(call.sink, call.arg);
  write_head(out, call);
  write_all_counters(out, "  ", call.rt, call.now);
  task_table().each([&](Task &t) {
    if (is_shown(t, call.rt))
      write_task(out, t, call);
  });
}

} // namespace weft
