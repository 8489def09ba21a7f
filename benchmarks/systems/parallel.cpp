// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Weft's tasks where several workers take part, written as the runtime of a compiled language would: detached tasks on the
// smallest stacks, arguments in the frame of who waits for them. The clock is the wall's.
#include "busy.h"
#include "tasks.h"
#include "weft.h"
#include <atomic>
#include <vector>

namespace {

using bench::must, bench::runtime;

void spawn_small(weft_runtime *rt, weft_task_fn fn, void *arg) {
  static const weft_spawn_attr small = [] {
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.stack = WEFT_STACK_16K;
    attr.flags = WEFT_SPAWN_DETACHED;
    return attr;
  }();
  must(weft_spawn(rt, fn, arg, &small, nullptr), "spawn");
}

// --- skynet: a tree of tasks, whose leaves send their numbers up
constexpr uint64_t kChildren = 10;

struct Node {
  weft_runtime *rt;
  weft_chan *up;
  uint64_t first, leaves;
};
void skynet_node(void *arg) {
  Node n = *static_cast<Node *>(arg);
  uint64_t sum = n.first;
  if (n.leaves > 1) {
    weft_chan *from_children = weft_chan_new(sizeof(uint64_t), 0);
    Node children[kChildren];
    uint64_t part = n.leaves / kChildren;
    for (uint64_t i = 0; i < kChildren; ++i) {
      children[i] = {n.rt, from_children, n.first + i * part, part};
      spawn_small(n.rt, skynet_node, &children[i]);
    }
    sum = 0;
    for (uint64_t i = 0, v; i < kChildren; ++i) {
      must(weft_chan_recv(from_children, &v), "receive");
      sum += v;
    }
    weft_chan_free(from_children);
  }
  must(weft_chan_send(n.up, &sum), "send");
}

struct Skynet {
  uint64_t leaves, trees, sum, ns, busy;
};
void skynet_main(void *arg) {
  auto &s = *static_cast<Skynet *>(arg);
  Node root = {runtime(), weft_chan_new(sizeof(uint64_t), 0), 0, s.leaves};
  bench::Busy busy;
  uint64_t start = bench::wall();
  for (uint64_t i = 0, v; i < s.trees; ++i) {
    spawn_small(root.rt, skynet_node, &root);
    must(weft_chan_recv(root.up, &v), "receive");
    s.sum += v;
  }
  s.ns = bench::wall() - start;
  s.busy = busy.least_of(2);
  weft_chan_free(root.up);
}

// --- storm: tasks that spawn very many short ones, and wait for them
constexpr uint64_t kStorm = 1'000'000;

struct alignas(64) Spawner {
  weft_runtime *rt;
  uint64_t tasks;
  weft_wait_group *all_spawners;
  std::atomic<uint64_t> ran;
  weft_wait_group pending;
};
void storm_short(void *arg) {
  auto &s = *static_cast<Spawner *>(arg);
  s.ran.fetch_add(1, std::memory_order_relaxed);
  weft_wait_group_add(&s.pending, -1);
}
void storm_spawner(void *arg) {
  auto &s = *static_cast<Spawner *>(arg);
  weft_wait_group_add(&s.pending, static_cast<int64_t>(s.tasks));
  for (uint64_t i = 0; i < s.tasks; ++i)
    spawn_small(s.rt, storm_short, &s);
  must(weft_wait_group_wait(&s.pending), "wait");
  weft_wait_group_add(s.all_spawners, -1);
}

struct Storm {
  uint64_t spawners, storms, ran, ns, busy;
};
void storm_main(void *arg) {
  auto &s = *static_cast<Storm *>(arg);
  weft_wait_group all = {};
  std::vector<Spawner> spawners(s.spawners);
  bench::Busy busy;
  uint64_t start = bench::wall();
  for (uint64_t i = 0; i < s.storms; ++i) {
    weft_wait_group_add(&all, static_cast<int64_t>(s.spawners));
    for (Spawner &one : spawners) {
      one.rt = runtime();
      one.tasks = kStorm / s.spawners;
      one.all_spawners = &all;
      spawn_small(one.rt, storm_spawner, &one);
    }
    must(weft_wait_group_wait(&all), "wait");
  }
  s.ns = bench::wall() - start;
  s.busy = busy.least_of(2);
  for (Spawner &one : spawners)
    s.ran += one.ran;
}

} // namespace

namespace bench {

Result skynet(uint64_t leaves, uint64_t ops) {
  Skynet s = {leaves, ops > leaves ? ops / leaves : 1, 0, 0, 0};
  run(skynet_main, &s);
  return {s.trees * leaves, s.ns, s.sum, s.busy};
}

Result storm(uint64_t spawners, uint64_t ops) {
  Storm s = {spawners, ops > kStorm ? ops / kStorm : 1, 0, 0, 0};
  run(storm_main, &s);
  return {s.storms * kStorm, s.ns, s.ran, s.busy};
}

Result ping_pong(uint64_t, uint64_t ops) { return round_trips(ops, wall); }

// One side on the host's thread, the other on the pool's.
Result ping_pong_apart(uint64_t, uint64_t ops) {
  weft_domain *domains[2];
  for (uint32_t bind : {WEFT_BIND_HOST, WEFT_BIND_POOL}) {
    weft_domain_attr attr = {};
    attr.size = sizeof attr;
    attr.bind = bind;
    must(weft_domain_create(weft_root_domain(runtime()), &attr, &domains[bind - WEFT_BIND_HOST], nullptr, 0), "domain");
  }
  Result result = round_trips(ops, wall, domains[0], domains[1]);
  for (weft_domain *domain : domains)
    must(weft_domain_close(domain), "close");
  return result;
}

} // namespace bench
