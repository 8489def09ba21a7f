/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* frame: for loops that paint. "frame:budget=4ms,of=fifo": in one turn of the host its tasks run for `budget` (4ms), in the order of the
 * policy inside (inner.h); then it holds back until the next turn (SCHED-18), so that input, painting and what else the loop has come
 * between. As a child domain beside others it leaves the rest of the turn to them.
 *
 * The idea: what counts is the time of its own runs, which the runtime measures because the slices ask for it; not the clock since the
 * turn began, by which what others ran before would be on its account. A run is not stopped: the budget is passed by less than one
 * run, and a task yields or polls as often as the frame wants it smooth. A child domain's slice ends with the budget. In each turn in which it is
 * asked one is picked at least, however small the budget. */
#include "../inner.h"

typedef struct frame {
  inner in; /* first: inner.h */
  uint64_t budget;
  uint64_t turn, used; /* which turn, and the time of its runs in it */
} frame;

static int frame_param(void *outer, const char *key, const char *value, char *takes, size_t size) {
  frame *f = outer;
  if (strcmp(key, "budget") == 0 && (f->budget = param_time(value)) != 0)
    return 1;
  snprintf(takes, size, "budget=TIME (as 250us, 4ms, 1s)");
  return 0;
}

static weft_status frame_create(const weft_sched_config *config, void **self) {
  frame *f = calloc(1, sizeof *f);
  if (!f)
    return WEFT_E_NOMEM;
  f->budget = 4000000;
  weft_status status = inner_make(config, "frame", &f->in, frame_param);
  if (status != WEFT_OK)
    free(f);
  else
    *self = f;
  return status;
}

static weft_ent *frame_pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  frame *f = self;
  if (f->in.queued == 0)
    return NULL;
  uint64_t turn = f->in.services->turn(f->in.services->runtime);
  if (turn != f->turn) {
    f->turn = turn;
    f->used = 0;
  }
  if (f->used >= f->budget) {
    slice->hold = WEFT_HOLD_TURN;
    return NULL;
  }
  weft_ent *ent = inner_pick(&f->in, worker, now, slice);
  if (ent && (slice->ns == 0 || slice->ns > f->budget - f->used))
    slice->ns = f->budget - f->used;
  return ent;
}

static void frame_ran(void *self, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns) {
  frame *f = self;
  f->used += ns;
  inner_ran(&f->in, worker, ent, outcome, ns);
}

const weft_sched_ops weft_sched_frame = {
    .size = sizeof(weft_sched_ops),
    .abi = WEFT_ABI,
    .name = "frame",
    .create = frame_create,
    .pick = frame_pick,
    .ran = frame_ran,
    INNER_HAS_THE_REST,
};

#ifdef WEFT_SCHED_PLUGIN
WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
const weft_sched_ops *weft_scheduler_plugin(void) { return &weft_sched_frame; }
#endif
