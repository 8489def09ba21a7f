// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What the loop's owner pays: turns that find nothing, and completing what tasks wait for, from the loop's thread and from another one.
#include "tasks.h"
#include "weft.h"

#include <cstdlib>
#include <thread>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

namespace {

using bench::must, bench::runtime, bench::spawn_detached;

// --- tokens: each task waits for one, takes what it brings, and waits for the next
struct Waits {
  uint64_t n, sum = 0, begun = 0;
  bool over = false;
  std::vector<weft_token> tokens;
};
void wait_body(void *arg) {
  auto &w = *static_cast<Waits *>(arg);
  weft_token &mine = w.tokens[w.begun++];
  for (;;) {
    mine = weft_token_new(nullptr);
    uint64_t value = 0;
    must(weft_await(mine, &value), "await");
    if (w.over)
      return;
    w.sum += value;
  }
}

// --- from another thread: it completes, the task answers by an eventfd
struct Afar {
  int answers;
  uint64_t ops, sum = 0;
  weft_token mine = 0;
};
void write_one(int fd) {
  uint64_t one = 1;
  if (write(fd, &one, sizeof one) != sizeof one)
    std::abort();
}
void read_one(int fd) {
  uint64_t one;
  if (read(fd, &one, sizeof one) != sizeof one)
    std::abort();
}
void afar_body(void *arg) {
  auto &a = *static_cast<Afar *>(arg);
  for (uint64_t i = 0; i < a.ops; ++i) {
    uint64_t value = 0;
    must(weft_await(a.mine, &value), "await");
    a.sum += value;
    a.mine = weft_token_new(nullptr);
    write_one(a.answers);
  }
}

} // namespace

namespace bench {

Result empty_turn(uint64_t, uint64_t ops) {
  weft_runtime *rt = runtime();
  weft_budget budget = {};
  budget.ns = 1000000;
  uint64_t found = 0, start = now();
  for (uint64_t i = 0; i < ops; ++i)
    found += weft_turn(rt, &budget).status == WEFT_OK;
  return {ops, now() - start, found};
}

Result complete(uint64_t n, uint64_t ops) {
  weft_runtime *rt = runtime();
  const weft_budget budget = {};
  Waits w;
  w.n = n;
  w.tokens.resize(n);
  for (uint64_t i = 0; i < n; ++i)
    spawn_detached(wait_body, &w);
  weft_turn(rt, &budget);
  const uint64_t rounds = ops / n ? ops / n : 1;
  uint64_t value = 0, start = now();
  for (uint64_t r = 0; r < rounds; ++r) {
    for (weft_token token : w.tokens)
      weft_complete(token, WEFT_OK, ++value);
    weft_turn(rt, &budget);
  }
  const uint64_t ns = now() - start;
  w.over = true;
  for (weft_token token : w.tokens)
    weft_complete(token, WEFT_OK, 0);
  must(weft_run(rt), "run");
  return {rounds * n, ns, w.sum};
}

Result complete_afar(uint64_t, uint64_t ops) {
  Afar a = {eventfd(0, EFD_CLOEXEC), ops};
  a.mine = weft_token_new(runtime());
  uint64_t ns = 0;
  spawn_detached(afar_body, &a);
  std::thread other([&] {
    const uint64_t start = now();
    for (uint64_t i = 0; i < ops; ++i) {
      if (weft_complete(a.mine, WEFT_OK, i + 1) != WEFT_OK)
        std::abort();
      read_one(a.answers);
    }
    ns = now() - start;
  });
  must(weft_run(runtime()), "run");
  other.join();
  weft_token_drop(a.mine);
  close(a.answers);
  return {ops, ns, a.sum};
}

// What the row before cannot be without: two threads wake each other by an eventfd each, and nothing else.
Result eventfds(uint64_t, uint64_t ops) {
  const int asks = eventfd(0, EFD_CLOEXEC), answers = eventfd(0, EFD_CLOEXEC);
  uint64_t sum = 0, ns = 0;
  std::thread other([&] {
    const uint64_t start = now();
    for (uint64_t i = 0; i < ops; ++i) {
      write_one(asks);
      read_one(answers);
    }
    ns = now() - start;
  });
  for (uint64_t i = 0; i < ops; ++i) {
    read_one(asks);
    sum += i + 1;
    write_one(answers);
  }
  other.join();
  close(asks);
  close(answers);
  return {ops, ns, sum};
}

} // namespace bench
