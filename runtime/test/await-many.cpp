// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Any and all of several tokens: what is not answered is as it was, whatever ended the wait.
#include "on_manual.h"
#include "weft/lowered.h"

#include <array>
#include <thread>

namespace {

using Tokens = std::array<weft_token, 3>;

Tokens three(weft_runtime *rt) { return {weft_token_new(rt), weft_token_new(rt), weft_token_new(rt)}; }

struct Value {
  weft_status call, status;
  uint64_t value;
  bool operator==(const Value &) const = default;
};
std::ostream &operator<<(std::ostream &out, const Value &v) {
  return out << v.call << '/' << v.status << '/' << v.value;
}
Value taken(weft_token token) {
  Value v{WEFT_OK, 0, 0};
  v.call = weft_token_take(token, &v.status, &v.value);
  return v;
}
const Value kOpen{WEFT_E_AGAIN, 0, 0}, kGone{WEFT_E_STALE, 0, 0};

} // namespace

TEST_CASE("any takes the first that is completed and leaves the others as they were") {
  OnManual m;
  Tokens t = three(m.rt);
  weft_cq_event e = {};
  weft_status status = -1;
  m.go([&] { status = weft_await_any(t.data(), t.size(), WEFT_NEVER, &e); });
  m.settle();
  CHECK(status == -1);
  CHECK(weft_complete(t[2], -7, 72) == WEFT_OK);
  CHECK(weft_complete(t[0], WEFT_OK, 70) == WEFT_OK); // before the waiter runs
  m.settle();
  CHECK(status == WEFT_OK);
  CHECK((e.token == t[2] && e.key == 2 && e.status == -7 && e.value == 72));
  CHECK(taken(t[2]) == kGone);
  CHECK(taken(t[0]) == Value{WEFT_OK, WEFT_OK, 70});
  CHECK(taken(t[1]) == kOpen);
  CHECK(weft_complete(t[1], WEFT_OK, 71) == WEFT_OK);
  CHECK(taken(t[1]) == Value{WEFT_OK, WEFT_OK, 71});
}

TEST_CASE("of what was completed before, any takes the first in the array, with nobody waiting") {
  OnManual m;
  Tokens t = three(m.rt);
  weft_complete(t[2], WEFT_OK, 2);
  weft_complete(t[1], WEFT_OK, 1);
  std::vector<uint64_t> keys;
  m.go([&] {
    weft_cq_event e;
    CHECK(weft_await_any(t.data(), t.size(), 1, &e) == WEFT_OK); // a deadline long past
    keys.push_back(e.key);
    CHECK(weft_await_any(t.data() + 2, 1, 1, &e) == WEFT_OK);
    keys.push_back(e.value);
    CHECK(weft_await_any(t.data(), 1, 1, &e) == WEFT_E_TIMEOUT);
  });
  m.settle();
  m.pass(1);
  CHECK(keys == std::vector<uint64_t>{1, 2});
  CHECK(taken(t[0]) == kOpen);
}

TEST_CASE("a timeout or a cancel of any, or of all, takes nothing") {
  bool all = GENERATE(false, true);
  OnManual m;
  Tokens t = three(m.rt);
  std::vector<weft_status> statuses;
  std::array<weft_cq_event, 3> e = {};
  auto wait = [&](uint64_t deadline) {
    statuses.push_back(all ? weft_await_all(t.data(), t.size(), deadline, e.data())
                           : weft_await_any(t.data(), t.size(), deadline, e.data()));
  };
  weft_task task = m.go([&] {
    wait(weft_now() + 100);
    wait(WEFT_NEVER);
    wait(WEFT_NEVER);
  });
  m.settle();
  m.pass(100);
  CHECK(statuses == std::vector<weft_status>{WEFT_E_TIMEOUT});
  if (all)
    weft_complete(t[1], WEFT_OK, 1); // is kept over the cancel
  weft_cancel(task);
  if (!all)
    weft_complete(t[1], WEFT_OK, 1); // too late for the wait that was cancelled, and not lost
  m.settle();
  if (all) {
    weft_complete(t[0], WEFT_OK, 0);
    weft_complete(t[2], WEFT_OK, 2);
    m.settle();
  }
  CHECK(statuses == std::vector<weft_status>{WEFT_E_TIMEOUT, WEFT_E_CANCELLED, WEFT_OK});
  if (all)
    CHECK((e[0].value == 0 && e[1].value == 1 && e[2].value == 2));
  else
    CHECK((e[0].key == 1 && e[0].value == 1));
  CHECK(weft_turn(m.rt, nullptr).live == 0);
}

TEST_CASE("all answers when the last is completed, each under its index, errors too") {
  OnManual m;
  Tokens t = three(m.rt);
  std::array<weft_cq_event, 3> e = {};
  bool answered = false;
  m.go([&] {
    CHECK(weft_await_all(t.data(), t.size(), WEFT_NEVER, e.data()) == WEFT_OK);
    answered = true;
  });
  m.settle();
  weft_complete(t[1], -5, 1);
  m.settle();
  std::thread([&] { weft_complete(t[2], WEFT_OK, 2); }).join();
  m.settle();
  CHECK_FALSE(answered);
  weft_complete(t[0], WEFT_OK, 3);
  m.settle();
  CHECK(answered);
  CHECK((e[0].value == 3 && e[1].status == -5 && e[2].value == 2));
  CHECK((e[0].token == t[0] && e[1].token == t[1] && e[2].token == t[2]));
  for (weft_token token : t)
    CHECK(taken(token) == kGone);
}

TEST_CASE("a token that is gone, or goes meanwhile, counts as completed with WEFT_E_STALE") {
  OnManual m;
  Tokens t = three(m.rt);
  weft_token_drop(t[1]);
  std::array<weft_cq_event, 3> e = {};
  weft_cq_event first = {};
  m.go([&] {
    CHECK(weft_await_any(t.data(), t.size(), WEFT_NEVER, &first) == WEFT_OK);
    CHECK(weft_await_all(t.data(), t.size(), WEFT_NEVER, e.data()) == WEFT_OK);
  });
  m.settle();
  CHECK((first.key == 1 && first.status == WEFT_E_STALE));
  weft_token_drop(t[0]);
  std::thread([&] { weft_token_drop(t[2]); }).join();
  m.settle();
  for (const weft_cq_event &event : e)
    CHECK((event.status == WEFT_E_STALE && event.value == 0));
  CHECK(weft_turn(m.rt, nullptr).live == 0);
}

TEST_CASE("a wait for several that is refused changes none of them") {
  OnManual m, other;
  Tokens t = three(m.rt);
  weft_token foreign = weft_token_new(other.rt), taken_by_other = weft_token_new(m.rt);
  std::array<weft_cq_event, 3> e = {};
  CHECK(weft_await_any(t.data(), 3, WEFT_NEVER, e.data()) == WEFT_E_NOTASK);
  m.go([&] { weft_await(taken_by_other, nullptr); });
  m.go([&] {
    weft_token twice[] = {t[0], t[1], t[0]}, busy[] = {t[0], taken_by_other}, strange[] = {t[0], foreign};
    CHECK(weft_await_any(twice, 3, WEFT_NEVER, e.data()) == WEFT_E_BUSY);
    CHECK(weft_await_all(busy, 2, WEFT_NEVER, e.data()) == WEFT_E_BUSY);
    CHECK(weft_await_any(strange, 2, WEFT_NEVER, e.data()) == WEFT_E_INVAL);
    CHECK(weft_await_any(t.data(), 0, WEFT_NEVER, e.data()) == WEFT_E_INVAL);
    CHECK(weft_await_all(t.data(), 0, WEFT_NEVER, e.data()) == WEFT_OK);
  });
  m.settle();
  for (weft_token token : t)
    CHECK(taken(token) == kOpen);
  weft_complete(taken_by_other, WEFT_OK, 0);
  weft_token_drop(foreign);
  m.settle();
}

TEST_CASE("a task that is unwound in a wait for several leaves the tokens alone") {
  OnManual m;
  Tokens t = three(m.rt);
  std::array<weft_cq_event, 3> e = {};
  weft_cont k = 0;
  struct Waits {
    Tokens *t;
    weft_cq_event *e;
    bool *unwound;
  };
  bool unwound = false;
  Waits waits{&t, e.data(), &unwound};
  m.go([&] {
    static const struct {
      uint32_t count, flags;
      weft_handler entry[1];
    } takes = {1, 0, {{&weft_await_tag, WEFT_ON_SUSPEND, 0}}};
    k = weft_rt_cont_new_mem(
        [](void *env, weft_payload *) {
          auto *w = static_cast<Waits *>(env);
          struct Says {
            bool *unwound;
            ~Says() { *unwound = true; }
          } says{w->unwound};
          weft_await_all(w->t->data(), 3, WEFT_NEVER, w->e);
        },
        &waits, WEFT_STACK_256K);
    weft_payload in = {}, out = {};
    weft_cont next = 0;
    CHECK(weft_rt_resume(k, reinterpret_cast<const weft_handlers *>(&takes), &in, &out, &next) == 1);
    weft_rt_cont_drop(next);
    // The token of the wait itself is gone, so its record is the next one's.
    constexpr uint64_t record = (UINT64_C(1) << WEFT_SLOT_BITS) - 1;
    const weft_token after = weft_token_new(m.rt);
    CHECK((after & record) == (out.i[0] & record));
    weft_token_drop(after);
  });
  m.settle();
  CHECK(unwound);
  weft_complete(t[1], WEFT_OK, 9);
  CHECK(taken(t[1]) == Value{WEFT_OK, WEFT_OK, 9});
  CHECK(taken(t[0]) == kOpen);
}

TEST_CASE("a wait for several is one await of one token to a handler in the task") {
  bool all = GENERATE(false, true);
  OnManual m;
  Tokens t = three(m.rt);
  int seen = 0;
  std::array<weft_cq_event, 3> e = {};
  struct Waits {
    Tokens *t;
    weft_cq_event *e;
    bool all;
  } waits{&t, e.data(), all};
  m.go([&] {
    static const struct {
      uint32_t count, flags;
      weft_handler entry[1];
    } takes = {1, 0, {{&weft_await_tag, WEFT_ON_SUSPEND, 0}}};
    weft_cont k = weft_rt_cont_new_mem(
        [](void *env, weft_payload *) {
          auto *w = static_cast<Waits *>(env);
          if (w->all)
            weft_await_all(w->t->data(), 3, WEFT_NEVER, w->e);
          else
            weft_await_any(w->t->data(), 3, WEFT_NEVER, w->e);
        },
        &waits, WEFT_STACK_256K);
    weft_payload in = {}, out = {};
    weft_cont next = 0;
    while (weft_rt_resume(k, reinterpret_cast<const weft_handlers *>(&takes), &in, &out, &next) == 1) {
      ++seen;
      for (weft_token token : t)
        CHECK(out.i[0] != token);
      uint64_t value = 0;
      in.i[0] = static_cast<uint32_t>(weft_await(out.i[0], &value)); // on its behalf
      in.i[1] = value;
      k = next;
    }
  });
  m.settle();
  weft_complete(t[2], WEFT_OK, 2);
  m.settle();
  CHECK(e[0].key == (all ? 0 : 2));
  weft_complete(t[1], WEFT_OK, 1);
  weft_complete(t[0], WEFT_OK, 9);
  m.settle();
  CHECK(seen == 1);
  CHECK(e[0].value == (all ? 9 : 2));
  CHECK(weft_turn(m.rt, nullptr).live == 0);
}
