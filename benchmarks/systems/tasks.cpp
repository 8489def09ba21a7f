// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Weft's tasks on one worker: the embedded host, and a scheduler that main() chose by its path.
#include "tasks.h"
#include "thread_locals.h"
#include "weft.h"
#include <cstdlib>
#include <vector>

namespace bench {

void must(weft_status status, const char *what) {
  if (status == WEFT_OK)
    return;
  std::fprintf(stderr, "weft: %s: %s\n", what, weft_status_text(status));
  std::exit(1);
}

weft_runtime *runtime() {
  static weft_runtime *rt = [] {
    weft_runtime_config config = {};
    config.size = sizeof config;
    weft_runtime *made = nullptr;
    char error[512] = "";
    if (weft_runtime_create(&config, &made, error, sizeof error) != WEFT_OK) {
      std::fprintf(stderr, "weft: %s\n", error);
      std::exit(1);
    }
    return made;
  }();
  return rt;
}

void spawn_detached(weft_task_fn fn, void *arg, weft_domain *domain) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.domain = domain;
  attr.flags = WEFT_SPAWN_DETACHED;
  must(weft_spawn(runtime(), fn, arg, &attr, nullptr), "spawn");
}

void run(weft_task_fn main_task, void *arg) {
  spawn_detached(main_task, arg);
  must(weft_run(runtime()), "run");
}

} // namespace bench

namespace {

using bench::must, bench::run, bench::runtime, bench::spawn_detached;

// --- yield: the first to start reads the clock, and the last to end
struct Yield {
  uint64_t n, each, started, ended, first, last, sum;
};
void yield_body(void *arg) {
  auto &y = *static_cast<Yield *>(arg);
  weft_yield(); // until all of them are there
  if (++y.started == 1)
    y.first = bench::now();
  for (uint64_t j = 0; j < y.each; ++j) {
    ++y.sum;
    weft_yield();
  }
  if (++y.ended == y.n)
    y.last = bench::now();
}

// --- spawn
struct Spawn {
  uint64_t batch, rounds, ran, ns;
  weft_wait_group pending;
};
void spawn_body(void *arg) {
  auto &s = *static_cast<Spawn *>(arg);
  ++s.ran;
  weft_wait_group_add(&s.pending, -1);
}
void spawn_batch(Spawn &s) {
  weft_wait_group_add(&s.pending, static_cast<int64_t>(s.batch));
  for (uint64_t i = 0; i < s.batch; ++i)
    spawn_detached(spawn_body, &s);
  weft_wait_group_wait(&s.pending);
}
void spawn_main(void *arg) {
  auto &s = *static_cast<Spawn *>(arg);
  spawn_batch(s);
  s.ran = 0;
  uint64_t start = bench::now();
  for (uint64_t r = 0; r < s.rounds; ++r)
    spawn_batch(s);
  s.ns = bench::now() - start;
}

// --- channel
struct Channel {
  weft_chan *there, *back;
  uint64_t (*clock)();
  weft_domain *echo; // whose task answers; null: the sender's
  uint64_t ops, sum, ns;
};
void channel_echo(void *arg) {
  auto &c = *static_cast<Channel *>(arg);
  uint64_t v;
  while (weft_chan_recv(c.there, &v) == WEFT_OK) {
    ++v;
    weft_chan_send(c.back, &v);
  }
}
void channel_main(void *arg) {
  auto &c = *static_cast<Channel *>(arg);
  spawn_detached(channel_echo, &c, c.echo);
  uint64_t start = c.clock();
  for (uint64_t i = 0, v; i < c.ops; ++i) {
    weft_chan_send(c.there, &i);
    weft_chan_recv(c.back, &v);
    c.sum += v;
  }
  c.ns = c.clock() - start;
  weft_chan_close(c.there);
}

// --- park: two tasks wake each other by turns
struct Park {
  weft_task tasks[2];
  uint64_t ops, wakes, ns;
};
void park_answering(void *arg) {
  auto &p = *static_cast<Park *>(arg);
  for (uint64_t i = 0; i < p.ops; ++i) {
    weft_park();
    p.wakes += weft_wake(p.tasks[0]) == WEFT_OK;
  }
}
void park_main(void *arg) {
  auto &p = *static_cast<Park *>(arg);
  p.tasks[0] = weft_self();
  must(weft_spawn(runtime(), park_answering, &p, nullptr, &p.tasks[1]), "spawn");
  weft_yield(); // until the other one is parked
  uint64_t start = bench::now();
  for (uint64_t i = 0; i < p.ops; ++i) {
    p.wakes += weft_wake(p.tasks[1]) == WEFT_OK;
    weft_park();
  }
  p.ns = bench::now() - start;
  weft_join(p.tasks[1]);
}

// --- thread-locals: a few tasks that look at thread-locals before and behind each yield
constexpr uint64_t kThreadLocalTasks = 4;

struct ThreadLocals {
  void (*body)(uint64_t n);
  uint64_t each, started, ended, first, last;
};
void thread_locals_body(void *arg) {
  auto &t = *static_cast<ThreadLocals *>(arg);
  weft_yield(); // until all of them are there
  if (++t.started == 1)
    t.first = bench::now();
  t.body(t.each);
  if (++t.ended == kThreadLocalTasks)
    t.last = bench::now();
}
bench::Result thread_locals(void (*body)(uint64_t), uint64_t (*taken)(), uint64_t ops) {
  ThreadLocals t = {body, ops / kThreadLocalTasks, 0, 0, 0, 0};
  taken();
  for (uint64_t i = 0; i < kThreadLocalTasks; ++i)
    spawn_detached(thread_locals_body, &t);
  must(weft_run(runtime()), "run");
  return {kThreadLocalTasks * t.each, t.last - t.first, taken() / 2};
}

// --- parked: what tasks cost that wait in a channel each
struct Parked {
  uint64_t n, used, sum, waiting;
  std::vector<weft_chan *> wake;
};
void parked_body(void *arg) {
  auto &p = *static_cast<Parked *>(arg);
  uint64_t v = 0;
  weft_chan_recv(p.wake[p.waiting++], &v);
  p.sum += v;
}
void parked_main(void *arg) {
  auto &p = *static_cast<Parked *>(arg);
  for (uint64_t i = 0; i < p.n; ++i)
    spawn_detached(parked_body, &p);
  while (p.waiting < p.n)
    weft_yield();
  p.used = bench::resident_bytes() - p.used;
  uint64_t one = 1;
  for (weft_chan *c : p.wake)
    weft_chan_send(c, &one);
}

} // namespace

namespace bench {

Result yield(uint64_t n, uint64_t ops) {
  Yield y = {n, ops / n ? ops / n : 1, 0, 0, 0, 0, 0};
  for (uint64_t i = 0; i < n; ++i)
    spawn_detached(yield_body, &y);
  must(weft_run(runtime()), "run");
  return {n * y.each, y.last - y.first, y.sum};
}

Result explore(uint64_t n, uint64_t ops) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.sched = "explore:seed=1";
  attr.picks = UINT32_MAX;
  weft_domain *domain = nullptr;
  must(weft_domain_create(weft_root_domain(runtime()), &attr, &domain, nullptr, 0), "domain");
  Yield y = {n, ops / n ? ops / n : 1, 0, 0, 0, 0, 0};
  for (uint64_t i = 0; i < n; ++i)
    spawn_detached(yield_body, &y, domain);
  must(weft_run(runtime()), "run");
  must(weft_domain_close(domain), "close");
  return {n * y.each, y.last - y.first, y.sum};
}

Result spawn(uint64_t batch, uint64_t ops) {
  Spawn s = {batch, (ops + batch - 1) / batch, 0, 0, {}};
  run(spawn_main, &s);
  return {s.rounds * batch, s.ns, s.ran};
}

Result round_trips(uint64_t ops, uint64_t (*clock)(), weft_domain *sender, weft_domain *echo) {
  Channel c = {
      weft_chan_new(sizeof(uint64_t), 0), weft_chan_new(sizeof(uint64_t), 0), clock, echo, ops, 0, 0};
  spawn_detached(channel_main, &c, sender);
  must(weft_run(runtime()), "run");
  weft_chan_free(c.there);
  weft_chan_free(c.back);
  return {ops, c.ns, c.sum};
}

Result channel(uint64_t, uint64_t ops) { return round_trips(ops, now); }

Result park(uint64_t, uint64_t ops) {
  Park p = {{0, 0}, ops, 0, 0};
  run(park_main, &p);
  return {ops, p.ns, p.wakes / 2};
}

Result tls(uint64_t, uint64_t ops) {
  return thread_locals(tls_safe::suspending, tls_safe::taken, ops);
}
Result tls_without(uint64_t, uint64_t ops) {
  return thread_locals(tls_bound::suspending, tls_bound::taken, ops);
}
Result tls_compute(uint64_t, uint64_t ops) {
  return thread_locals(tls_safe::computing, tls_safe::taken, ops);
}
Result tls_compute_without(uint64_t, uint64_t ops) {
  return thread_locals(tls_bound::computing, tls_bound::taken, ops);
}
Result tls_library(uint64_t, uint64_t ops) {
  return thread_locals(tls_library_safe::suspending, tls_library_safe::taken, ops);
}
Result tls_library_without(uint64_t, uint64_t ops) {
  return thread_locals(tls_library_bound::suspending, tls_library_bound::taken, ops);
}

Result parked(uint64_t n, uint64_t) {
  runtime();
  Parked p = {n, 0, 0, 0, {}};
  for (uint64_t i = 0; i < n; ++i)
    p.wake.push_back(weft_chan_new(sizeof(uint64_t), 0));
  p.used = resident_bytes();
  run(parked_main, &p);
  for (weft_chan *c : p.wake)
    weft_chan_free(c);
  return {n, p.used, p.sum};
}

} // namespace bench
