// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What everything else stands on: the table, whose thread is the loop's, and the clock.
#include "cases.h"

#include <cstdio>
#include <cstring>
#include <thread>

namespace host_conformance {

namespace {

const char *nothing(const weft_host_check_adapter &) { return nullptr; }

void table(const Context &c) {
  const weft_host_ops *ops = c.adapter.ops;
  const char *wrong = !ops                                                      ? "`ops` is NULL"
                      : ops->abi != WEFT_ABI                                    ? "ops->abi is not WEFT_ABI"
                      : ops->size < offsetof(weft_host_ops, hold)               ? "ops->size is less than that of the required functions"
                      : ops->size > sizeof(weft_host_ops)                       ? "ops->size is more than that of a table of this ABI"
                      : !ops->name || !ops->name[0]                             ? "ops->name is empty"
                      : !ops->post || !ops->arm || !ops->now || !ops->on_loop   ? "one of post, arm, now and on_loop is NULL"
                      : ops->size > offsetof(weft_host_ops, unwatch) && !ops->watch != !ops->unwatch ? "it has one of watch and unwatch"
                                                                                : nullptr;
  if (wrong)
    return c.fail("HOST-01", "%s", wrong);
  Stage stage(c); // and a runtime accepts it
}

void on_loop(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  auto ask = [&](const char *where, bool expected) {
    bool is = c.adapter.ops->on_loop(stage.host) != 0;
    if (is != expected)
      c.fail("HOST-02", "`on_loop`, asked %s, answered %d", where, is);
  };
  ask("on the loop's thread before the loop runs", true);
  std::thread([&] { ask("on another thread before the loop runs", false); }).join();
  bool done = false;
  stage.go("asks", [&] {
    weft_call_native(
        [](void *arg) { (*static_cast<decltype(ask) *>(arg))("in a turn", true); }, &ask);
    std::thread([&] { ask("on another thread during a turn", false); }).join();
    done = true;
  });
  stage.run("a turn for a task that was spawned before the loop ran", [&] { return done; });
}

// The clock goes on inside of a callback of the loop too: a turn's budget is measured by it.
void never_back(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  const auto now = [&] { return c.adapter.ops->now(stage.host); };
  std::atomic<uint64_t> last{now()};
  std::atomic<int> turn{0};
  auto look = [&](int me, int rounds) {
    for (int i = 0; i < rounds; ++i) {
      while (turn.load(std::memory_order_acquire) != me)
        std::this_thread::yield();
      for (int k = 0; k < 20; ++k) {
        uint64_t before = last.load(std::memory_order_relaxed), t = now();
        if (t < before) {
          c.fail("HOST-15", "`now` answered %llu, and after that %llu%s", (unsigned long long)before, (unsigned long long)t,
                 k == 0 ? " on another thread" : "");
          turn.store(!me, std::memory_order_release);
          return;
        }
        last.store(t, std::memory_order_relaxed);
      }
      turn.store(!me, std::memory_order_release);
      c.report->progress.fetch_add(1, std::memory_order_relaxed);
      if (c.failed())
        return;
    }
  };
  c.expect("`now` answers on two threads");
  std::thread other([&] { look(1, 500); });
  look(0, 500);
  other.join();
}

void rate(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  double passed = 0, least = 0, most = 0;
  bool done = false;
  stage.go("waits", [&] { // in a turn: no iteration of the loop comes between
    uint64_t out0 = real_time(), t0 = c.adapter.ops->now(stage.host), in0 = real_time();
    while (real_time() - in0 < 150000000)
      c.report->progress.fetch_add(1, std::memory_order_relaxed);
    uint64_t in1 = real_time(), t1 = c.adapter.ops->now(stage.host), out1 = real_time();
    passed = double(t1) - double(t0);
    least = double(in1 - in0);
    most = double(out1 - out0);
    done = true;
  });
  if (!stage.run("a turn for a task", [&] { return done; }))
    return;
  // A clock of 20 ms is coarse, and allowed.
  if (passed < least * 0.9 - 20e6 || passed > most * 1.1 + 20e6)
    c.fail("HOST-15", "within one turn %.0f to %.0f ns passed; `now` went on by %.0f: nanoseconds, and not the time at which the loop's iteration began", least, most, passed);
}

const char *measures(const weft_host_check_adapter &a) { return a.flags & WEFT_HOST_CHECK_VIRTUAL_TIME ? "its time is virtual" : nullptr; }

} // namespace

const std::vector<Case> &table_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-01", "table", "the table is complete, and a runtime accepts it"}, "", nothing, table},
      {{"HOST-15", "never-back", "the clock never goes back, from one thread to another"}, "01", nothing, never_back},
      {{"HOST-02", "on-loop", "the loop's thread is known, and no other is taken for it"}, "01", nothing, on_loop},
      {{"HOST-15", "rate", "the clock counts nanoseconds, within a turn too"}, "01 02", measures, rate},
  };
  return cases;
}

} // namespace host_conformance
