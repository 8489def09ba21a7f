// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A program whose trace is checked: several workers (WEFT_WORKERS), tasks of the root and of nested domains, some of which are
// bound, that yield, sleep, wait for each other and for foreign threads, spawn and close domains.
#include "weft/sync.h"
#include "weft/task.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

weft_chan *chan;
weft_token token;
weft_task parked;

void spawn(weft_domain *domain, const char *name, weft_task_fn fn, weft_task *out = nullptr) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.domain = domain;
  attr.name = name;
  if (weft_spawn(nullptr, fn, nullptr, &attr, out) != WEFT_OK)
    abort();
}

weft_domain *domain(weft_domain *parent, const char *name, uint32_t bind, uint32_t picks) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  attr.bind = bind;
  attr.picks = picks;
  weft_domain *d = nullptr;
  if (weft_domain_create(parent, &attr, &d, nullptr, 0) != WEFT_OK)
    abort();
  return d;
}

void works(void *) {
  for (int i = 0; i < 40; ++i) {
    if (i % 8 == 0)
      weft_sleep(30000);
    else
      weft_yield();
  }
  weft_task child = 0;
  spawn(nullptr, "child", [](void *) { weft_yield(); }, &child);
  weft_join(child);
}

} // namespace

int main() {
  weft_runtime *rt;
  char error[256];
  if (weft_runtime_create(nullptr, &rt, error, sizeof error) != WEFT_OK) {
    fprintf(stderr, "%s\n", error);
    return 2;
  }
  chan = weft_chan_new(sizeof(int), 0);
  token = weft_token_new(rt);
  weft_domain *outer = domain(nullptr, "outer", WEFT_BIND_ANY, 3), *inner = domain(outer, "inner", WEFT_BIND_ANY, 1);
  weft_domain *all[] = {nullptr, outer, inner, domain(nullptr, "gui", WEFT_BIND_HOST, 2), domain(nullptr, "computes", WEFT_BIND_POOL, 0),
                        domain(inner, "deep gui", WEFT_BIND_HOST, 4), domain(outer, "deep computes", WEFT_BIND_POOL, 2)};
  for (weft_domain *d : all) {
    for (int i = 0; i < 3; ++i)
      spawn(d, "works", works);
    spawn(d, "sends", [](void *) {
      for (int i = 0; i < 10; ++i)
        weft_chan_send(chan, &i);
    });
    spawn(d, "receives", [](void *) {
      for (int i = 0, got; i < 10; ++i)
        weft_chan_recv(chan, &got);
    });
  }
  spawn(all[4], "awaits", [](void *) { weft_await(token, nullptr); });
  spawn(all[5], "parks", [](void *) { weft_park(); }, &parked);
  std::thread foreign([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    weft_complete(token, WEFT_OK, 1);
    weft_wake(parked);
  });
  bool good = weft_run(rt) == WEFT_OK;
  foreign.join();
  // Closed by a task of another domain, while they run.
  for (weft_domain *d : all)
    if (d)
      spawn(d, "goes on", [](void *) {
        while (!weft_cancelled()) {
          weft_yield();
          weft_sleep(50000);
        }
      });
  static weft_domain *closes[2] = {outer, all[3]};
  spawn(all[4], "closes", [](void *) {
    weft_yield();
    for (weft_domain *d : closes)
      if (weft_domain_close(d) != WEFT_OK)
        abort();
    weft_domain_close(weft_self_domain());
  });
  good = weft_run(rt) == WEFT_OK && good;
  if (weft_runtime_destroy(rt) != WEFT_OK || !good)
    return 1;
  weft_chan_free(chan);
  puts("done");
  return 0;
}
