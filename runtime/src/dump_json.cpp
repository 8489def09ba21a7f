// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A dump for programs: one line of JSON. docs/reference/dump.md has its schema. Names may hold any bytes, the line is
// UTF-8 all the same. Handles and addresses are strings: no reader of JSON has to keep 64 bits.
#include "binding.h"
#include "held.h"
#include "dump_view.h"
#include "exceptions.h"
#include "parallel.h"
#include "stack.h"
#include "trim.h"
#include "weft/dump.h"
#include "worker.h"

#include <cstdlib>
#include <cxxabi.h>

namespace weft {
namespace {

void add_named(DumpWriter &out, const char *key, const Named &n) {
  out.key(key).open("{").add("id", n.id).add("name", n.name).close("}");
}
void add_object(DumpWriter &out, const char *key, const void *object) {
  out.add_hex(key, reinterpret_cast<uintptr_t>(object));
}

void add_wait(DumpWriter &out, const TaskView &v) {
  out.key("waits").open("{").add("for", v.waits);
  switch (v.wait) {
  case WaitKind::Send:
  case WaitKind::Receive:
    if (v.object)
      add_object(out, "channel", v.object);
    if (v.object_read)
      out.add("count", v.count).add("capacity", v.capacity).add_bool("closed", v.closed);
    break;
  case WaitKind::Select:
    if (!v.object_read)
      break;
    out.add("case_count", v.count).key("cases").open("[");
    for (size_t i = 0; i < v.count && i < 16; ++i) {
      bool sends;
      const void *channel;
      if (!select_case_of(v, i, &sends, &channel))
        break;
      out.item().open("{").add("op", sends ? "send" : "receive");
      add_object(out, "channel", channel);
      out.close("}");
    }
    out.close("]");
    break;
  case WaitKind::Mutex:
    add_object(out, "mutex", v.object);
    if (v.object_read) {
      if (v.other.id)
        add_named(out, "holder", v.other);
      out.add_bool("held_outside", v.loop_holds);
    }
    break;
  case WaitKind::Condition:
    add_object(out, "condition", v.object);
    break;
  case WaitKind::Semaphore:
    add_object(out, "semaphore", v.object);
    break;
  case WaitKind::WaitGroup:
    add_object(out, "wait_group", v.object);
    if (v.object_read)
      out.add("count", v.count);
    break;
  case WaitKind::Join:
    if (v.other.id)
      add_named(out, "task", v.other);
    break;
  case WaitKind::Close:
    if (v.other.id)
      add_named(out, "domain", v.other);
    break;
  case WaitKind::Token:
    out.add_hex("token", v.token);
    if (v.fd >= 0)
      out.add("fd", static_cast<uint64_t>(v.fd));
    break;
  default:
    break;
  }
  if (v.deadline != WEFT_NEVER)
    out.add("deadline_ns", v.deadline);
  out.close("}");
}

struct Frames {
  DumpWriter *out;
  bool may_allocate;
};
void add_frame(void *arg, const Frame &frame) {
  auto *frames = static_cast<Frames *>(arg);
  DumpWriter &out = *frames->out;
  out.item().open("{");
  if (frame.start) {
    out.add_bool("start", true).close("}");
    return;
  }
  out.add_hex("ip", frame.ip);
  if (frame.name) {
    char *readable = nullptr;
    int status;
    if (frames->may_allocate && !strncmp(frame.name, "_Z", 2))
      readable = abi::__cxa_demangle(frame.name, nullptr, nullptr, &status);
    out.key("function").text("\"").escaped(readable ? readable : frame.name, '"', 1024).text("\"");
    free(readable);
    out.add("offset", frame.offset);
  }
  out.add("object", frame.object).add_hex("object_offset", frame.object_offset).close("}");
}

// What is not as everybody has it.
void add_attrs(DumpWriter &out, const Attributes &a) {
  if (a.priority != 0)
    out.key("priority").text(a.priority < 0 ? "-" : "").number(a.priority < 0 ? -static_cast<int64_t>(a.priority) : a.priority);
  if (a.deadline != WEFT_NEVER)
    out.add("deadline_ns", a.deadline);
  if (a.weight != 1)
    out.add("weight", a.weight);
}

void add_task(DumpWriter &out, const Task &t, const DumpCall &call) {
  TaskView v = view_of(t, call);
  out.item().open("{").add("id", v.id).add("name", v.name).add("state", v.state);
  if (v.worker >= 0)
    out.add("worker", static_cast<uint64_t>(v.worker));
  if (v.waits[0])
    add_wait(out, v);
  add_attrs(out, attrs_of(t));
  out.add("since_ns", v.since).add("for_ns", call.now > v.since ? call.now - v.since : 0);
  out.add("domain", v.domain->ent.id).key("path").text("\"");
  write_path(out, v.domain, '"');
  out.text("\"").key("stack").open("{").add("class", class_name(v.stack_class)).add_bool("begun", v.has_stack);
  if (v.stack_used)
    out.add("used", v.stack_used);
  out.close("}");
  if (call.flags & WEFT_DUMP_STACKS) {
    out.key("backtrace").open("[");
    Frames frames{&out, !call.interrupted};
    frames_of(t, call, add_frame, &frames);
    out.close("]");
  }
  out.close("}");
}

template <typename Stats> void add_counters(DumpWriter &out, const Stats &s) {
  out.key("counters").open("{").add("readied", s.readied).add("picked", s.picked).add("ran", s.ran);
  out.add("stolen", s.stolen).add("yielded", s.yielded).add("parked", s.parked).add("done", s.done);
  if constexpr (requires { s.slept; })
    out.add("slept", s.slept);
  out.add("longest_slice_ns", s.longest_slice_ns).key("wake_to_run").open("[");
  uint32_t last = WEFT_TIME_BUCKETS;
  while (last && !s.wake_to_run[last - 1])
    --last;
  for (uint32_t i = 0; i < last; ++i)
    out.item().number(s.wake_to_run[i]);
  out.close("]").close("}");
}

void add_domain(DumpWriter &out, const weft_domain &d, const DumpCall &call) {
  out.item().open("{").add("id", d.ent.id).add("name", d.name);
  if (d.parent)
    out.add("parent", d.parent->ent.id);
  out.add("scheduler", d.ops.name ? d.ops.name : "?").add("tasks", tasks_in(d)).add("ready", waiting_in(d));
  out.add_bool("closed", d.closed);
  if (d.bind != WEFT_BIND_ANY)
    out.add("bind", binding_name(d.bind));
  if (d.held != 0)
    out.add("held", hold_name(d.held));
  add_attrs(out, attrs_of(d));
  add_counters(out, stats_of(d));
  if (!call.interrupted && d.ops.snapshot) {
    // Those that were picked ahead of their run come first.
    out.key("queue").open("[");
    auto add_ent = [](void *arg, const weft_ent *ent) {
      static_cast<DumpWriter *>(arg)->item().open("{").add(
          ent->kind == WEFT_ENT_TASK ? "task" : "domain", ent->id).close("}");
    };
    for (uint32_t i = d.line_at; i < d.line_end; ++i)
      if (d.line[i]->reserved == kEntAhead)
        add_ent(&out, d.line[i]);
    d.ops.snapshot(d.self, add_ent, &out);
    out.close("]");
  }
  out.close("}");
}

void add_head(DumpWriter &out, const DumpCall &call) {
  const weft_runtime *rt = call.rt;
  out.add("weft_dump", 1).add("now_ns", call.now).add_bool("interrupted", call.interrupted);
  out.key("host").open("{").add("name", rt->host.name ? rt->host.name : "?").add("turns", rt->stats.turns);
  out.add_bool("in_turn", rt->home.in_turn).add_bool("closing", rt->closing);
  out.add_bool("inbox", !rt->inbox.empty()).add("timers", rt->timers.size()).close("}");
  out.key("worker").open("{").add("index", uint64_t{0});
  out.add("thread", static_cast<uint64_t>(rt->loop_thread_number));
  if (rt->home.running)
    out.add("task", rt->home.running->ent.id);
  if (call.interrupted && !rt->home.running && (call.flags & WEFT_DUMP_STACKS)) {
    out.key("backtrace").open("[");
    Frames frames{&out, false};
    each_frame(call.context, 0, 64, add_frame, &frames, call.symbols, call.interrupted);
    out.close("]");
  }
  add_counters(out, stats_of(rt->home));
  out.close("}");
  if (rt->workers > 1) {
    out.key("pool").open("[");
    for (uint32_t i = 0; i + 1 < rt->workers; ++i) {
      const PoolWorker &p = rt->pool[i];
      out.item().open("{").add("index", i + 1).add_bool("idle", p.idle);
      if (p.worker.running)
        out.add("task", p.worker.running->ent.id);
      add_counters(out, stats_of(p.worker));
      out.close("}");
    }
    out.close("]");
  }
  out.key("counts").open("{").add("live", live_tasks(rt)).add("daemons", rt->daemons);
  out.add("awaiting", rt->awaiting).add("parked_for_wake", rt->parked_for_wake);
  out.add("spawned", rt->stats.tasks_spawned + sum(rt, &Tally::spawned)).add("done", tasks_done(rt)).close("}");
  out.key("stacks").open("{").add("live", bound_stacks(rt));
  if (!call.interrupted) {
    IdleCounts idle = idle_counts();
    out.add("cached", idle.cached).add("trimmed", idle.trimmed);
  }
  out.add("guard", guard_name(guard_kind())).close("}");
  ContinuationCounts n = count_continuations(call);
  out.key("continuations").open("{").add("made", n.made).add("in_tasks", n.in_tasks);
  if (!call.interrupted)
    out.add("idle", n.idle);
  out.add("others", n.others).close("}");
  out.add_bool("exceptions_follow", exceptions_follow_continuations());
}

} // namespace

void dump_json(const DumpCall &call) {
  DumpWriter out(call.sink, call.arg);
  out.open("{");
  add_head(out, call);
  out.key("domains").open("[");
  each_domain(call.rt->root, [&](const weft_domain &d) { add_domain(out, d, call); });
  out.close("]").key("tasks").open("[");
  task_table().each([&](Task &t) {
    if (is_shown(t, call.rt))
      add_task(out, t, call);
  });
  out.close("]").close("}").text("\n");
}

} // namespace weft
