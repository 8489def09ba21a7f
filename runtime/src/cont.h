// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Continuations inside the runtime: the cold half of a control block, making and ending them.
//
// A free control block keeps its stack: the unit that is cached per thread, LIFO, is the pair, so
// making a continuation is a pop and three stores. Slots are never given back to the system.
#pragma once

#include "exceptions.h"
#include "os/os.h"
#include "weft/lowered.h"

namespace weft {

// Set while a handler cache of this block's own is filled, or when the end needs the slow way.
enum : uint32_t {
  kCbHasCache = 1,
  kCbSanitized = 2, // ASan or TSan keep something for it
  kCbDropping = 4,  // of a chain that is being dropped: nothing may suspend it (drop.cpp)
};

// WEFT_COLD_OFFSET bytes above each control block.
struct ColdCb {
  // The handler search's cache: `tag` was last found at `found`'s resumer, entry `index`, and is
  // there still as long as `epoch` is weft_link_epoch.
  const weft_tag *cache_tag;
  weft_cb *cache_found;
  uint64_t cache_epoch;
  uint64_t cache_index;
  char *stack_low; // lowest usable byte, above the guard
  char *stack_top; // 16-aligned, coloured; above it lies BodyWords, then nothing
  void *tsan_fiber;
  union { // a build is for one of them at most
    void *asan_fake;
    uint64_t tsan_worn; // see arch/sanitizer.cpp
  };
};
static_assert(sizeof(ColdCb) == sizeof(weft_cb));

inline ColdCb *cold(weft_cb *cb) {
  return reinterpret_cast<ColdCb *>(reinterpret_cast<char *>(cb) + WEFT_COLD_OFFSET);
}

#if defined(WEFT_PORT_PORTABLE)
// What was bound to a continuation for its next resume (arch/boost/bind.cpp).
struct Bound {
  weft_payload values;
  uint64_t ints, floats;
};
#endif

// Above stack_top: what a body of the out-of-line form needs, and every continuation's C++ exceptions. The last two say
// where a search for an exception's handler left the continuation (drop.cpp).
struct BodyWords {
  weft_body body;
  void *env;
  ExceptionGlobals exceptions;
  weft_cont searched_as;
  void *searched_to;
#if defined(WEFT_PORT_PORTABLE)
  Bound bound;
#endif
};
static_assert(sizeof(BodyWords) % 16 == 0);

// Writes what every use of a stack finds at its very top and none changes (arch/x86_64.h): once for a new
// stack, and again when its pages were given back.
inline void prepare_stack(weft_cb *cb) {
  reinterpret_cast<weft_cb **>(cold(cb)->stack_top)[-1] = cb;
}

// A fresh continuation for the runtime's tasks: its block, whose handle is consumed already, for
// arch::resume. Nothing above it belongs to it: backtraces and exceptions end at its start. body ends by
// arch::end_body. Null when out of memory or slots.
weft_cb *new_root(void (*body)(void *), void *env, uint32_t stack_class);

// The block whose resumer lists the tag, and the entry's index; or null and the rule that is broken. A
// suspend's answer is remembered (see cont.cpp).
struct Found {
  weft_cb *cb;
  uint64_t index;
};
extern "C" Found weft_rt_search(weft_cb *me, const weft_tag *tag, uint32_t kind);

// Back to the calling thread's free list, stack and all. Nothing may be running on it or refer to it.
void free_block(weft_cb *cb);
// Frees what unwinding left dead. Not on one of their stacks: see drop.cpp.
void free_dead_blocks();
// Resumes a block that was consumed already. `on`, `out` and `next` may be null.
uint32_t resume_block(weft_cb *cb, const weft_handlers *on, const weft_payload &in, weft_payload *out,
                      weft_cont *next);
// Where a suspended chain goes on; its outermost block when it has no other.
weft_cb *innermost(weft_cb *outermost);
// Never resumed yet.
bool is_fresh(const weft_cb *cb);
// Whether what is bound to a suspended chain is too much with so much more (each port's bind.cpp).
bool bound_too_much(const weft_cb *cb, uint32_t ints, uint32_t floats);
// Where a suspended block goes on once what was bound to it is in place: its ip, mostly. Of inline ports.
void *suspended_ip(const weft_cb *cb);

// False: weft_slots is the table of another copy of libweft.
bool is_own_table();

// What class 0 means from now on, for the whole process. Before a runtime says so, WEFT_STACK does.
void set_default_stack_class(uint32_t stack_class);
// config.cpp: WEFT_STACK's class, or the built-in one. A wrong value is fatal.
uint32_t stack_class_of_environment();
// config.cpp: WEFT_GUARD's, or the best there is. A wrong value, or one that this system does not have, is fatal.
os::Guard guard_of_environment();

// The first block of the running chain that stands on the thread's own stack is its root block.
extern weft_cb weft_root_cb;

// Runs fn(arg) on the thread's native stack (the stack under the outermost continuation); a plain
// call outside of continuations. fn must not suspend.
void call_native(void (*fn)(void *), void *arg);
// The same for a scheduler's functions, which neither throw nor suspend nor call back. Not where carriers run tasks.
void call_scheduler(void (*fn)(void *), void *arg);
// On the calling thread, from now on, what call_native is asked for is given to `to` instead, on the native stack.
void set_native_elsewhere(void (*to)(void (*fn)(void *), void *arg));

} // namespace weft

// Bumped whenever a link that a handler cache goes through is cut.
extern "C" uint64_t weft_link_epoch;

// Thread-local; see abi/lowered.h. Exported: lowered code in other objects reads it.
extern "C" WEFT_API __thread weft_thread weft_tls __attribute__((tls_model("initial-exec")));
extern "C" WEFT_API uint64_t weft_thread_numbers_given;
extern "C" WEFT_API __thread uint64_t weft_thread_number __attribute__((tls_model("initial-exec")));
