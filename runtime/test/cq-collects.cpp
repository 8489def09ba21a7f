// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A completion queue is one wait for many tokens, in order of completion.
#include "on_manual.h"
#include "weft/lowered.h"

#include <thread>

TEST_CASE("completed tokens come in order of completion, under their keys") {
  OnManual m;
  weft_cq *cq = weft_cq_new(m.rt);
  weft_token tokens[3];
  std::vector<uint64_t> keys, values;
  for (int i = 0; i < 3; ++i)
    CHECK(weft_cq_add(cq, tokens[i] = weft_token_new(m.rt), 10 + i) == WEFT_OK);
  m.go([&] {
    weft_cq_event e;
    while (weft_cq_wait(cq, WEFT_NEVER, &e) == WEFT_OK) {
      keys.push_back(e.key);
      values.push_back(e.value);
    }
  });
  m.settle();
  weft_complete(tokens[2], WEFT_OK, 2);
  weft_complete(tokens[0], WEFT_OK, 0);
  m.settle();
  CHECK(keys == std::vector<uint64_t>{12, 10});
  weft_complete(tokens[1], WEFT_OK, 1);
  m.settle(); // empty now: the wait answers WEFT_E_INVAL, and the task ends
  CHECK(values == std::vector<uint64_t>{2, 0, 1});
  CHECK(weft_turn(m.rt, nullptr).live == 0);
  weft_cq_free(cq);
}

TEST_CASE("a token that was completed before it was added is there at once") {
  OnManual m;
  weft_cq *cq = weft_cq_new(m.rt);
  weft_token token = weft_token_new(m.rt);
  weft_complete(token, -3, 4);
  weft_cq_event e;
  CHECK(weft_cq_poll(cq, &e) == WEFT_E_AGAIN);
  CHECK(weft_cq_add(cq, token, 1) == WEFT_OK);
  CHECK(weft_cq_poll(cq, &e) == WEFT_OK);
  CHECK(e.token == token);
  CHECK(e.status == -3);
  CHECK(e.value == 4);
  weft_cq_free(cq);
}

TEST_CASE("a queue's wait has a deadline and may be cancelled, and loses nothing") {
  OnManual m;
  weft_cq *cq = weft_cq_new(m.rt);
  weft_token token = weft_token_new(m.rt);
  weft_cq_add(cq, token, 1);
  std::vector<weft_status> statuses;
  weft_task task = m.go([&] {
    weft_cq_event e;
    statuses.push_back(weft_cq_wait(cq, weft_now() + 10, &e));
    statuses.push_back(weft_cq_wait(cq, WEFT_NEVER, &e));
    statuses.push_back(weft_cq_wait(cq, WEFT_NEVER, &e));
  });
  m.settle();
  m.pass(10);
  weft_cancel(task);
  m.settle();
  weft_complete(token, WEFT_OK, 0);
  m.settle();
  CHECK(statuses == std::vector<weft_status>{WEFT_E_TIMEOUT, WEFT_E_CANCELLED, WEFT_OK});
  weft_cq_free(cq);
}

TEST_CASE("what a freed queue held is stale") {
  OnManual m;
  weft_cq *cq = weft_cq_new(m.rt);
  weft_token waiting = weft_token_new(m.rt), done = weft_token_new(m.rt);
  weft_cq_add(cq, waiting, 1);
  weft_cq_add(cq, done, 2);
  weft_complete(done, WEFT_OK, 0);
  weft_cq_free(cq);
  CHECK(weft_complete(waiting, WEFT_OK, 0) == WEFT_E_STALE);
  CHECK(weft_token_take(done, nullptr, nullptr) == WEFT_E_STALE);
}

TEST_CASE("a token is in one place") {
  OnManual m;
  weft_cq *cq = weft_cq_new(m.rt), *other = weft_cq_new(m.rt);
  weft_token token = weft_token_new(m.rt);
  CHECK(weft_cq_add(cq, token, 1) == WEFT_OK);
  CHECK(weft_cq_add(other, token, 1) == WEFT_E_BUSY);
  weft_status status = WEFT_OK;
  m.go([&] { status = weft_await(token, nullptr); });
  m.settle();
  CHECK(status == WEFT_E_BUSY);
  CHECK(weft_cq_add(cq, 0, 1) == WEFT_E_STALE);
  weft_token_drop(token); // to the queue, as stale
  weft_cq_event e;
  CHECK(weft_cq_poll(cq, &e) == WEFT_OK);
  CHECK(e.status == WEFT_E_STALE);
  weft_cq_free(other);
  weft_cq_free(cq);
}

TEST_CASE("a drop after a thread's completion is stale, and the queue brings the completion") {
  for (bool from_thread : {false, true}) {
    OnManual m;
    weft_cq *cq = weft_cq_new(m.rt);
    weft_token token = weft_token_new(m.rt);
    weft_cq_add(cq, token, 1);
    weft_cq_event e = {};
    weft_status status = WEFT_E_INVAL, dropped = WEFT_OK;
    m.go([&] { status = weft_cq_wait(cq, WEFT_NEVER, &e); });
    m.settle();
    std::thread([&] {
      weft_complete(token, WEFT_OK, 5);
      if (from_thread)
        dropped = weft_token_drop(token);
    }).join();
    if (!from_thread)
      dropped = weft_token_drop(token);
    CHECK(dropped == WEFT_E_STALE);
    m.settle();
    CHECK(status == WEFT_OK);
    CHECK(e.value == 5);
    weft_cq_free(cq);
  }
}

TEST_CASE("a queue may be freed under its waiter, also one that is about to run") {
  for (bool arrived : {false, true}) {
    OnManual m;
    weft_cq *cq = weft_cq_new(m.rt);
    weft_token token = weft_token_new(m.rt);
    weft_cq_add(cq, token, 1);
    weft_status status = WEFT_OK;
    m.go([&] {
      weft_cq_event e;
      status = weft_cq_wait(cq, WEFT_NEVER, &e);
    });
    m.settle();
    if (arrived)
      weft_complete(token, WEFT_OK, 0);
    weft_cq_free(cq);
    m.settle();
    CHECK(status == WEFT_E_STALE);
  }
}

TEST_CASE("a queue may outlive its runtime, and does nothing to the next one's tokens") {
  weft_cq *cq;
  weft_token old;
  {
    OnManual m;
    cq = weft_cq_new(m.rt);
    old = weft_token_new(m.rt);
    weft_cq_add(cq, old, 1);
  }
  OnManual next;
  weft_token token;
  do
    token = weft_token_new(next.rt);
  while ((token & 0xffffff) != (old & 0xffffff)); // the record comes back
  weft_cq_free(cq);
  CHECK(weft_complete(token, WEFT_OK, 0) == WEFT_OK);
}

TEST_CASE("a wait for a queue that is dropped leaves nothing, before or after its runtime and the "
          "queue are gone") {
  const bool after = GENERATE(false, true);
  struct Env {
    weft_cq *cq;
    weft_cq_event e;
  } env = {};
  static const struct {
    uint32_t count, flags;
    weft_handler entry[1];
  } takes = {1, 0, {{&weft_await_tag, WEFT_ON_SUSPEND, 0}}};
  weft_cont k = weft_rt_cont_new_mem(
      [](void *arg, weft_payload *) {
        weft_cq_wait(static_cast<Env *>(arg)->cq, WEFT_NEVER, &static_cast<Env *>(arg)->e);
      },
      &env, WEFT_STACK_256K);
  weft_payload in = {}, out = {};
  {
    OnManual m;
    env.cq = weft_cq_new(m.rt);
    weft_cq_add(env.cq, weft_token_new(m.rt), 1);
    m.go([&] {
      CHECK(weft_rt_resume(k, reinterpret_cast<const weft_handlers *>(&takes), &in, &out, &k) == 1);
    });
    m.settle();
    if (!after)
      weft_rt_cont_drop(k);
    CHECK(weft_complete(out.i[0], WEFT_OK, 0) == (after ? WEFT_OK : WEFT_E_STALE));
  }
  weft_cq_free(env.cq);
  if (after)
    weft_rt_cont_drop(k);
}
