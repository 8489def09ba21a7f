/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The names of wasmfx/fiber-c's asymmetric interface, for programs written for that: compile them
 * with -I.../weft/fiber-c in place of its own inc/, and link with libweft. What each does is at the function of
 * weft/fiber.h that it calls. New programs include weft/fiber.h itself. */
#ifndef WEFT_FIBER_C_FIBER_H
#define WEFT_FIBER_C_FIBER_H

#ifdef WEFT_FIBER_C_FIBER_SWITCH_H
#error                                                                                             \
    "fiber.h and fiber_switch.h give different types to the same names: include one of them, or weft/fiber.h"
#endif

#include "weft/fiber.h"

typedef void *(*fiber_entry_point_t)(void *);
typedef struct fiber *fiber_t; /* a weft_fiber; never points at anything */
typedef enum { FIBER_OK = 0, FIBER_YIELD = 1, FIBER_ERROR = 2 } fiber_result_t;

static inline fiber_t fiber_alloc(fiber_entry_point_t entry) {
  return (fiber_t)(uintptr_t)weft_fiber_alloc(entry, WEFT_STACK_DEFAULT);
}
static inline fiber_t fiber_sized_alloc(size_t stack_size, fiber_entry_point_t entry) {
  return (fiber_t)(uintptr_t)weft_fiber_alloc(entry, stack_size < 4096 ? 4096 : stack_size);
}
static inline void fiber_free(fiber_t fiber) { weft_fiber_free((uintptr_t)fiber); }
static inline void *fiber_yield(void *arg) { return weft_fiber_yield(arg); }
static inline void *fiber_resume(fiber_t fiber, void *arg, fiber_result_t *status) {
  weft_fiber_status how;
  void *value = weft_fiber_resume((uintptr_t)fiber, arg, &how);
  *status = (fiber_result_t)how;
  return value;
}
static inline void fiber_init(void) {}
static inline void fiber_finalize(void) {}

#endif
