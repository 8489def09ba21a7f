/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* limited: another policy's order, of which no more than a limit is run: "limited:of=priority,parallelism=2,rate=1000,quota=2ms".
 *
 *   parallelism=N   of its entities at most N run at a time, over all workers (Kotlin's limitedParallelism)
 *   rate=N          N picks a second, and after a pause up to burst=N (1) at once: in any stretch of T seconds at most burst + rate T
 *   quota=TIME      so much running time in each period=TIME (10ms), over all workers (cgroup's cpu.max)
 *
 * What goes beyond is held back (SCHED-18), for exactly as long as it has to. The idea: three accounts that a pick looks at before it asks
 * the inner policy (inner.h), so that order, attributes and fairness are that one's.
 *
 * rate is the generic cell rate algorithm (ITU-T I.371): one number, the time at which all that was picked is paid for; a pick may come
 * while that is not more than burst - 1 steps ahead. A step is rounded up to whole ns, so the limit is never passed
 * by the clock that pick is given: `now` may be as old as the runs since it was read (64 short ones, or a long one).
 * quota: a run that was measured (`ran`'s ns, which the runtime knows exactly because the slice asks for it) is charged when it ends. It
 * is not stopped: what it ran too long is taken from the next periods. Rejected: a bucket that fills all the time, whose bound over a
 * period is twice the quota; to forgive the rest, by which a task of long runs would get more than its quota for ever. */
#include "../inner.h"

typedef struct limited {
  inner in; /* first: inner.h */
  uint64_t parallelism, running;
  uint64_t step, burst, paid_at; /* ns for one pick; 0: no limit */
  uint64_t quota, period, period_at, used;
} limited;

static int limited_param(void *outer, const char *key, const char *value, char *takes, size_t size) {
  limited *l = outer;
  uint64_t n = 0;
  if (strcmp(key, "parallelism") == 0)
    n = l->parallelism = param_number(value, UINT32_MAX);
  else if (strcmp(key, "rate") == 0 && (n = param_number(value, 1000000000)) != 0)
    l->step = (1000000000 + n - 1) / n;
  else if (strcmp(key, "burst") == 0)
    n = l->burst = param_number(value, 1000000000);
  else if (strcmp(key, "quota") == 0)
    n = l->quota = param_time(value);
  else if (strcmp(key, "period") == 0)
    n = l->period = param_time(value);
  if (n == 0)
    snprintf(takes, size, "parallelism=N, rate=N (to 1000000000), burst=N, quota=TIME, period=TIME (as 250us, 4ms, 1s)");
  return n != 0;
}

static weft_status limited_create(const weft_sched_config *config, void **self) {
  limited *l = calloc(1, sizeof *l);
  if (!l)
    return WEFT_E_NOMEM;
  weft_status status = inner_make(config, "limited", &l->in, limited_param);
  if (status == WEFT_OK && ((l->burst && !l->step) || (l->period && !l->quota))) {
    l->in.ops.destroy(l->in.self);
    snprintf(config->error, config->error_size, "scheduler 'limited': %s says nothing without %s", l->burst && !l->step ? "burst" : "period",
             l->burst && !l->step ? "rate" : "quota");
    status = WEFT_E_INVAL;
  }
  if (status != WEFT_OK) {
    free(l);
    return status;
  }
  if (!l->burst)
    l->burst = 1;
  if (!l->period)
    l->period = 10000000;
  *self = l;
  return WEFT_OK;
}

/* The period that `now` is in; what was used beyond earlier quotas is still owed. */
static void limited_begin_period(limited *l, uint64_t now) {
  if (now < l->period_at + l->period)
    return;
  uint64_t periods = (now - l->period_at) / l->period;
  l->period_at += periods * l->period;
  l->used = l->used / l->quota < periods ? 0 : l->used - periods * l->quota;
}

/* How long after `now` the accounts allow a pick. */
static uint64_t limited_wait(limited *l, uint64_t now) {
  uint64_t wait = 0;
  if (l->step && l->paid_at > now && l->paid_at - now > (l->burst - 1) * l->step)
    wait = l->paid_at - now - (l->burst - 1) * l->step;
  if (l->quota) {
    limited_begin_period(l, now);
    if (l->used >= l->quota) { /* after the period in which that is paid */
      const uint64_t most = UINT64_C(1) << 62; /* what a hold may ask for (SCHED-18); then it is asked again */
      uint64_t periods = l->used / l->quota;
      uint64_t until = periods > most / l->period ? most : l->period_at + periods * l->period - now;
      until = until > most ? most : until;
      wait = until > wait ? until : wait;
    }
  }
  return wait;
}

static weft_ent *limited_pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  limited *l = self;
  if (l->in.queued == 0)
    return NULL;
  if (l->parallelism && l->running >= l->parallelism) {
    slice->hold = WEFT_HOLD_RAN;
    return NULL;
  }
  uint64_t wait = limited_wait(l, now);
  if (wait) {
    slice->hold = WEFT_HOLD_NS;
    slice->ns = wait;
    return NULL;
  }
  weft_ent *ent = inner_pick(&l->in, worker, now, slice);
  if (!ent)
    return NULL;
  l->running++;
  if (l->step)
    l->paid_at = (l->paid_at > now ? l->paid_at : now) + l->step;
  if (l->quota && (slice->ns == 0 || slice->ns > l->quota - l->used))
    slice->ns = l->quota - l->used;
  return ent;
}

static void limited_ran(void *self, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns) {
  limited *l = self;
  l->running--;
  l->used += ns;
  inner_ran(&l->in, worker, ent, outcome, ns);
}

const weft_sched_ops weft_sched_limited = {
    .size = sizeof(weft_sched_ops),
    .abi = WEFT_ABI,
    .name = "limited",
    .create = limited_create,
    .pick = limited_pick,
    .ran = limited_ran,
    INNER_HAS_THE_REST,
};

#ifdef WEFT_SCHED_PLUGIN
WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
const weft_sched_ops *weft_scheduler_plugin(void) { return &weft_sched_limited; }
#endif
