// Unwinding lands at switches again and again in one frame, which also pushes arguments, grows and is aligned: what
// weft_trap throws from within a switch, what comes out of a continuation, a thread's exit. The stack pointer is what
// it was at the switch, and the way behind the switch is found though instrumentation would call something in between.
// RUN: %everylevel -std=c++20 %s | FileCheck %s
// RUN: %everylevel -std=c++20 -fsanitize-coverage=edge,trace-pc-guard -DCOVERED %s | FileCheck %s
// CHECK:      outside 2826, inside 4734
// CHECK-NEXT: exit ran 3 clean-ups
#include <alloca.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <weft/lowered.h>
#include <weft/markers.h>

#define CHECK(what) \
  do { \
    if (!(what)) { \
      std::printf("line %d: %s\n", __LINE__, #what); \
      std::exit(1); \
    } \
  } while (0)

#ifdef COVERED
static uint32_t blocks;
extern "C" [[clang::no_sanitize("coverage")]] void __sanitizer_cov_trace_pc_guard(uint32_t *) {
  volatile uint64_t below[20];
  for (auto &word : below)
    word = 0x4141414141414141;
  ++blocks;
}
extern "C" [[clang::no_sanitize("coverage")]] void __sanitizer_cov_trace_pc_guard_init(uint32_t *, uint32_t *) {}
#endif

WEFT_TAG(pause_at, "i64->i64");
WEFT_TAG(unlisted, "->");
WEFT_TAG(hop, "->i64");
WEFT_ON1(on, pause_at);

struct Broken { int rule; };
extern "C" void weft_trap(int rule, weft_cont, const weft_tag *) { throw Broken{rule}; }

static volatile long one = 1;
[[gnu::noinline]] static long pushed(long a, long b, long c, long d, long e, long f, long g, long h) {
  return (a + b + c + d + e + f + g + h) * one;
}
struct Counts {
  long *n, by;
  ~Counts() { *n += by; }
};

static void throws(void *env, weft_payload *io) {
  weft_suspend(&pause_at, io, io);
  throw *static_cast<int *>(env);
}
static void pauses(void *, weft_payload *io) { weft_suspend(&pause_at, io, io); }

[[gnu::noinline]] static long lands(int n, long seed) {
  long cleaned = 0, sum = 0, a = seed * 3, b = seed * 5, c = seed * 7, d = seed ^ 11;
  alignas(64) char aligned[64];
  std::memset(aligned, n, sizeof aligned);
  char *grown = static_cast<char *>(alloca(n + 40));
  std::memset(grown, n, n + 40);
  for (int round = 0; round < 3; ++round) {
    int more_bytes = 24 + 8 * round;
    char *more = static_cast<char *>(alloca(more_bytes));
    std::memset(more, 9, more_bytes);
    sum += pushed(a, b, c, d, seed, n, round, 1);
    try {
      Counts count{&cleaned, 1};
      weft_suspend(&unlisted, nullptr, nullptr);
    } catch (const Broken &broken) {
      CHECK(broken.rule == WEFT_RULE_UNHANDLED);
      sum += pushed(a, b, c, d, seed, n, round, broken.rule);
      int thrown = 17;
      weft_payload io = {{3}, {}};
      weft_cont k = weft_cont_new(throws, &thrown, 0), next = 0;
      CHECK(weft_resume(k, &on, &io, &io, &next) == 1);
      try {
        Counts count{&cleaned, 10};
        weft_resume(next, &on, &io, &io, &next);
        CHECK(!"comes back");
      } catch (int caught) {
        CHECK(caught == thrown);
        try {
          Counts count{&cleaned, 100};
          weft_resume(next, &on, &io, &io, &next);
        } catch (const Broken &again) {
          CHECK(again.rule == WEFT_RULE_CONSUMED);
          sum += again.rule + pushed(a, b, c, d, 1, 2, 3, 4);
        }
        try {
          Counts count{&cleaned, 1000};
          weft_switch(weft_cont_new(pauses, nullptr, 0), &hop, nullptr, 0, nullptr);
        } catch (const Broken &again) {
          CHECK(again.rule == WEFT_RULE_UNHANDLED);
          sum += again.rule + pushed(a, b, c, d, 1, 2, 3, 4);
        }
        try {
          try {
            Counts count{&cleaned, 10000};
            weft_suspend(&unlisted, nullptr, nullptr);
          } catch (int) {
            CHECK(!"another type");
          }
        } catch (...) {
          sum += 3;
        }
      }
    }
    for (int i = 0; i < more_bytes; ++i)
      CHECK(more[i] == 9);
  }
  for (char each : aligned)
    CHECK(each == n);
  for (int i = 0; i < n + 40; ++i)
    CHECK(grown[i] == n);
  CHECK(cleaned == 33333);
  return sum + a + b + c + d;
}
static void inside(void *, weft_payload *io) { io->i[0] = static_cast<uint64_t>(lands(5, 21)); }

static long at_exit;
static void exits(void *, weft_payload *) {
  Counts count{&at_exit, 1};
  pthread_exit(nullptr);
}
static void *thread(void *) {
  Counts outer{&at_exit, 1}, inner{&at_exit, 1};
  weft_payload io = {};
  char *grown = static_cast<char *>(alloca(50 + at_exit));
  std::memset(grown, 1, 50);
  CHECK(pushed(grown[0], grown[1], 3, 4, 5, 6, 7, 8) == 35);
  weft_resume(weft_cont_new(exits, nullptr, 0), &on, &io, &io, nullptr);
  return nullptr;
}

int main() {
  weft_payload io = {};
  long outside = lands(7, 13);
  CHECK(weft_resume(weft_cont_new(inside, nullptr, 0), &on, &io, &io, nullptr) == 0);
  std::printf("outside %ld, inside %ld\n", outside, static_cast<long>(io.i[0]));
  pthread_t id;
  CHECK(pthread_create(&id, nullptr, thread, nullptr) == 0);
  pthread_join(id, nullptr);
  std::printf("exit ran %ld clean-ups\n", at_exit);
#ifdef COVERED
  CHECK(blocks > 0); // functions without switches have it
#endif
}
