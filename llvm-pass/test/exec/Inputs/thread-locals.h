// Of thread-locals-move.c and thread-locals-of-library.c: a thread-local of each kind holds its thread's number,
// and a function looks at them before and behind calls that suspend, in the ways that tempt an optimizer.
#include <errno.h>
#include <pthread.h>
#include <stdint.h>

struct of_thread {
  uint64_t pad[3];
  uint64_t number;
  uint64_t row[4];
};
/// Suspends; answers the number of the thread that goes on.
uint64_t hop(void);
void check(uint64_t is, uint64_t number, int line);
#define CHECK(is, number) check((uint64_t)(is), (number), __LINE__)

/// What the threads' errno and pthread_self are, to compare with.
extern int *errnos[3];
extern pthread_t selves[3];

#define DEFINE_LOOKS(prefix, a, b, c)                                                                               \
  static inline uint64_t prefix##_read(void) { return a + b.number; }                                               \
  static inline uint64_t *prefix##_place(void) { return &c.row[1]; }                                                \
  __attribute__((noinline)) uint64_t *prefix##_far_place(void) { return &b.row[2]; }                                \
  void prefix##_become(uint64_t number) {                                                                           \
    a = b.number = c.number = number;                                                                               \
    for (int i = 0; i < 4; ++i)                                                                                     \
      b.row[i] = c.row[i] = number;                                                                                 \
  }                                                                                                                 \
  static inline void prefix##_looks(uint64_t n) {                                                                   \
    CHECK(a, n);                                                                                                    \
    n = hop();                                                                                                      \
    CHECK(a, n);                                                                                                    \
    CHECK(prefix##_read(), 2 * n);                                                                                  \
    n = hop();                                                                                                      \
    CHECK(prefix##_read(), 2 * n);                                                                                  \
    CHECK(*prefix##_place(), n);                                                                                    \
    CHECK(*prefix##_far_place(), n);                                                                                \
    for (int i = 0; i < 6; ++i) {                                                                                   \
      n = hop();                                                                                                    \
      CHECK(b.row[i % 4], n);                                                                                       \
      CHECK(c.row[i % 4], n);                                                                                       \
      CHECK(*prefix##_place(), n);                                                                                  \
      CHECK(*prefix##_far_place(), n);                                                                              \
      if (i % 2)                                                                                                    \
        n = hop();                                                                                                  \
      CHECK(a, n);                                                                                                  \
      CHECK(&errno == errnos[n], 1);                                                                                \
      CHECK(pthread_self() == selves[n], 1);                                                                        \
    }                                                                                                               \
    a = 100;                                                                                                        \
    n = hop();                                                                                                      \
    CHECK(a, n);                                                                                                    \
    n = hop();                                                                                                      \
    CHECK(a, 100);                                                                                                  \
    a = n;                                                                                                          \
    b.row[hop() % 4] += 0; /* an address that was computed in front of the call */                                  \
  }
