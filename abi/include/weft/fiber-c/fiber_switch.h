/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The names of wasmfx/fiber-c's symmetric interface; fiber.h beside it says how to use this. */
#ifndef WEFT_FIBER_C_FIBER_SWITCH_H
#define WEFT_FIBER_C_FIBER_SWITCH_H

#ifdef WEFT_FIBER_C_FIBER_H
#error                                                                                             \
    "fiber.h and fiber_switch.h give different types to the same names: include one of them, or weft/fiber.h"
#endif

#include "weft/fiber.h"

typedef struct fiber *fiber_t; /* a weft_fiber; never points at anything */
typedef void *(*fiber_entry_point_t)(void *, fiber_t);
typedef enum { FIBER_OK = 0, FIBER_SWITCH = 1, FIBER_ERROR = 2 } fiber_result_t;

static inline fiber_t fiber_alloc(fiber_entry_point_t entry) {
  union {
    fiber_entry_point_t theirs;
    weft_fiber_switch_entry ours; /* pointers and 64-bit identities are passed alike */
  } as;
  as.theirs = entry;
  return (fiber_t)(uintptr_t)weft_fiber_alloc_switched(as.ours, WEFT_STACK_DEFAULT);
}
static inline void fiber_free(fiber_t fiber) { weft_fiber_free((uintptr_t)fiber); }
static inline void *fiber_switch(fiber_t fiber, void *arg, fiber_t *switched_from) {
  weft_fiber from;
  void *value = weft_fiber_switch((uintptr_t)fiber, arg, &from);
  *switched_from = (fiber_t)(uintptr_t)from;
  return value;
}
static inline void fiber_switch_return(fiber_t target, void *arg) {
  weft_fiber_switch_return((uintptr_t)target, arg);
}

struct weft_fiber_c_main {
  void *(*function)(int, char **);
  int argc;
  char **argv;
};
static inline void *weft_fiber_c_run_main(void *arg) {
  struct weft_fiber_c_main *main_ = (struct weft_fiber_c_main *)arg;
  return main_->function(main_->argc, main_->argv);
}
static inline void *fiber_main(void *(*main_)(int argc, char **argv), int argc, char **argv) {
  struct weft_fiber_c_main arg = {main_, argc, argv};
  return weft_fiber_main(weft_fiber_c_run_main, &arg);
}

#endif
