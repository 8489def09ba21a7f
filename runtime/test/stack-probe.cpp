// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What a process does with stacks when its environment, its limits or its size are out of the ordinary; the script
// stacks-and-guards sets those and judges. One process a case, as a process decides for one guard.
#include "weft/backtrace.h"
#include "weft/host.h"
#include "weft/lowered.h"
#include "weft/stack.h"
#include "weft/sync.h"
#include "weft/task.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

const weft_tag tick = {"tick", "->"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};

[[noreturn]] void fail(const char *what) {
  fprintf(stderr, "stack-probe: %s\n", what);
  exit(1);
}

#define EXPECT(what)                                                                               \
  do {                                                                                             \
    if (!(what))                                                                                   \
      fail(#what);                                                                                 \
  } while (0)

uint32_t class_of(const char *name) {
  static const std::map<std::string, uint32_t> classes = {
      {"default", 0}, {"16K", 1}, {"64K", 2}, {"256K", 3}, {"1M", 4}, {"8M", 5}, {"64M", 6}, {"1G", 7}};
  auto it = classes.find(name);
  if (it == classes.end())
    fail("no such class");
  return it->second;
}

weft_stack_stats stats(uint32_t flags = 0) {
  weft_stack_stats s = {};
  s.size = sizeof s;
  EXPECT(weft_get_stack_stats(&s, flags) == WEFT_OK);
  return s;
}

// A field of /proc/self/status in KiB.
long status(const char *field) {
  std::ifstream in("/proc/self/status");
  std::string word;
  long n = 0;
  while (in >> word)
    if (word == field) {
      in >> n;
      return n;
    }
  return 0;
}

long mappings() {
  std::ifstream in("/proc/self/maps");
  long n = 0;
  for (std::string line; std::getline(in, line);)
    ++n;
  return n;
}

long memory() { return status("VmRSS:") + status("VmPTE:"); }

weft_cont make(weft_body body, void *env, uint32_t stack_class) { return weft_rt_cont_new_mem(body, env, stack_class); }

void suspend_once(void *, weft_payload *io) { weft_rt_suspend(&tick, io, io); }

weft_cont suspended(uint32_t stack_class) {
  weft_cont k = make(suspend_once, nullptr, stack_class);
  if (k)
    EXPECT(weft_rt_resume(k, &on_tick, nullptr, nullptr, &k) == 1);
  return k;
}

void finish(weft_cont k) { EXPECT(weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr) == 0); }

weft_runtime *runtime() {
  char error[512] = "";
  weft_runtime *rt = nullptr;
  weft_status status = weft_runtime_create(nullptr, &rt, error, sizeof error);
  if (status != WEFT_OK) {
    fprintf(stderr, "stack-probe: %s\n", error[0] ? error : weft_status_text(status));
    exit(2);
  }
  return rt;
}

// --- modes -------------------------------------------------------------------------------------------------

// Which guard a process has; both ways of coming to one.
void guard(const char *how) {
  if (strcmp(how, "task") == 0)
    runtime();
  finish(suspended(0));
  weft_stack_stats s = stats();
  printf("guard %u unguarded %llu\n", s.guard, static_cast<unsigned long long>(s.of[0].unguarded));
}

// COUNT tasks that have begun and wait, or as many suspended continuations: their memory.
void crowd(bool tasks, uint32_t stack_class, int count) {
  std::vector<weft_cont> all;
  static int here;
  static long before;
  static int want;
  want = count;
  auto report = [count] {
    long more = memory() - before;
    weft_stack_stats s = stats();
    printf("%.3f KiB each, %ld mappings, %llu made, %llu unguarded, %llu in use\n", double(more) / count, mappings(),
           static_cast<unsigned long long>(s.of[0].made), static_cast<unsigned long long>(s.of[0].unguarded),
           static_cast<unsigned long long>(s.of[0].in_use));
  };
  if (!tasks) {
    all.reserve(size_t(count));
    for (int i = 0; i < count; ++i) // the list of handles is not what is measured
      all.push_back(1);
    finish(suspended(stack_class));
    before = memory();
    for (weft_cont &k : all)
      EXPECT((k = suspended(stack_class)) != 0);
    report();
    for (weft_cont k : all)
      finish(k);
  } else {
    static decltype(report) *say;
    say = &report;
    weft_runtime *rt = runtime();
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.stack = stack_class;
    attr.flags = WEFT_SPAWN_DETACHED;
    static weft_task *tasks_made;
    tasks_made = static_cast<weft_task *>(calloc(size_t(count), sizeof(weft_task)));
    EXPECT(tasks_made);
    memset(tasks_made, 1, size_t(count) * sizeof(weft_task));
    before = memory();
    for (int i = 0; i < count; ++i)
      EXPECT(weft_spawn(
                 rt,
                 [](void *) {
                   if (++here < want) {
                     weft_park();
                     return;
                   }
                   (*say)();
                   for (int i = 0; i < want; ++i)
                     weft_wake(tasks_made[i]);
                 },
                 nullptr, &attr, &tasks_made[i]) == WEFT_OK);
    EXPECT(weft_run(rt) == WEFT_OK);
    EXPECT(weft_runtime_destroy(rt) == WEFT_OK);
  }
  EXPECT(stats().of[0].in_use == 0);
}

// A recursion over `bytes` of stack.
int sink;
[[gnu::noinline]] int descend(long bytes) {
  volatile char room[1000];
  asm volatile("" : : "r"(room) : "memory"); // all of it
  room[0] = static_cast<char>(bytes);
  sink += bytes > 0 ? descend(bytes - long(sizeof room)) : 0;
  return room[0];
}

void recurse(uint32_t stack_class, long bytes) {
  static long depth;
  depth = bytes;
  weft_body body = [](void *, weft_payload *io) { io->i[0] = static_cast<uint64_t>(descend(depth)); };
  finish(make(body, nullptr, stack_class));
  weft_stack_class_stats s = stats(WEFT_STACK_STATS_DEPTHS).of[stack_class];
  long before = memory();
  EXPECT(s.deepest >= uint64_t(bytes) && s.deepest < uint64_t(bytes) * 2 && s.resident == s.deepest);
  EXPECT(weft_stack_trim() == 1);
  EXPECT(before - memory() > bytes / 1024 * 9 / 10);
  s = stats(WEFT_STACK_STATS_DEPTHS).of[stack_class];
  EXPECT(s.resident == 0 && s.deepest == 0 && s.trimmed == 1 && s.cached == 0);
  finish(make(body, nullptr, stack_class));
  puts("recursed");
}

// What is counted, in each state that a stack can be in.
void counts() {
  weft_stack_stats s = stats();
  EXPECT(s.of[0].made == 0 && s.of[0].mapped == 0);
  weft_cont a = suspended(WEFT_STACK_16K), b = suspended(WEFT_STACK_16K), c = suspended(WEFT_STACK_1M);
  s = stats();
  EXPECT(s.of[WEFT_STACK_16K].bytes == 16 << 10 && s.of[WEFT_STACK_16K].made == 2 &&
         s.of[WEFT_STACK_16K].in_use == 2);
  EXPECT(s.of[WEFT_STACK_1M].made == 1 && s.of[WEFT_STACK_1M].mapped >= 1 << 20);
  EXPECT(s.of[0].made == 3 && s.of[0].in_use == 3 &&
         s.of[0].mapped == s.of[WEFT_STACK_16K].mapped + s.of[WEFT_STACK_1M].mapped);
  finish(a);
  finish(c);
  s = stats();
  EXPECT(s.of[WEFT_STACK_16K].in_use == 1 && s.of[WEFT_STACK_16K].cached == 1);
  EXPECT(s.of[0].cached == 2 && s.of[0].resident == 0);
  EXPECT(weft_stack_trim() == 2);
  s = stats(WEFT_STACK_STATS_DEPTHS);
  EXPECT(s.of[WEFT_STACK_16K].cached == 0 && s.of[WEFT_STACK_16K].trimmed == 1 && s.of[WEFT_STACK_1M].trimmed == 1);
  EXPECT(s.of[WEFT_STACK_16K].resident > 0 && s.of[WEFT_STACK_1M].resident == 0);
  a = suspended(WEFT_STACK_16K); // the trimmed one again
  EXPECT(stats().of[WEFT_STACK_16K].made == 2 && stats().of[WEFT_STACK_16K].in_use == 2);
  finish(a);
  finish(b);
  uint32_t small[2] = {8, 9}; // a program that knows less of the struct
  EXPECT(weft_get_stack_stats(reinterpret_cast<weft_stack_stats *>(small), 0) == WEFT_OK && small[0] == 8 &&
         small[1] == stats().guard);
  s.size = 4;
  EXPECT(weft_get_stack_stats(&s, 0) == WEFT_E_INVAL);
  s.size = sizeof s;
  EXPECT(weft_get_stack_stats(&s, 2) == WEFT_E_INVAL);
  EXPECT(weft_get_stack_stats(nullptr, 0) == WEFT_E_INVAL);
  puts("counted");
}

// The script has limited the address space. As many as fit, twice; and the program goes on.
void exhaust(uint32_t stack_class) {
  auto fill = [stack_class] {
    std::vector<weft_cont> all;
    all.reserve(100000);
    while (weft_cont k = suspended(stack_class))
      all.push_back(k);
    EXPECT(suspended(stack_class) == 0 && make(suspend_once, nullptr, stack_class) == 0);
    for (weft_cont k : all)
      finish(k);
    return all.size();
  };
  size_t first = fill(), second = fill();
  EXPECT(first > 1 && first < 100000 && second == first);
  EXPECT(stats().of[0].in_use == 0);
  std::string more(1 << 16, 'x'); // the heap has its pages already, or the limit has room for them
  printf("%zu fitted, twice\n", first);
}

// Likewise, for tasks: those for whose stack there is no room wait for the others to end.
void queue_for_stacks(uint32_t stack_class) {
  static int ended;
  weft_runtime *rt = runtime();
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = stack_class;
  attr.flags = WEFT_SPAWN_DETACHED;
  for (int i = 0; i < 1000; ++i)
    EXPECT(weft_spawn(
               rt,
               [](void *) {
                 weft_yield();
                 ++ended;
               },
               nullptr, &attr, nullptr) == WEFT_OK);
  EXPECT(weft_run(rt) == WEFT_OK);
  EXPECT(ended == 1000);
  EXPECT(weft_runtime_destroy(rt) == WEFT_OK);
  printf("1000 ended on %llu stacks\n", static_cast<unsigned long long>(stats().of[stack_class].made));
}

// A piece of everything that asks for memory, by a program that looks at each answer. What is refused is said so and nothing is
// left over of it; a runtime that was made goes on.
bool refused(weft_status status) {
  if (status != WEFT_OK && status != WEFT_E_NOMEM && status != -ENOMEM && status != WEFT_E_LIMIT)
    printf("%d: %s\n", status, weft_status_text(status));
  EXPECT(status == WEFT_OK || status == WEFT_E_NOMEM || status == -ENOMEM || status == WEFT_E_LIMIT);
  return status != WEFT_OK;
}

void features_in_task(void *arg) {
  auto *rt = static_cast<weft_runtime *>(arg);
  weft_spawn_attr joined = {};
  joined.size = sizeof joined;
  if (weft_chan *c = weft_chan_new(sizeof(int), 4)) {
    int n = 7;
    EXPECT(weft_chan_send(c, &n) == WEFT_OK);
    weft_select_case one = {};
    one.op = WEFT_SELECT_RECV;
    one.chan = c;
    one.elem = &n;
    int32_t which = weft_select(&one, 1, 0, WEFT_NEVER);
    EXPECT(which == 0 || which == WEFT_E_NOMEM);
    weft_chan_free(c);
  }
  refused(weft_sleep(1000));
  weft_task child = 0;
  if (!refused(weft_spawn(rt, [](void *) { weft_yield(); }, nullptr, &joined, &child)))
    EXPECT(weft_join(child) == WEFT_OK);
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  weft_domain *domain = nullptr;
  if (!refused(weft_domain_create(nullptr, &attr, &domain, nullptr, 0))) {
    joined.domain = domain;
    if (!refused(weft_spawn(rt, [](void *) { weft_yield(); }, nullptr, &joined, &child)))
      EXPECT(weft_join(child) == WEFT_OK);
    EXPECT(weft_domain_close(domain) == WEFT_OK);
  }
  if (weft_token token = weft_token_new(rt)) {
    EXPECT(weft_complete(token, WEFT_OK, 3) == WEFT_OK);
    uint64_t value = 0;
    EXPECT(weft_await(token, &value) == WEFT_OK && value == 3);
  }
  if (weft_cq *cq = weft_cq_new(rt)) {
    if (weft_token token = weft_token_new(rt)) {
      if (weft_cq_add(cq, token, 1) == WEFT_OK) {
        weft_complete(token, WEFT_OK, 3);
        weft_cq_event event = {};
        EXPECT(weft_cq_poll(cq, &event) == WEFT_OK && event.key == 1);
      } else {
        weft_token_drop(token);
      }
    }
    weft_cq_free(cq);
  }
  for (uint32_t c = WEFT_STACK_16K; c < WEFT_STACK_1G; ++c)
    if (weft_cont k = suspended(c)) {
      if (c == WEFT_STACK_256K)
        weft_rt_cont_drop(k); // unwinds
      else
        finish(k);
    }
  int null = open("/dev/null", O_WRONLY);
  weft_dump(rt, null);
  weft_dump_stacks(rt, null);
  close(null);
  weft_stack_trim();
}

void features() {
  for (int round = 0; round < 2; ++round) {
    weft_runtime *rt = nullptr;
    if (refused(weft_runtime_create(nullptr, &rt, nullptr, 0)))
      continue;
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.stack = WEFT_STACK_256K;
    attr.flags = WEFT_SPAWN_DETACHED;
    refused(weft_spawn(rt, features_in_task, rt, &attr, nullptr));
    refused(weft_run(rt));
    EXPECT(weft_runtime_destroy(rt) == WEFT_OK);
    EXPECT(stats().of[0].in_use == 0);
  }
  puts("went on");
}

void overflow(uint32_t stack_class) {
  finish(suspended(stack_class)); // whose guard shall not be ours
  finish(make([](void *, weft_payload *) { descend(1L << 40); }, nullptr, stack_class));
}

} // namespace

int main(int argc, char **argv) {
  std::string mode = argc > 1 ? argv[1] : "";
  auto arg = [&](int i) { return argc > i ? argv[i] : "default"; };
  if (mode == "guard")
    guard(arg(2));
  else if (mode == "tasks" || mode == "continuations")
    crowd(mode == "tasks", class_of(arg(2)), atoi(arg(3)));
  else if (mode == "recurse")
    recurse(class_of(arg(2)), atol(arg(3)));
  else if (mode == "counts")
    counts();
  else if (mode == "exhaust")
    exhaust(class_of(arg(2)));
  else if (mode == "queue")
    queue_for_stacks(class_of(arg(2)));
  else if (mode == "features")
    features();
  else if (mode == "overflow")
    overflow(class_of(arg(2)));
  else
    fail("unknown mode");
}
