// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Blocking calls: the loop goes on meanwhile, and of a call, its argument and its answer nothing is lost or used twice, whenever its waiter
// leaves.
#include "on_hosts.h"
#include "on_manual.h"
#include "weft/blocking.h"
#include "weft/group.h"
#include "weft/lowered.h"

#include <semaphore>
#include <thread>

namespace {

// A call that a test holds in its hands.
struct Held {
  std::binary_semaphore begun{0}, may_end{0};
  std::atomic<int> calls{0}, abandoned{0};
  static uint64_t run(void *arg) {
    auto *h = static_cast<Held *>(arg);
    ++h->calls;
    h->begun.release();
    h->may_end.acquire();
    return 7;
  }
  static void abandon(void *arg) { ++static_cast<Held *>(arg)->abandoned; }
};

// By a deadline that passes when it has begun, however slow the machine is.
weft_status call_till_begun(Held &h, void (*abandoned)(void *), uint64_t *result) {
  for (uint64_t ms = 1;; ms *= 2) {
    weft_status status = weft_blocking(Held::run, &h, abandoned, in_ms(ms), result);
    if (status != WEFT_E_TIMEOUT || (abandoned && h.abandoned == 0))
      return status;
    h.abandoned = 0;
  }
}

void wait_till_begun(Held &h) {
  while (h.calls == 0)
    weft_sleep(1000000);
}

// Takes all of a runtime's threads.
struct AllHeld {
  static constexpr int count = 8;
  Held held[count];
  int ended = 0;
  explicit AllHeld(OnHost &h) {
    for (Held &each : held)
      h.go([this, &each] {
        CHECK(weft_blocking(Held::run, &each, nullptr, WEFT_NEVER, nullptr) == WEFT_OK);
        ++ended;
      });
    settle();
    for (Held &each : held)
      each.begun.acquire();
  }
  void end() {
    for (Held &each : held)
      each.may_end.release();
    while (ended < count)
      weft_sleep(1000000);
  }
};

// A scheduler of the language, which is shown the awaits inside of what it resumes.
const struct {
  uint32_t count, flags;
  weft_handler entry[1];
} kTakes = {1, 0, {{&weft_await_tag, WEFT_ON_SUSPEND, 0}}};

// Goes on with k, whose await answers `status`. 0: it has returned.
weft_cont go_on(weft_cont k, weft_status status, bool takes, weft_token *shown = nullptr) {
  weft_payload in = {}, out = {};
  in.i[0] = static_cast<uint32_t>(status);
  weft_cont next = 0;
  if (weft_rt_resume(k,
                     takes ? reinterpret_cast<const weft_handlers *>(&kTakes) : &weft_no_handlers,
                     &in, &out, &next) == 0)
    return 0;
  if (shown)
    *shown = out.i[0];
  return next;
}

uint64_t add_one(void *arg) { return ++*static_cast<uint64_t *>(arg); }

} // namespace

TEST_CASE("a blocking call answers what its function does, and others run meanwhile") {
  OnHost h(each_host());
  Held held;
  uint64_t result = 0;
  bool others = false;
  h.go([&] { CHECK(weft_blocking(Held::run, &held, nullptr, WEFT_NEVER, &result) == WEFT_OK); });
  h.run([&] {
    settle();
    held.begun.acquire();
    others = true;
    CHECK(result == 0);
    held.may_end.release();
  });
  CHECK(others);
  CHECK(result == 7);
  uint64_t n = 0;
  CHECK(weft_blocking(add_one, &n, nullptr, WEFT_NEVER, nullptr) == WEFT_E_NOTASK);
  CHECK(n == 0);
}

TEST_CASE("more calls than threads stand in line, and each is made once") {
  OnHost h(each_host());
  constexpr int count = 200;
  std::atomic<uint64_t> calls{0};
  uint64_t sum = 0;
  for (int i = 0; i < count; ++i)
    h.go([&] {
      uint64_t result = 0;
      auto call = [](void *arg) { return static_cast<std::atomic<uint64_t> *>(arg)->fetch_add(1); };
      CHECK(weft_blocking(call, &calls, nullptr, WEFT_NEVER, &result) == WEFT_OK);
      sum += result;
    });
  CHECK(h.run() == WEFT_OK);
  CHECK(calls == count);
  CHECK(sum == uint64_t{count} * (count - 1) / 2);
}

TEST_CASE("a call that has not begun is never made after a deadline or a cancel") {
  OnHost h(each_host());
  const bool by_deadline = GENERATE(false, true), left = GENERATE(false, true);
  Held late;
  h.run([&] {
    AllHeld all(h);
    bool answered = false;
    weft_task task = h.go([&] {
      CHECK(weft_blocking(Held::run, &late, left ? Held::abandon : nullptr, by_deadline ? in_ms(1) : WEFT_NEVER, nullptr) ==
            (by_deadline ? WEFT_E_TIMEOUT : WEFT_E_CANCELLED));
      answered = true;
    });
    settle();
    if (!by_deadline)
      weft_cancel(task);
    while (!answered)
      weft_sleep(1000000);
    CHECK(late.abandoned == (left ? 1 : 0));
    all.end();
  });
  CHECK(late.calls == 0);
}

TEST_CASE("a call that has begun and may not be left is waited for; the cancel is for the next wait") {
  OnHost h(each_host());
  const bool by_deadline = GENERATE(false, true);
  Held held;
  h.run([&] {
    std::vector<weft_status> answers;
    uint64_t result = 0;
    weft_task task = h.go([&] {
      answers.push_back(by_deadline ? call_till_begun(held, nullptr, &result)
                                    : weft_blocking(Held::run, &held, nullptr, WEFT_NEVER, &result));
      answers.push_back(weft_sleep(1000000));
      answers.push_back(weft_sleep(1000000));
    });
    wait_till_begun(held);
    if (!by_deadline)
      weft_cancel(task);
    weft_sleep(5000000);
    CHECK(answers.empty());
    held.may_end.release();
    while (answers.size() < 3)
      weft_sleep(1000000);
    CHECK(answers == std::vector<weft_status>{WEFT_OK, by_deadline ? WEFT_OK : WEFT_E_CANCELLED, WEFT_OK});
    CHECK(result == 7);
  });
  CHECK(held.calls == 1);
}

TEST_CASE("a call that has begun and may be left is left at once, and its argument given up when it returns") {
  OnHost h(each_host());
  const bool by_deadline = GENERATE(false, true);
  Held held;
  h.run([&] {
    bool answered = false;
    weft_task task = h.go([&] {
      CHECK((by_deadline ? call_till_begun(held, Held::abandon, nullptr)
                         : weft_blocking(Held::run, &held, Held::abandon, WEFT_NEVER, nullptr)) ==
            (by_deadline ? WEFT_E_TIMEOUT : WEFT_E_CANCELLED));
      answered = true;
    });
    wait_till_begun(held);
    if (!by_deadline)
      weft_cancel(task);
    while (!answered)
      weft_sleep(1000000);
    CHECK(held.abandoned == 0); // it is still running
    held.may_end.release();
    while (held.abandoned == 0)
      weft_sleep(1000000);
  });
  CHECK(held.abandoned == 1);
}

TEST_CASE("a deadline's scope ends such a wait too, and a shield keeps it") {
  OnHost h(each_host());
  Held held;
  h.run([&] {
    weft_scope scope = {};
    uint64_t result = 0;
    bool late = false;
    h.go([&] {
      wait_till_begun(held);
      while (!late)
        weft_sleep(1000000);
      held.may_end.release();
    });
    for (uint64_t ms = 1;; ms *= 2) { // till it has begun before its deadline
      const uint64_t deadline = in_ms(ms);
      h.go([&, deadline] {
        while (weft_now() < deadline + 2000000)
          weft_sleep(1000000);
        late = held.calls != 0;
      });
      CHECK(weft_deadline_begin(&scope, deadline) == WEFT_OK);
      if (weft_blocking(Held::run, &held, nullptr, WEFT_NEVER, &result) == WEFT_OK)
        break;
      CHECK(weft_deadline_end(&scope) == WEFT_E_TIMEOUT);
    }
    CHECK(result == 7);
    CHECK(weft_yield() == WEFT_OK);
    CHECK(weft_sleep(1) == WEFT_E_CANCELLED);
    CHECK(weft_deadline_end(&scope) == WEFT_E_TIMEOUT);
    CHECK(weft_sleep(1) == WEFT_OK);
  });
}

TEST_CASE("the end of a runtime waits for calls that were left, and gives up what they had") {
  Held held;
  std::thread ender;
  {
    OnHost h(each_host());
    h.run([&] { CHECK(call_till_begun(held, Held::abandon, nullptr) == WEFT_E_TIMEOUT); });
    CHECK(held.abandoned == 0);
    ender = std::thread([&] { held.may_end.release(); });
  }
  CHECK(held.abandoned == 1);
  ender.join();
}

TEST_CASE("a continuation that is dropped in a blocking call abandons it") {
  OnHost h(each_host());
  Held held;
  h.run([&] {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *env, weft_payload *) {
          weft_blocking(Held::run, env, Held::abandon, WEFT_NEVER, nullptr);
        },
        &held, WEFT_STACK_256K);
    weft_token shown = 0;
    k = go_on(k, WEFT_OK, true, &shown);
    held.begun.acquire();
    weft_rt_cont_drop(k);
    CHECK(weft_complete(shown, WEFT_OK, 0) == WEFT_E_STALE); // nor does the wait's own token stay
    CHECK(held.abandoned == 0);
    held.may_end.release();
    while (held.abandoned == 0)
      weft_sleep(1000000);
  });
}

TEST_CASE("a call may go on in other tasks than it began in, and each one's cancels are its own") {
  OnHost h(each_host());
  Held held;
  struct Env {
    Held *held;
    weft_status status = 1;
  } env{&held};
  weft_cont k = 0;
  bool ended = false;
  h.go([&] {
    k = weft_rt_cont_new_mem(
        [](void *arg, weft_payload *) {
          auto *e = static_cast<Env *>(arg);
          e->status = weft_blocking(Held::run, e->held, nullptr, WEFT_NEVER, nullptr);
        },
        &env, WEFT_STACK_256K);
    k = go_on(k, WEFT_OK, true);
    held.begun.acquire();
    k = go_on(k, WEFT_E_CANCELLED, true); // it has begun and may not be left, so it waits again
    CHECK(k != 0);
  });
  h.run([&] {
    settle();
    std::vector<weft_status> answers;
    weft_task second = h.go([&] {
      CHECK(go_on(k, WEFT_E_TIMEOUT, false) == 0); // parks in this task
      for (int i = 0; i < 2; ++i)
        answers.push_back(weft_sleep(1));
      ended = true;
    });
    settle();
    weft_cancel(second);
    settle();
    CHECK(env.status == 1);
    held.may_end.release();
    while (!ended)
      weft_sleep(1000000);
    CHECK(env.status == WEFT_OK);
    CHECK(answers == std::vector<weft_status>{WEFT_E_CANCELLED, WEFT_OK});
  });
}

TEST_CASE("a call that goes on outside of tasks is waited for by the thread, and one whose runtime "
          "is gone has its answer") {
  const bool gone = GENERATE(false, true), dropped = GENERATE(false, true);
  Held held;
  struct Env {
    Held *held;
    void (*abandoned)(void *);
    weft_status status = 1;
    uint64_t result = 0;
  } env{&held, dropped ? Held::abandon : nullptr};
  weft_cont k = weft_rt_cont_new_mem(
      [](void *arg, weft_payload *) {
        auto *e = static_cast<Env *>(arg);
        e->status = weft_blocking(Held::run, e->held, e->abandoned, WEFT_NEVER, &e->result);
      },
      &env, WEFT_STACK_256K);
  auto h = std::make_unique<OnHost>(each_host());
  h->run([&] {
    k = go_on(k, WEFT_OK, true);
    held.begun.acquire();
  });
  std::thread ender([&] { held.may_end.release(); });
  if (gone)
    h.reset();
  if (dropped) {
    weft_rt_cont_drop(k);
  } else {
    CHECK(go_on(k, WEFT_E_CANCELLED, false) == 0);
    CHECK((env.status == WEFT_OK && env.result == 7));
  }
  h.reset();
  ender.join();
  CHECK(held.abandoned == (dropped ? 1 : 0));
}

TEST_CASE("a loop that waits for nothing else is not at a deadlock while a call is made") {
  OnManual m;
  Held held;
  uint64_t result = 0;
  m.go([&] { CHECK(weft_blocking(Held::run, &held, nullptr, WEFT_NEVER, &result) == WEFT_OK); });
  std::thread ender([&] {
    held.begun.acquire();
    std::this_thread::sleep_for(
        std::chrono::milliseconds(20)); // so that weft_run is told that nothing can happen
    held.may_end.release();
  });
  CHECK(weft_run(m.rt) == WEFT_OK);
  CHECK(result == 7);
  ender.join();
  weft_token never = weft_token_new(m.rt);
  m.go([&] { weft_await(never, nullptr); });
  CHECK(weft_run(m.rt) == WEFT_E_DEADLOCK);
  weft_token_drop(never);
}

TEST_CASE("a call of nothing is refused") {
  OnHost h(each_host());
  h.run(
      [] { CHECK(weft_blocking(nullptr, nullptr, nullptr, WEFT_NEVER, nullptr) == WEFT_E_INVAL); });
}

TEST_CASE(
    "cancels race with calls on several workers: each argument is given back or given up, once") {
  const int workers = GENERATE(1, 3);
  OnHost h(each_host(), static_cast<uint32_t>(workers));
  constexpr int tasks = 16;
  const int rounds = 10 * thoroughly(50);
  struct Count {
    std::atomic<int> owned{0}, made{0}, taken{0};
  } count;
  struct Arg {
    Count *count;
    int stamp = 1;
  };
  std::atomic<int> wrong{0}, left{0}, running{tasks};
  std::vector<weft_task> all;
  for (int i = 0; i < tasks; ++i)
    all.push_back(h.go([&, i] {
      for (int round = 0; round < rounds; ++round) {
        auto *arg = new Arg{&count};
        ++count.owned;
        uint64_t result = 0;
        weft_status status = weft_blocking(
            [](void *a) {
              auto *it = static_cast<Arg *>(a);
              ++it->count->made;
              return static_cast<uint64_t>(++it->stamp);
            },
            arg,
            [](void *a) {
              auto *it = static_cast<Arg *>(a);
              --it->count->owned;
              delete it;
            },
            i % 2 ? weft_now() + static_cast<uint64_t>(round % 7) * 10000 : WEFT_NEVER, &result);
        if (status == WEFT_OK) {
          wrong += result != 2 || arg->stamp != 2;
          --count.owned;
          ++count.taken;
          delete arg;
        } else if (status == WEFT_E_CANCELLED || status == WEFT_E_TIMEOUT) {
          ++left;
        } else {
          ++wrong;
        }
      }
      --running;
    }));
  h.go([&] {
    while (running > 0)
      for (weft_task task : all) {
        weft_cancel(task);
        weft_yield();
      }
  });
  const weft_status ran = h.run();
  CHECK(ran == WEFT_OK);
  CHECK(wrong == 0);
  CHECK(count.taken + left == tasks * rounds);
  // Some that were left may still run: they are at an end when the runtime is, which ASan then looks at.
  CHECK(count.owned >= 0);
}
