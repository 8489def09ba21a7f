// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// In a native call no task waits (TASK-10): what would have to answers as outside of tasks, and leaves everything as it was.
#include "dies.h"
#include "loopback.h"
#include "on_manual.h"
#include "weft/blocking.h"
#include "weft/group.h"
#include "weft/lowered.h"
#include "weft/sync.h"

#include <cerrno>
#include <cstdlib>
#include <map>

namespace {

using Statuses = std::map<std::string, weft_status>;

// Not there, which may be another thread, but behind it is what was answered looked at.
void natively(std::function<void()> fn) {
  weft_call_native([](void *arg) { (*static_cast<std::function<void()> *>(arg))(); }, &fn);
}

uint64_t nothing(void *) { return 0; }

} // namespace

TEST_CASE("each wait in a native call says that no task waits there, and works behind it") {
  OnManual m;
  Statuses s, expected;
  bool all_well = false, cancelled = false;
  weft_token open = weft_token_new(m.rt), child_waits = weft_token_new(m.rt), key = weft_token_new(m.rt);
  weft_mutex mutex = {};
  weft_domain *busy = m.domain("busy");
  m.go([&] { // has it until the other one has looked
    weft_mutex_lock(&mutex);
    weft_await(key, nullptr);
    weft_mutex_unlock(&mutex);
  });
  weft_task other = m.make([] { weft_park(); });
  weft_task in_domain = m.go([&] { cancelled = weft_park() != WEFT_OK; }, busy);
  m.go([&] {
    weft_cq *queue = weft_cq_new(nullptr);
    weft_cq_add(queue, weft_token_new(nullptr), 1);
    weft_chan *chan = weft_chan_new(0, 0);
    weft_group *group = weft_group_new(nullptr);
    weft_group_spawn(
        group, [](void *token) -> weft_status { return weft_await(*static_cast<weft_token *>(token), nullptr); }, &child_waits, nullptr, nullptr);
    weft_cond cond = {};
    weft_mutex own = {};
    weft_mutex_lock(&own);
    weft_sem sem = {};
    weft_wait_group one = {};
    weft_wait_group_add(&one, 1);
    natively([&] {
      weft_cq_event event;
      weft_select_case both[2] = {};
      both[0].chan = both[1].chan = chan;
      both[0].op = WEFT_SELECT_SEND;
      both[1].op = WEFT_SELECT_RECV;
      s["yield"] = weft_yield();
      s["park"] = weft_park();
      s["park until"] = weft_park_until(weft_now() + 5);
      s["sleep"] = weft_sleep(5);
      s["await"] = weft_await(open, nullptr);
      s["await until"] = weft_await_until(open, weft_now() + 5, nullptr);
      s["await any"] = weft_await_any(&open, 1, WEFT_NEVER, &event);
      s["await all"] = weft_await_all(&open, 1, WEFT_NEVER, &event);
      s["queue"] = weft_cq_wait(queue, WEFT_NEVER, &event);
      s["join"] = weft_join(other);
      s["group"] = weft_group_wait(group);
      s["mutex"] = weft_mutex_lock(&mutex);
      s["mutex until"] = weft_mutex_lock_with(&mutex, 0, weft_now() + 5);
      s["condition"] = weft_cond_wait(&cond, &own, WEFT_NEVER);
      s["semaphore"] = weft_sem_acquire(&sem, WEFT_NEVER);
      s["wait group"] = weft_wait_group_wait(&one);
      s["send"] = weft_chan_send(chan, nullptr);
      s["receive"] = weft_chan_recv(chan, nullptr);
      s["receive from none"] = weft_chan_recv(nullptr, nullptr);
      s["select"] = weft_select(both, 2, 0, WEFT_NEVER);
      s["blocking"] = weft_blocking(nothing, nullptr, nullptr, WEFT_NEVER, nullptr);
      s["close"] = weft_domain_close(busy);
    });
    for (auto &[what, status] : s)
      expected[what] = what == "close" ? WEFT_E_BUSY : WEFT_E_NOTASK;
    weft_wake(other);
    weft_complete(key, WEFT_OK, 0);
    weft_complete(child_waits, WEFT_OK, 0);
    weft_complete(open, WEFT_OK, 7);
    weft_sem_release(&sem, 1);
    weft_wait_group_add(&one, -1);
    uint64_t value = 0;
    all_well = weft_await(open, &value) == WEFT_OK && value == 7 && weft_join(other) == WEFT_OK && weft_group_wait(group) == WEFT_OK &&
               weft_mutex_lock(&mutex) == WEFT_OK && weft_sem_acquire(&sem, WEFT_NEVER) == WEFT_OK &&
               weft_wait_group_wait(&one) == WEFT_OK && weft_yield() == WEFT_OK;
    weft_mutex_unlock(&mutex);
    weft_group_free(group);
    weft_cq_free(queue);
    weft_chan_free(chan);
    weft_wake(in_domain);
  });
  m.settle();
  CHECK(s.size() == 22);
  CHECK(s == expected);
  CHECK(all_well);
  CHECK(cancelled); // as by a close outside of tasks
}

TEST_CASE("what need not wait is done in a native call too") {
  OnManual m;
  Statuses s;
  m.go([&] {
    weft_chan *chan = weft_chan_new(0, 1);
    weft_mutex mutex = {};
    weft_sem sem = {};
    weft_sem_release(&sem, 1);
    weft_token there = weft_token_new(nullptr), failed = weft_token_new(nullptr), first = weft_token_new(nullptr), second = weft_token_new(nullptr),
               open = weft_token_new(nullptr);
    weft_complete(there, WEFT_OK, 7);
    weft_complete(failed, -EIO, 0);
    weft_complete(first, WEFT_OK, 8);
    weft_complete(second, WEFT_OK, 9);
    natively([&] {
      uint64_t value = 0;
      weft_cq_event events[2] = {};
      const weft_token some[] = {open, first}, all[] = {first, second};
      s["await"] = weft_await(there, &value);
      CHECK(value == 7);
      s["await once more"] = weft_await(there, &value);
      s["await until"] = weft_await_until(failed, weft_now() + 5, nullptr);
      s["await some of all"] = weft_await_all(some, 2, WEFT_NEVER, events);
      s["await any"] = weft_await_any(some, 2, WEFT_NEVER, events);
      CHECK(events[0].value == 8);
      s["await all"] = weft_await_all(all, 2, WEFT_NEVER, events);
      CHECK(events[1].value == 9);
      s["send"] = weft_chan_send(chan, nullptr);
      s["receive"] = weft_chan_recv(chan, nullptr);
      s["lock"] = weft_mutex_lock(&mutex);
      s["again"] = weft_mutex_lock(&mutex);
      s["unlock"] = weft_mutex_unlock(&mutex);
      s["semaphore"] = weft_sem_acquire(&sem, WEFT_NEVER);
    });
    weft_chan_free(chan);
  });
  m.settle();
  CHECK(s == Statuses{{"send", WEFT_OK},   {"receive", WEFT_OK}, {"lock", WEFT_OK},
                      {"unlock", WEFT_OK}, {"again", WEFT_E_BUSY}, {"semaphore", WEFT_OK},
                      {"await", WEFT_OK},  {"await once more", WEFT_E_STALE}, {"await until", -EIO}, {"await some of all", WEFT_E_NOTASK},
                      {"await any", WEFT_OK}, {"await all", WEFT_OK}});
}

TEST_CASE("a cancel that is pending stays for a wait that is one") {
  OnManual m;
  weft_status native = WEFT_OK, after = WEFT_OK;
  m.go([&] {
    weft_cancel(weft_self());
    natively([&] { native = weft_park(); });
    after = weft_park();
  });
  m.settle();
  CHECK(native == WEFT_E_NOTASK);
  CHECK(after == WEFT_E_CANCELLED);
}

TEST_CASE("a socket in a native call gives what is there and waits for nothing") {
  InTasks t;
  Statuses s;
  size_t written = 1;
  t.run([&] {
    Pair pair;
    weft_sock *listener = nullptr, *accepted = nullptr;
    weft_tcp_listen("127.0.0.1", 0, 1, &listener);
    weft_sock_write(pair.a, "one", 3, some_time(), nullptr);
    fill(pair.b);
    natively([&] {
      char buffer[100];
      s["something"] = static_cast<weft_status>(weft_sock_read(pair.b, buffer, sizeof buffer, WEFT_NEVER));
      s["nothing"] = static_cast<weft_status>(weft_sock_read(pair.b, buffer, sizeof buffer, WEFT_NEVER));
      s["readable"] = weft_sock_wait_readable(pair.b, WEFT_NEVER);
      s["write"] = weft_sock_write(pair.b, "two", 3, WEFT_NEVER, &written);
      s["accept"] = weft_accept(listener, WEFT_NEVER, &accepted, nullptr);
      for (int i = 0; i < 200; ++i) // more than a task does without giving way
        s["many"] = weft_sock_write(pair.a, ".", 1, WEFT_NEVER, nullptr);
    });
    weft_sock_close(listener);
    pair.close();
  });
  CHECK(written == 0);
  CHECK(s == Statuses{{"something", 3},
                      {"nothing", WEFT_E_NOTASK},
                      {"readable", WEFT_E_NOTASK},
                      {"write", WEFT_E_NOTASK},
                      {"accept", WEFT_E_NOTASK},
                      {"many", WEFT_OK}});
}

TEST_CASE("a suspend out of a native call is CONT-02, and says where it stands") {
  Death d = dies([] {
    OnManual m;
    m.go([&] {
      weft_call_native(
          [](void *) {
            weft_cont k = weft_rt_cont_new_mem([](void *, weft_payload *) { weft_await(weft_token_new(nullptr), nullptr); }, nullptr, WEFT_STACK_256K);
            weft_rt_resume(k, nullptr, nullptr, nullptr, nullptr);
          },
          nullptr);
    });
    m.settle();
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Catch::Contains("'weft.await'") && Catch::Contains("CONT-02"));
  if (!getenv("WEFT_MIGRATE")) // by which it is another thread's stack
    CHECK_THAT(d.text, Catch::Contains("inside of weft_call_native"));
}
