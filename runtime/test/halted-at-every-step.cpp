// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Tasks of several workers wait in objects in every way there is, spawn and end, while others look at all of them, wake and
// cancel them: whoever halts the others must not wait for one that waits for it, and nothing may be lost.
#include "on_workers.h"
#include "weft/dump.h"
#include "weft/lowered.h"

#include <vector>

namespace {


// A handler of the language, that nothing here suspends to.
constexpr weft_tag kUnused = {"test.unused", "->"};
const struct {
  uint32_t count, flags;
  weft_handler entry[1];
} kHandles = {1, 0, {{&kUnused, WEFT_ON_SUSPEND, 0}}};

// Runs body in a continuation of its own, so that a park in it passes a handler of the language.
void inside_a_continuation(std::function<void()> body) {
  weft_cont k = weft_rt_cont_new_mem([](void *env, weft_payload *) { (*static_cast<std::function<void()> *>(env))(); }, &body,
                                     WEFT_STACK_256K);
  weft_payload none = {};
  weft_cont next = 0;
  weft_rt_resume(k, reinterpret_cast<const weft_handlers *>(&kHandles), &none, nullptr, &next);
}

void look_at_everything() {
  std::atomic<uint64_t> seen{0};
  weft_visit_tasks(nullptr, [](void *arg, const weft_task_info *) { ++*static_cast<std::atomic<uint64_t> *>(arg); }, &seen);
  weft_stats stats = {};
  stats.size = sizeof stats;
  weft_get_stats(nullptr, &stats);
  weft_dump_to(nullptr, WEFT_DUMP_JSON, [](void *arg, const char *, size_t n) { *static_cast<std::atomic<uint64_t> *>(arg) += n; },
               &seen);
}

} // namespace

TEST_CASE("who halts the others meets them in every wait, spawn and end") {
  OnWorkers w(3);
  weft_domain *child = nullptr;
  REQUIRE(weft_domain_create(nullptr, nullptr, &child, nullptr, 0) == WEFT_OK);
  const int rounds = 200 * thoroughly(40);
  weft_mutex m = {};
  weft_cond turned = {};
  int turn = 0; // of four, under m
  weft_sem sem = {};
  weft_chan *a = weft_chan_new(sizeof(int), 0), *b = weft_chan_new(sizeof(int), 2);
  std::atomic<int> left{0}, timeouts{0}, acquired{0}, received{0}, ended{0}, turns{0};
  auto go = [&](std::function<void()> body, weft_domain *domain = nullptr) {
    left++;
    w.go([&left, body] {
      body();
      left--;
    }, nullptr, domain);
  };
  for (int me = 0; me < 4; ++me) // the mutex is handed on in the wait for the condition
    go([&, me] {
      for (int i = 0; i < rounds; ++i) {
        weft_mutex_lock(&m);
        while (turn % 4 != me) {
          weft_yield(); // so that others wait for the mutex
          weft_cond_wait(&turned, &m, WEFT_NEVER);
        }
        turn++;
        turns++;
        weft_cond_broadcast(&turned);
        weft_mutex_unlock(&m);
      }
    }, me == 3 ? child : nullptr);
  for (int i = 0; i < 2; ++i)
    go([&] {
      for (int n = 0; n < rounds; ++n) {
        weft_status status = weft_sem_acquire(&sem, weft_now() + 20000);
        (status == WEFT_OK ? acquired : timeouts)++;
      }
    }, i ? child : nullptr);
  go([&] {
    for (int n = 0; n < rounds; ++n) {
      weft_sem_release(&sem, 1);
      weft_yield();
    }
  });
  for (weft_chan *c : {a, b})
    go([&, c] {
      inside_a_continuation([&, c] {
        for (int n = 0; n < rounds; ++n)
          weft_chan_send(c, &n);
      });
    });
  go([&] {
    inside_a_continuation([&] {
      for (int n = 0; n < 2 * rounds; ++n) {
        int value;
        weft_select_case cases[2] = {};
        cases[0].chan = a, cases[1].chan = b;
        cases[0].op = cases[1].op = WEFT_SELECT_RECV;
        cases[0].elem = cases[1].elem = &value;
        received += weft_select(cases, 2, 0, WEFT_NEVER) >= 0;
      }
    });
  });
  go([&] {
    for (int n = 0; n < rounds; ++n) {
      for (int i = 0; i < 5; ++i)
        w.go([&] { ended++; });
      weft_yield();
    }
  });
  go([&] { // joins, wakes and cancels of tasks that are anywhere
    for (int n = 0; n < rounds; ++n) {
      weft_task parks = 0, waits = 0;
      w.go([] { weft_park(); }, &parks);
      w.go([&] { weft_chan_recv(nullptr, nullptr); }, &waits);
      if (n % 2)
        weft_yield();
      weft_wake(parks);
      weft_cancel(waits);
      ended += weft_join(parks) == WEFT_OK;
      ended += weft_join(waits) == WEFT_OK;
    }
  });
  w.go([&] {
    while (left != 0) {
      look_at_everything();
      weft_yield();
    }
  });
  w.go([&] {
    while (left != 0) {
      look_at_everything();
      weft_sleep(10000);
    }
  }, nullptr, child);
  CHECK(w.run() == WEFT_OK);
  CHECK(turns == 4 * rounds);
  CHECK(acquired + timeouts == 2 * rounds);
  CHECK(received == 2 * rounds);
  CHECK(ended == 7 * rounds);
  weft_chan_free(a);
  weft_chan_free(b);
}
