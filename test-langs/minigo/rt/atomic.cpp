// Package sync/atomic: sequentially consistent, as Go promises.
#include <cstdint>

extern "C" {
#define ATOMICS(Name, T)                                                                           \
  T mg_atomic_Add##Name(T *p, T d) { return __atomic_add_fetch(p, d, __ATOMIC_SEQ_CST); }          \
  T mg_atomic_Load##Name(T *p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }                    \
  void mg_atomic_Store##Name(T *p, T v) { __atomic_store_n(p, v, __ATOMIC_SEQ_CST); }              \
  T mg_atomic_Swap##Name(T *p, T v) { return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST); }        \
  bool mg_atomic_CompareAndSwap##Name(T *p, T old, T v) {                                          \
    return __atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);     \
  }
ATOMICS(Int32, int32_t)
ATOMICS(Int64, int64_t)
ATOMICS(Uint32, uint32_t)
ATOMICS(Uint64, uint64_t)
}
