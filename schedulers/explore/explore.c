/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* explore: an order of its own for each seed, and the same one each time.
 *
 * For finding what is wrong in one order of a thousand, and for having it again. With one worker a program's
 * only choices are which ready entity is picked, what a select takes, and whether a call that may wait lets others run
 * before it does anything ("preempt"; with a policy that has `choose`, the runtime asks). All are made here, from the seed
 * alone, so a run is a function of program, input and seed; with WEFT_CLOCK=virtual of no clock either. weft-explore
 * tries seeds, and shortens what it finds.
 *
 *   WEFT_SCHED=explore:seed=7,strategy=pct,bound=3,horizon=500,log=run.choices
 *   WEFT_SCHED=explore:replay=run.choices
 *
 * A choice is a number below the number of possibilities; 0 is the usual order: who waits longest is picked, a call
 * goes on, a select takes what comes first. Three strategies say what else is chosen:
 *
 *   random    each choice is drawn, a preemption of four
 *   bounded   the usual order, but for `bound` choices at random places among the first `horizon`: most faults need one or two
 *             (delay bounding: Emmi, Qadeer, Rakamaric, POPL 2011)
 *   pct       entities have random priorities and the highest runs; at `bound - 1` random places among the first
 *             `horizon` the running one's falls below all others'. A fault of depth d is found with a chance of at least
 *             1 / (n k^(d-1)), n tasks, k choices (Burckhardt et al., ASPLOS 2010). A yield lets all others go first, so that a loop that
 *             waits by yielding ends
 *
 * A recorded run that does not repeat itself (other possibilities at a choice, another entity picked) depends on something
 * that is not scheduling: a clock, a thread, addresses, what comes from outside. That is an error that names the first such choice,
 * but with loose=1, by which weft-explore tries shortened logs.
 *
 * One worker. Nothing is allocated but in create and admit: the log's file has its full size from the beginning, with holes.
 */
#define _GNU_SOURCE
#include "weft/scheduler.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A log is a header and the choices in their order; one with `possible` 0 is the end. */
typedef struct choice {
  uint16_t possible; /* at least 2: what has no alternative is not written */
  uint16_t taken;
  uint32_t what; /* of a pick the entity's number, of the runtime's choices a hash of the site, and bit 31 */
} choice;
enum { LOGGED = 8 << 20 };             /* choices that a log has room for: 64 MiB, mostly a hole */
static const char MAGIC[8] = "WEFTXP1"; /* the header, of a choice's size */

typedef enum { RANDOM, BOUNDED, PCT } strategy;
static const char *const STRATEGIES[] = {"random", "bounded", "pct"};

enum { MOST_BOUND = 64, REMEMBERED = 256 };
/* word[] of an entity: its priority (pct), and a copy of its name, or NULL. */
enum { PRIORITY = 0, NAME = 1 };

typedef struct explore {
  /* What is ready, by arrival: queue[head .. head + count), of `room`, twice as many as there are entities. */
  weft_ent **queue;
  size_t head, count, room, entities;
  uint64_t random;
  uint64_t picks, most_picks;
  strategy how;
  uint64_t choices;             /* so far */
  uint64_t places[MOST_BOUND];  /* choices at which bounded deviates and pct lowers, ascending */
  uint32_t place_count, next_place;
  uint64_t lowest;              /* pct: the next priority that is below all */
  weft_ent *running;            /* picked last */
  bool preempting;              /* its next yield is ours, not its own */
  const choice *replay;         /* what follows the header */
  size_t replay_count, replay_bytes;
  int replay_file;              /* kept open for its lock */
  bool late;                    /* its log is another one's */
  bool loose;
  choice *log;
  int log_file;
  FILE *show;
  weft_ent *last[REMEMBERED];   /* picks, for the verdict; NULL where it is gone */
} explore;

static uint64_t draw(explore *s) {
  s->random ^= s->random << 13;
  s->random ^= s->random >> 7;
  s->random ^= s->random << 17;
  return s->random;
}

static uint32_t below(explore *s, uint32_t n) { return (uint32_t)(((draw(s) >> 32) * n) >> 32); }

static const char *name_of(const weft_ent *e) {
  return e->word[NAME] ? (const char *)(uintptr_t)e->word[NAME] : e->kind == WEFT_ENT_DOMAIN ? "domain" : "task";
}

/* --- verdicts -------------------------------------------------------------------------------------- */

static _Noreturn void no_end(explore *s) {
  fprintf(stderr, "weft: explore: no end after %" PRIu64 " picks (steps=); the last %d picks were of", s->most_picks, REMEMBERED);
  weft_ent *told[8];
  size_t count = 0;
  for (size_t i = 0; i < REMEMBERED && count < 8; ++i) {
    bool known = !s->last[i];
    for (size_t k = 0; k < count && !known; ++k)
      known = told[k] == s->last[i];
    if (!known) {
      told[count++] = s->last[i];
      fprintf(stderr, "%s '%s' #%" PRIu64, count > 1 ? "," : "", name_of(s->last[i]), s->last[i]->id);
    }
  }
  fprintf(stderr, "%s\n", count == 8 ? " and others" : "");
  abort();
}

static _Noreturn void not_the_recorded(const explore *s, const choice *was, uint32_t possible, uint32_t what) {
  fprintf(stderr, "weft: explore: this run is not the recorded one: choice %" PRIu64 " was ", s->choices);
  if (was->possible != possible)
    fprintf(stderr, "one of %u, and is one of %u", was->possible, possible);
  else
    fprintf(stderr, "of #%u, and is of #%u", was->what, what);
  fprintf(stderr, ". Something decides that is not the scheduler: a clock (WEFT_CLOCK=virtual), a thread, an address, input\n");
  abort();
}

/* --- choosing -------------------------------------------------------------------------------------- */

/* Whether this choice is one of the places; each counts once. */
static bool at_place(explore *s) {
  bool here = false;
  for (; s->next_place < s->place_count && s->places[s->next_place] <= s->choices; ++s->next_place)
    here = true;
  return here;
}

static uint32_t highest(const explore *s, uint32_t n) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < n; ++i)
    if (s->queue[s->head + i]->word[PRIORITY] > s->queue[s->head + best]->word[PRIORITY])
      best = i;
  return best;
}

static uint32_t propose_pick(explore *s, uint32_t n) {
  switch (s->how) {
  case RANDOM: return below(s, n);
  case BOUNDED: return at_place(s) ? 1 + below(s, n - 1) : 0;
  case PCT: {
    uint32_t best = highest(s, n);
    if (!at_place(s))
      return best;
    s->queue[s->head + best]->word[PRIORITY] = s->lowest--;
    return highest(s, n);
  }
  }
  return 0;
}

static uint32_t propose_preempt(explore *s) {
  switch (s->how) {
  case RANDOM: return below(s, 4) == 0;
  case BOUNDED: return at_place(s);
  case PCT: {
    if (s->running && at_place(s))
      s->running->word[PRIORITY] = s->lowest--;
    uint32_t n = s->count < UINT16_MAX ? (uint32_t)s->count : UINT16_MAX;
    return s->running && s->queue[s->head + highest(s, n)]->word[PRIORITY] > s->running->word[PRIORITY];
  }
  }
  return 0;
}

/* What was recorded, if this is a replay, or else what the strategy says. `proposed` goes unused in a replay. */
static uint32_t from_log(explore *s, uint32_t possible) {
  if (s->choices >= s->replay_count)
    return 0;
  const choice *was = &s->replay[s->choices];
  if (s->loose)
    return was->taken < possible ? was->taken : 0;
  if (was->possible != possible)
    not_the_recorded(s, was, possible, 0);
  return was->taken;
}

static void note(explore *s, uint32_t possible, uint32_t taken, uint32_t what) {
  if (s->replay && !s->loose && s->choices < s->replay_count && s->replay[s->choices].what != what)
    not_the_recorded(s, &s->replay[s->choices], possible, what);
  if (s->log && s->choices < LOGGED)
    s->log[s->choices] = (choice){(uint16_t)possible, (uint16_t)taken, what};
  ++s->choices;
}

/* --- the table ------------------------------------------------------------------------------------- */

static weft_ent *explore_pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  explore *s = self;
  (void)worker;
  (void)now;
  (void)slice;
  if (s->count == 0)
    return NULL;
  if (s->picks == s->most_picks)
    no_end(s);
  uint32_t n = s->count < UINT16_MAX ? (uint32_t)s->count : UINT16_MAX;
  uint32_t i = n == 1 ? 0 : s->replay ? from_log(s, n) : propose_pick(s, n);
  weft_ent **at = &s->queue[s->head + i], *e = *at;
  if (s->show && n > 1) {
    fprintf(s->show, "%" PRIu64 ": picks '%s' #%" PRIu64, s->choices, name_of(e), e->id);
    if (i != 0)
      fprintf(s->show, ", before '%s' #%" PRIu64, name_of(s->queue[s->head]), s->queue[s->head]->id);
    fprintf(s->show, ", of %u ready\n", n);
    fflush(s->show);
  }
  if (n > 1)
    note(s, n, i, (uint32_t)e->id & INT32_MAX);
  memmove(&s->queue[s->head + 1], &s->queue[s->head], i * sizeof *at);
  ++s->head;
  --s->count;
  s->running = s->last[s->picks++ % REMEMBERED] = e;
  return e;
}

static void explore_ready(void *self, weft_ent_list *list, weft_worker *from, weft_why why) {
  explore *s = self;
  (void)from;
  if (s->head + s->count + list->count > s->room) { /* at least half of it is free: there are no more than the entities */
    memmove(s->queue, s->queue + s->head, s->count * sizeof *s->queue);
    s->head = 0;
  }
  for (weft_ent *e = list->head; e; e = e->next) {
    s->queue[s->head + s->count++] = e;
    if (s->how == PCT && why == WEFT_WHY_YIELD && !(s->preempting && e == s->running))
      e->word[PRIORITY] = s->lowest--;
    if (e == s->running)
      s->preempting = false;
  }
}

static uint32_t explore_choose(void *self, const char *site, uint32_t n) {
  explore *s = self;
  bool preempt = strcmp(site, "preempt") == 0;
  if (n < 2 || (preempt && s->count == 0))
    return 0;
  if (n > UINT16_MAX)
    n = UINT16_MAX;
  uint32_t hash = 2166136261u;
  for (const char *c = site; *c; ++c)
    hash = (hash ^ (unsigned char)*c) * 16777619u;
  uint32_t taken = s->replay              ? from_log(s, n)
                   : preempt              ? propose_preempt(s)
                   : s->how != BOUNDED    ? below(s, n)
                   : at_place(s)          ? 1 + below(s, n - 1)
                                          : 0;
  if (s->show) {
    fprintf(s->show, "%" PRIu64 ": ", s->choices);
    if (preempt)
      fprintf(s->show, "'%s' #%" PRIu64 " %s\n", s->running ? name_of(s->running) : "", s->running ? s->running->id : 0,
              taken ? "lets others run before its next wait" : "goes on");
    else
      fprintf(s->show, "%s takes %u of %u in '%s' #%" PRIu64 "\n", site, taken, n, s->running ? name_of(s->running) : "",
              s->running ? s->running->id : 0);
    fflush(s->show);
  }
  note(s, n, taken, hash | 1u << 31);
  s->preempting = preempt && taken;
  return taken;
}

static weft_status explore_admit(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  explore *s = self;
  if (2 * (s->entities + 1) > s->room) {
    size_t room = s->room ? 2 * s->room : 64;
    weft_ent **queue = realloc(s->queue, room * sizeof *queue);
    if (!queue)
      return WEFT_E_NOMEM;
    s->queue = queue;
    s->room = room;
  }
  char *name = attr->name && *attr->name ? strdup(attr->name) : NULL;
  ent->word[NAME] = (uint64_t)(uintptr_t)name;
  ent->word[PRIORITY] = s->how == PCT ? draw(s) | UINT64_C(1) << 63 : 0;
  ++s->entities;
  return WEFT_OK;
}

static void explore_retire(void *self, weft_ent *ent) {
  explore *s = self;
  --s->entities;
  for (size_t i = 0; i < REMEMBERED; ++i)
    if (s->last[i] == ent)
      s->last[i] = NULL;
  if (s->running == ent)
    s->running = NULL;
  free((char *)(uintptr_t)ent->word[NAME]);
}

static weft_status explore_remove(void *self, weft_ent *ent) {
  explore *s = self;
  for (size_t i = s->head; i < s->head + s->count; ++i)
    if (s->queue[i] == ent) {
      memmove(&s->queue[i], &s->queue[i + 1], (s->head + s->count - i - 1) * sizeof *s->queue);
      --s->count;
      return WEFT_OK;
    }
  return WEFT_E_NOTFOUND;
}

static void explore_snapshot(void *self, void (*visit)(void *arg, const weft_ent *ent), void *arg) {
  explore *s = self;
  for (size_t i = 0; i < s->count; ++i)
    visit(arg, s->queue[s->head + i]);
}

static void explore_destroy(void *self) {
  explore *s = self;
  if (s->log) {
    munmap(s->log - 1, (LOGGED + 2) * sizeof(choice));
    uint64_t written = s->choices < LOGGED ? s->choices : LOGGED;
    if (ftruncate(s->log_file, (off_t)((written + 2) * sizeof(choice))) != 0) {
      /* It stays as long as it is, mostly a hole. */
    }
    close(s->log_file);
  }
  if (s->replay)
    munmap((void *)(uintptr_t)(s->replay - 1), s->replay_bytes);
  if (s->replay_file > 0)
    close(s->replay_file);
  if (s->show)
    fclose(s->show);
  free(s->queue);
  free(s);
}

/* --- create ---------------------------------------------------------------------------------------- */

static weft_status refuse(const weft_sched_config *config, const weft_sched_param *p, const char *why) {
  snprintf(config->error, config->error_size, "scheduler 'explore': '%s=%s': %s", p->key, p->value, why);
  return WEFT_E_INVAL;
}

/* Files that choices are mapped from and to. One is of one runtime, the first that opens it, in this process (`before` has its name then)
 * or in another one (by a lock, which is kept while that one lives): any later one has the usual order, which needs no log
 * to be the same again. create is serialised. */
static bool is_first(explore *s, int fd, const char *path, char (*before)[4096]) {
  if (strcmp(*before, path) == 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
    s->late = true;
    close(fd);
    return false;
  }
  snprintf(*before, sizeof *before, "%s", path);
  return true;
}

static bool open_log(explore *s, const char *path) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    return false;
  static char before[4096];
  if (!is_first(s, fd, path, &before))
    return true;
  size_t bytes = (LOGGED + 2) * sizeof(choice); /* the header, and an end */
  choice *all = ftruncate(fd, 0) == 0 && ftruncate(fd, (off_t)bytes) == 0 ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (all == MAP_FAILED) {
    int failed = errno;
    close(fd);
    errno = failed;
    return false;
  }
  memcpy(all, MAGIC, sizeof MAGIC);
  s->log_file = fd;
  s->log = all + 1;
  return true;
}

static const char *open_replay(explore *s, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  if (fd < 0 || fstat(fd, &about) != 0) {
    int failed = errno;
    if (fd >= 0)
      close(fd);
    return strerror(failed);
  }
  static char before[4096];
  if (!is_first(s, fd, path, &before))
    return NULL;
  s->replay_file = fd;
  size_t count = (size_t)about.st_size / sizeof(choice);
  choice *all = count ? mmap(NULL, count * sizeof(choice), PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  if (all == MAP_FAILED || memcmp(all, MAGIC, sizeof MAGIC) != 0) {
    if (all != MAP_FAILED)
      munmap(all, count * sizeof(choice));
    return "it is no log of choices";
  }
  s->replay = all + 1;
  s->replay_bytes = count * sizeof(choice);
  while (s->replay_count < count - 1 && s->replay[s->replay_count].possible != 0)
    ++s->replay_count;
  return NULL;
}

static int by_number(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static weft_status explore_create(const weft_sched_config *config, void **self) {
  explore *s = calloc(1, sizeof *s);
  if (!s)
    return WEFT_E_NOMEM;
  unsigned long long seed = 1, bound = 3, horizon = 1000, steps = 100000000;
  weft_status status = WEFT_OK;
  if (config->workers > 1) {
    snprintf(config->error, config->error_size, "scheduler 'explore': WEFT_WORKERS=%u: it is for one", config->workers);
    status = WEFT_E_INVAL;
  }
  for (size_t i = 0; i < config->param_count && status == WEFT_OK; ++i) {
    const weft_sched_param *p = &config->params[i];
    struct {
      const char *key;
      unsigned long long *to, least, most;
    } numbers[] = {{"seed", &seed, 0, UINT64_MAX},
                   {"bound", &bound, 0, MOST_BOUND},
                   {"horizon", &horizon, 1, UINT64_MAX},
                   {"steps", &steps, 1, UINT64_MAX}};
    bool known = false;
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers && !known; ++k) {
      if (strcmp(p->key, numbers[k].key) != 0)
        continue;
      known = true;
      char *end = NULL;
      errno = 0;
      unsigned long long value = *p->value >= '0' && *p->value <= '9' ? strtoull(p->value, &end, 10) : 0;
      if (!end || *end || errno || value < numbers[k].least || value > numbers[k].most) {
        char takes[64];
        snprintf(takes, sizeof takes, "it takes %s=%llu..%llu", p->key, numbers[k].least, numbers[k].most);
        status = refuse(config, p, takes);
      }
      *numbers[k].to = value;
    }
    if (known)
      continue;
    if (strcmp(p->key, "strategy") == 0) {
      size_t k = 0;
      while (k < 3 && strcmp(p->value, STRATEGIES[k]) != 0)
        ++k;
      s->how = (strategy)k;
      if (k == 3)
        status = refuse(config, p, "it takes random, bounded and pct");
    } else if (strcmp(p->key, "loose") == 0 && (strcmp(p->value, "0") == 0 || strcmp(p->value, "1") == 0)) {
      s->loose = *p->value == '1';
    } else if (strcmp(p->key, "log") == 0 && !s->log) {
      if (!open_log(s, p->value))
        status = refuse(config, p, strerror(errno));
    } else if (strcmp(p->key, "replay") == 0 && !s->replay) {
      const char *why = open_replay(s, p->value);
      if (why)
        status = refuse(config, p, why);
    } else if (strcmp(p->key, "show") == 0 && !s->show) {
      s->show = fopen(p->value, "we");
      if (!s->show)
        status = refuse(config, p, strerror(errno));
    } else {
      status = refuse(config, p, "it takes seed, strategy, bound, horizon, steps, log, replay, loose=0|1 and show");
    }
  }
  if (status != WEFT_OK) {
    explore_destroy(s);
    return status;
  }
  s->random = seed * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x2545f4914f6cdd1d);
  s->random += s->random == 0; /* the generator's only fixed point */
  for (int i = 0; i < 8; ++i)
    draw(s);
  s->most_picks = steps;
  s->lowest = INT64_MAX;
  if (s->late)
    s->how = BOUNDED;
  s->place_count = (uint32_t)(s->late ? 0 : s->how == PCT && bound > 0 ? bound - 1 : s->how == BOUNDED ? bound : 0);
  for (uint32_t i = 0; i < s->place_count; ++i)
    s->places[i] = draw(s) % horizon;
  qsort(s->places, s->place_count, sizeof *s->places, by_number);
  *self = s;
  return WEFT_OK;
}

const weft_sched_ops weft_sched_explore = {
    .size = sizeof(weft_sched_ops),
    .abi = WEFT_ABI,
    .name = "explore",
    .create = explore_create,
    .destroy = explore_destroy,
    .admit = explore_admit,
    .retire = explore_retire,
    .ready = explore_ready,
    .pick = explore_pick,
    .remove = explore_remove,
    .choose = explore_choose,
    .snapshot = explore_snapshot,
};

#ifdef WEFT_SCHED_PLUGIN
WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
const weft_sched_ops *weft_scheduler_plugin(void) { return &weft_sched_explore; }
#endif
