/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Fibers: continuations behind the interface that fiber libraries have in common. A fiber is resumed by whoever
 * wants it to go on, and yields to whoever resumed it (asymmetric); or it switches to another fiber, which takes its
 * place under the same resumer (symmetric). Both kinds mix. Values are pointers, and belong to sender and receiver.
 *
 * Any C11 or C++ compiler; by clang with Weft's pass the operations are inline switches, else calls, and objects of
 * both kinds work together (markers_or_calls.h). Link with libweft. Nothing has to be started first.
 *
 * Thread:    every function, any thread; each fiber belongs to one thread at a time, and giving it to another one
 *            synchronises (CONT-05). A fiber may be resumed on another thread than before.
 * State:     a fiber is fresh, suspended, running (also while it waits for what it resumed) or finished. A finished
 *            one holds nothing: its stack went back when its entry returned.
 * Errors:    a fiber that is null, running, finished or freed can not be entered: weft_fiber_resume answers
 *            WEFT_FIBER_ERROR, weft_fiber_switch is "continuation already consumed" (CONT-01, by weft_trap). Identities
 *            are checked by generation, so this holds too when the memory is another fiber's since.
 * C++:       an exception that leaves a fiber's entry comes out of the weft_fiber_resume that runs it.
 *            Freeing a suspended fiber unwinds it, each clean-up once.
 *
 * The idea: a fiber keeps its identity while its continuation's handle moves on at each resume. So there is a
 * table beside the continuations' control blocks, by the same slots, with each fiber's handle of the moment.
 */
#ifndef WEFT_FIBER_H
#define WEFT_FIBER_H

#include "weft/markers_or_calls.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 64 bits, 0 is null. Compare, copy and store it freely. */
typedef uint64_t weft_fiber;

typedef enum weft_fiber_status {
  WEFT_FIBER_RETURNED = 0, /* its entry returned the value; the fiber is finished */
  WEFT_FIBER_YIELDED = 1,  /* it yielded the value, and can be resumed or switched to */
  WEFT_FIBER_ERROR = 2     /* it could not be entered; nothing was changed */
} weft_fiber_status;

/* What a fiber runs. `arg` is what it was first entered with; what it returns, its resumer gets. */
typedef void *(*weft_fiber_entry)(void *arg);
/* Likewise for one that is switched to: `from` is the fiber that was left, 0 when it was resumed or when that
 * fiber ended by weft_fiber_switch_return. */
typedef void *(*weft_fiber_switch_entry)(void *arg, weft_fiber from);

/* A fresh fiber; 0 when out of memory, or when there is no such stack. `stack` is a size class of base.h
 * (0: the default), or a number of bytes from 4096 on, which is rounded up to a class. */
WEFT_API weft_fiber weft_fiber_alloc(weft_fiber_entry entry, size_t stack);
WEFT_API weft_fiber weft_fiber_alloc_switched(weft_fiber_switch_entry entry, size_t stack);

/* Ends a fresh or suspended fiber, which is unwound. Does nothing for one that is null, finished or freed.
 * A running one cannot be freed (CONT-01, by weft_trap). */
WEFT_API void weft_fiber_free(weft_fiber fiber);

/* The innermost fiber that is running on this thread; 0 outside of any. */
WEFT_API weft_fiber weft_fiber_self(void);

/* Runs entry(arg) in a fiber of its own, so that it may switch, until the first of the fibers that take its place
 * returns; returns what that one returned. The stack is of WEFT_STACK_8M. Entry itself, when suspended, is freed
 * then. A yield in there has nowhere to go (CONT-02), unless to a resume in there. Out of memory: NULL. */
WEFT_API void *weft_fiber_main(weft_fiber_entry entry, void *arg);

/* From here on it is for this header. --------------------------------------------------------------- */

/* By slot: the fiber that runs there; and by a fiber's own slot its handle of the moment. */
struct weft_fiber_place {
  weft_fiber fiber;
  weft_cont k; /* 0: no such fiber; WEFT_FIBER_RUNNING: not to be entered */
};
#define WEFT_FIBER_RUNNING UINT64_C(1)
extern WEFT_API struct weft_fiber_place *weft_fibers;

extern WEFT_API const weft_tag weft_rt_fiber_yield, weft_rt_fiber_switch;

/* How a fiber is entered: the second integer of its payload. The first is the value, the third the handle of
 * the continuation that was left by a switch. */
enum { WEFT_FIBER_BY_RESUME = 0, WEFT_FIBER_BY_SWITCH = 1, WEFT_FIBER_BY_RETURN = 2 };

/* Notes the handle of the fiber that was left, or ends it, and says which it is. */
WEFT_API weft_fiber weft_rt_fiber_left(uint64_t how, weft_cont k);

/* Where the fiber's handle is that runs in continuation k. */
static inline struct weft_fiber_place *weft_fiber_place_of(weft_cont k) {
  return &weft_fibers[weft_fibers[k & WEFT_SLOT_MASK].fiber & WEFT_SLOT_MASK];
}

/* NULL when it cannot be entered. */
static inline struct weft_fiber_place *weft_fiber_ready(weft_fiber fiber) {
  struct weft_fiber_place *place = &weft_fibers[fiber & WEFT_SLOT_MASK];
  return place->fiber == fiber && place->k > WEFT_FIBER_RUNNING ? place
                                                                : (struct weft_fiber_place *)0;
}

static inline weft_fiber weft_fiber_came_from(const weft_payload *io) {
  return io->i[1] == WEFT_FIBER_BY_RESUME ? 0 : weft_rt_fiber_left(io->i[1], io->i[2]);
}

/* --------------------------------------------------------------------------------------------------- */

/* Runs the fiber until it, or another that it switched to, yields or returns; returns that one's value, NULL for an
 * error. `status` is never NULL. */
static inline void *weft_fiber_resume(weft_fiber fiber, void *arg, weft_fiber_status *status) {
  static const struct {
    uint32_t count, flags;
    weft_handler entry[2];
  } on = {2,
          0,
          {{&weft_rt_fiber_yield, WEFT_ON_SUSPEND, 0}, {&weft_rt_fiber_switch, WEFT_ON_SWITCH, 0}}};
  struct weft_fiber_place *place = weft_fiber_ready(fiber);
  weft_payload io;
  weft_cont k;
  if (!place) {
    *status = WEFT_FIBER_ERROR;
    return (void *)0;
  }
  k = place->k;
  place->k = WEFT_FIBER_RUNNING;
  io.i[0] = (uint64_t)(uintptr_t)arg;
  io.i[1] = WEFT_FIBER_BY_RESUME;
  if (weft_either_resume(k, (const weft_handlers *)(const void *)&on, &io, &io, &k) == 0) {
    *status = WEFT_FIBER_RETURNED;
  } else {
    weft_fiber_place_of(k)->k = k;
    *status = WEFT_FIBER_YIELDED;
  }
  return (void *)(uintptr_t)io.i[0];
}

/* Suspends the running fiber and gives `arg` to its resumer; returns what it is entered with next. Outside of a
 * fiber: CONT-02. */
static inline void *weft_fiber_yield(void *arg) {
  weft_payload io;
  io.i[0] = (uint64_t)(uintptr_t)arg;
  weft_either_suspend(&weft_rt_fiber_yield, &io, &io);
  (void)weft_fiber_came_from(&io);
  return (void *)(uintptr_t)io.i[0];
}

static inline void weft_fiber_enter(weft_fiber to, weft_payload *io) {
  struct weft_fiber_place *place = weft_fiber_ready(to);
  weft_cont k;
  if (!place)
    weft_trap(WEFT_RULE_CONSUMED, to, &weft_rt_fiber_switch);
  k = place->k;
  place->k = WEFT_FIBER_RUNNING;
  weft_either_switch(k, &weft_rt_fiber_switch, io, 2, io);
}

/* Suspends the running fiber and enters `to`, which takes its place under the same resumer. Returns what the
 * caller is entered with next, and in *from, unless that is NULL, the fiber that was left then; 0 as said at
 * weft_fiber_switch_entry. Outside of a fiber: CONT-02. */
static inline void *weft_fiber_switch(weft_fiber to, void *arg, weft_fiber *from) {
  weft_payload io;
  weft_fiber left;
  io.i[0] = (uint64_t)(uintptr_t)arg;
  io.i[1] = WEFT_FIBER_BY_SWITCH;
  weft_fiber_enter(to, &io);
  left = weft_fiber_came_from(&io);
  if (from)
    *from = left;
  return (void *)(uintptr_t)io.i[0];
}

/* The same for the last time: the running fiber is unwound once `to` has been entered. */
static inline WEFT_NORETURN void weft_fiber_switch_return(weft_fiber to, void *arg) {
  weft_payload io;
  io.i[0] = (uint64_t)(uintptr_t)arg;
  io.i[1] = WEFT_FIBER_BY_RETURN;
  weft_fiber_enter(to, &io);
  weft_trap(WEFT_RULE_DROP, 0, &weft_rt_fiber_switch); /* nobody has a handle of it */
}

#ifdef __cplusplus
}
#endif
#endif
