// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A program whose trace is checked: three levels of domains, waits of each kind, a budget that ends turns
// in the middle of slices, a thread that completes. "abort" as argument: ends by abort() in a task; "held": the domains hold back.
#include "weft/hosts/manual.h"
#include "weft/sync.h"
#include "weft/task.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

weft_chan *chan;
weft_token token;

void spawn(weft_domain *domain, const char *name, weft_task_fn fn) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.flags = WEFT_SPAWN_DETACHED;
  attr.domain = domain;
  attr.name = name;
  if (weft_spawn(nullptr, fn, nullptr, &attr, nullptr) != WEFT_OK)
    abort();
}

weft_domain *domain(weft_domain *parent, const char *name, const char *sched) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  attr.sched = sched;
  weft_domain *d = nullptr;
  if (weft_domain_create(parent, &attr, &d, nullptr, 0) != WEFT_OK)
    abort();
  return d;
}

} // namespace

int main(int argc, char **argv) {
  const bool aborts = argc > 1 && strcmp(argv[1], "abort") == 0, held = argc > 1 && strcmp(argv[1], "held") == 0;
  weft_manual_host *host = weft_manual_host_new();
  weft_runtime *rt;
  char error[256];
  if (weft_manual_runtime(host, nullptr, &rt, error, sizeof error) != WEFT_OK) {
    fprintf(stderr, "%s\n", error);
    return 2;
  }
  chan = weft_chan_new(sizeof(int), 0);
  token = weft_token_new(rt);
  weft_domain *outer = domain(nullptr, "outer", held ? "limited:rate=1000000,burst=8" : nullptr),
              *inner = domain(outer, "in\"ner\\\n", held ? "limited:parallelism=1" : nullptr),
              *gui = held ? domain(nullptr, "gui", "frame:budget=1ns") : nullptr;
  for (weft_domain *d : {outer, inner, static_cast<weft_domain *>(nullptr)}) {
    spawn(d, "yields", [](void *) {
      for (int i = 0; i < 5; ++i)
        weft_yield();
    });
    spawn(d, "sleeps", [](void *) { weft_sleep(1000); });
  }
  if (held)
    for (int i = 0; i < 2; ++i)
      spawn(gui, "paints", [](void *) {
        for (int n = 0; n < 12; ++n) // on when the others have ended: a turn is short
          weft_yield();
      });
  spawn(inner, "sends", [](void *) {
    for (int i = 0; i < 3; ++i)
      weft_chan_send(chan, &i);
  });
  spawn(outer, "receives", [](void *) {
    for (int i = 0, got; i < 3; ++i)
      weft_chan_recv(chan, &got);
  });
  spawn(inner, "awaits", [](void *) { weft_await(token, nullptr); });
  if (aborts)
    spawn(inner, "aborts", [](void *) {
      weft_yield();
      abort();
    });
  weft_budget budget = {0, 4, 0, 0};
  weft_manual_run(host, rt, &budget);
  std::thread([] { weft_complete(token, WEFT_OK, 1); }).join();
  if (weft_run(rt) != WEFT_OK)
    return 1;
  spawn(nullptr, "closes", [](void *) {});
  weft_run(rt);
  if (weft_domain_close(outer) != WEFT_OK || weft_runtime_destroy(rt) != WEFT_OK)
    return 1;
  weft_manual_host_free(host);
  weft_chan_free(chan);
  puts("done");
  return 0;
}
