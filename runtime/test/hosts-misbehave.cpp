/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A host that gives no turn, gives it late, early, twice, or from the wrong thread: what it was to do is done later, once, and in
// order; nothing is lost by it.
#include "on_manual.h"
#include "on_workers.h"

#include <atomic>
#include <thread>

namespace {

constexpr uint64_t kMillisecond = 1000000, kSecond = 1000000000;

} // namespace

TEST_CASE("a host that gives no turn loses nothing: it is asked once, and a late turn does all of it") {
  OnManual m;
  std::string order;
  weft_token token = weft_token_new(m.rt);
  m.go([&] {
    uint64_t value = 0;
    CHECK(weft_await(token, &value) == WEFT_OK);
    order += "token " + std::to_string(value) + "; ";
  });
  weft_task parked = m.go([&] {
    CHECK(weft_park() == WEFT_OK);
    order += "wake; ";
  });
  m.go([&] {
    CHECK(weft_sleep(5 * kMillisecond) == WEFT_OK);
    order += "sleep; ";
  });
  m.settle();
  const uint64_t posts = weft_manual_posts(m.host);

  std::thread([&] {
    weft_complete(token, WEFT_OK, 7);
    for (int i = 0; i < 1000; ++i)
      weft_wake(parked);
  }).join();
  weft_manual_advance(m.host, 3600 * kSecond); // and the host does not care
  CHECK(order.empty());
  CHECK(weft_manual_posts(m.host) == posts + 1);
  CHECK(weft_manual_armed(m.host) < weft_manual_now(m.host));

  const weft_turn_result turn = m.turn();
  CHECK(order.size() == std::string("token 7; wake; sleep; ").size());
  CHECK(order.find("token 7; wake; ") != std::string::npos); // as they came
  CHECK(turn.live == 0);
  CHECK(turn.next_deadline == WEFT_NEVER);
}

TEST_CASE("turns that come late wake sleepers in the order of their deadlines, none of them twice") {
  OnManual m;
  std::vector<int> woken;
  for (int i : {3, 1, 2, 5, 4})
    m.go([&woken, i] {
      CHECK(weft_sleep(static_cast<uint64_t>(i) * kMillisecond) == WEFT_OK);
      woken.push_back(i);
    });
  m.settle();
  weft_manual_advance(m.host, 2 * kMillisecond + kMillisecond / 2); // late for two of them
  m.turn();
  CHECK(woken == std::vector<int>{1, 2});
  CHECK(weft_manual_armed(m.host) > weft_manual_now(m.host));
  weft_manual_advance(m.host, kSecond); // late for the others
  m.turn();
  CHECK(woken == std::vector<int>{1, 2, 3, 4, 5});
}

TEST_CASE("turns that nobody asked for run nobody, and arm the timer again") {
  OnManual m;
  int runs = 0;
  const uint64_t due = weft_manual_now(m.host) + 10 * kMillisecond;
  m.go([&] {
    CHECK(weft_sleep(10 * kMillisecond) == WEFT_OK);
    ++runs;
  });
  m.settle();
  for (int i = 0; i < 9; ++i) { // the host's timer fires early, each time
    weft_manual_advance(m.host, kMillisecond);
    const weft_turn_result turn = m.turn();
    CHECK(turn.status == WEFT_OK);
    CHECK_FALSE(turn.more);
    CHECK(turn.next_deadline == due);
    CHECK(weft_manual_armed(m.host) == due);
  }
  CHECK(runs == 0);
  weft_manual_advance(m.host, kMillisecond);
  for (int twice = 0; twice < 2; ++twice)
    m.turn();
  CHECK(runs == 1);
}

TEST_CASE("a descriptor that is told of twice wakes its reader once") {
  OnManual m; // it cannot watch: the cell is the test's, as a host has it
  weft_fd_cell cell = {};
  cell.fd = -1;
  int woken = 0;
  weft_task reader = m.go([&] {
    cell.reader = weft_token_new(m.rt);
    CHECK(weft_await(cell.reader, nullptr) == WEFT_OK);
    ++woken;
    CHECK(weft_park_until(weft_now() + kSecond) == WEFT_E_TIMEOUT); // no second wake is left
  });
  m.settle();
  weft_fd_ready(m.rt, &cell, WEFT_READABLE);
  weft_fd_ready(m.rt, &cell, WEFT_READABLE);
  weft_fd_ready(m.rt, &cell, WEFT_HANGUP);
  CHECK(woken == 0); // told, not run
  m.settle();
  CHECK(woken == 1);
  m.pass(kSecond);
  CHECK(weft_task_id(reader) == 0);
}

TEST_CASE("turns from the wrong thread are refused while the loop's thread gives its own") {
  OnManual m;
  std::atomic<bool> stop = false;
  std::atomic<uint64_t> refused = 0, others = 0;
  std::thread wrong([&] {
    while (!stop) {
      const weft_turn_result turn = weft_turn(m.rt, nullptr);
      (turn.status == WEFT_E_INVAL && turn.live == 0 && !turn.more ? refused : others)++;
      if (weft_run(m.rt) != WEFT_E_INVAL || weft_runtime_destroy(m.rt) != WEFT_E_INVAL ||
          weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr) != WEFT_E_INVAL)
        ++others;
    }
  });
  uint64_t runs = 0;
  const uint64_t rounds = thoroughly(2000);
  m.go([&] {
    for (; runs < rounds || refused < 10; ++runs)
      weft_yield();
  });
  while (m.turn(16).live != 0)
    ;
  stop = true;
  wrong.join();
  CHECK(runs >= rounds);
  CHECK(others == 0);
}

TEST_CASE("a host that can watch and not unwatch, or the other way round, is refused") {
  const bool watches = GENERATE(false, true);
  weft_manual_host *host = weft_manual_host_new();
  weft_host_ops half = *weft_manual_host_ops();
  if (watches)
    half.watch = [](void *, weft_fd_cell *) -> weft_status { return WEFT_OK; };
  else
    half.unwatch = [](void *, weft_fd_cell *) {};
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.host = &half;
  config.host_self = host;
  weft_runtime *rt = nullptr;
  char error[256] = "";
  CHECK(weft_runtime_create(&config, &rt, error, sizeof error) == WEFT_E_ABI);
  CHECK(rt == nullptr);
  CHECK(std::string(error).find(watches ? "lacks unwatch;" : "lacks watch;") != std::string::npos);
  weft_manual_host_free(host);
}

TEST_CASE("a loop that only daemons live on is asked to hold itself when one of them spawns on "
          "another thread") {
  const char *sched = GENERATE("fifo", "work_stealing");
  weft_manual_host *host = weft_manual_host_new();
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.host = weft_manual_host_ops();
  config.host_self = host;
  config.sched = sched;
  config.workers = 3; // one is idle, and is called for what is spawned
  weft_runtime *rt = nullptr;
  REQUIRE(weft_runtime_create(&config, &rt, nullptr, 0) == WEFT_OK);
  struct Shared {
    std::atomic<bool> began{false}, may_spawn{false}, may_end{false};
  } shared;
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.flags = WEFT_SPAWN_DETACHED | WEFT_SPAWN_DAEMON;
  auto daemon = [](void *arg) {
    auto *s = static_cast<Shared *>(arg);
    s->began = true;
    while (!s->may_spawn)
      std::this_thread::yield();
    weft_spawn_attr plain = {};
    plain.size = sizeof plain;
    plain.flags = WEFT_SPAWN_DETACHED;
    weft_spawn(
        nullptr,
        [](void *arg) {
          while (!static_cast<Shared *>(arg)->may_end)
            weft_yield();
        },
        s, &plain, nullptr);
  };
  CHECK(weft_spawn(rt, daemon, &shared, &attr, nullptr) ==
        WEFT_OK); // this thread gives no turn, so the other worker's
  // A host that gives the turns that it is asked for, and no other.
  const weft_budget some = {0, 16, 0, 0};
  auto look = [&] {
    std::this_thread::yield();
    if (weft_manual_take_post(host))
      weft_turn(rt, &some);
  };
  while (!shared.began)
    std::this_thread::yield();
  look();
  CHECK(weft_manual_holds(host) == 0);
  shared.may_spawn = true;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (weft_manual_holds(host) == 0 && std::chrono::steady_clock::now() < give_up)
    look();
  CHECK(weft_manual_holds(host) == 1);
  shared.may_end = true;
  CHECK(weft_run(rt) == WEFT_OK);
  CHECK(weft_manual_holds(host) == 0);
  weft_shutdown(rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr); // the daemon may be about to end
  weft_run(rt);
  CHECK(weft_runtime_destroy(rt) == WEFT_OK);
  weft_manual_host_free(host);
}

TEST_CASE("the pool ends the last task while the host is blocked, which gives its turn and knows of nothing more: no deadlock") {
  struct Host {
    weft_manual_host *manual = weft_manual_host_new();
    weft_runtime *rt = nullptr;
    std::atomic<bool> blocked{false};
    int blocks = 0;
  } host;
  static Host *the;
  the = &host;
  weft_host_ops ops = *weft_manual_host_ops();
  ops.block = [](void *, uint64_t) {
    the->blocks++;
    the->blocked = true;
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!weft_manual_take_post(the->manual) && std::chrono::steady_clock::now() < give_up)
      std::this_thread::yield();
    weft_turn(the->rt, nullptr);
    return 1;
  };
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.host = &ops;
  config.host_self = host.manual;
  config.workers = 2;
  REQUIRE(weft_runtime_create(&config, &host.rt, nullptr, 0) == WEFT_OK);
  weft_domain_attr pool = {};
  pool.size = sizeof pool;
  pool.bind = WEFT_BIND_POOL;
  weft_domain *domain = nullptr;
  REQUIRE(weft_domain_create(nullptr, &pool, &domain, nullptr, 0) == WEFT_OK);
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.flags = WEFT_SPAWN_DETACHED;
  attr.domain = domain;
  auto last = [](void *arg) {
    while (!static_cast<Host *>(arg)->blocked)
      std::this_thread::yield();
  };
  CHECK(weft_spawn(host.rt, last, &host, &attr, nullptr) == WEFT_OK);
  CHECK(weft_run(host.rt) == WEFT_OK);
  CHECK(host.blocks >= 1);
  CHECK(weft_runtime_destroy(host.rt) == WEFT_OK);
  weft_manual_host_free(host.manual);
}
