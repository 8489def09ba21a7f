/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The ring alone: one owner that keeps it nearly full, so that a place is written anew as soon as it
 * is free, and thieves that do nothing but steal, from each other too. What is queued is in one hand at
 * a time, comes out once, and the owner's own takes are in the order of its pushes.
 *
 *   ring-litmus [ROUNDS [THIEVES]]     a round is a push of 1 to 8 and a pop of as many
 *
 * A program of its own, so that a copy of ring.h that is wrong can be tried with it. */
#include "ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { ENTS = 2048, MOST_THIEVES = 8 };

static ring owners;
static weft_ent ents[ENTS]; /* word[0], plain: how often it was pushed, word[1]: taken */
static _Atomic(bool) queued[ENTS];
static _Atomic(weft_ent *) returned; /* thieves to owner, by next */
static _Atomic(bool) stop;
static _Atomic(uint64_t) stolen;

static void taken(weft_ent *ent, const char *who) {
  size_t i = (size_t)(ent - ents);
  if (i >= ENTS || !atomic_exchange_explicit(&queued[i], false, memory_order_relaxed)) {
    printf("%s took entity %zu, which was not queued\n", who, i);
    exit(1);
  }
  if (++ent->word[1] != ent->word[0]) {
    printf("%s took entity %zu, whose contents are of another push\n", who, i);
    exit(1);
  }
}

static void *thief(void *arg) {
  static ring rings[MOST_THIEVES];
  size_t self = (size_t)arg, turn = 0;
  ring *mine = &rings[self];
  while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
    size_t moved = 0, other = (self + 1 + ++turn % (MOST_THIEVES - 1)) % MOST_THIEVES;
    weft_ent *ent = ring_steal(&rings[other], mine, &moved);
    if (!ent)
      ent = ring_steal(&owners, mine, &moved);
    if (!ent) {
      sched_yield();
      continue;
    }
    /* What it just put into its ring was made known by `tail` alone, until it pops and writes `head`. */
    if (moved != 0 && turn % 16 == 0)
      sched_yield();
    size_t count = 0;
    do {
      taken(ent, "a thief");
      ++count;
      weft_ent *head = atomic_load_explicit(&returned, memory_order_relaxed);
      do
        ent->next = head;
      while (!atomic_compare_exchange_weak_explicit(&returned, &head, ent, memory_order_release,
                                                    memory_order_relaxed));
    } while (ring_pop(mine, &ent, 1));
    if (count > moved + 1) {
      printf("a thief was told of %zu and got %zu\n", moved + 1, count);
      exit(1);
    }
    atomic_fetch_add_explicit(&stolen, count, memory_order_relaxed);
  }
  return NULL;
}

int main(int argc, char **argv) {
  uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
  size_t thieves = argc > 2 ? strtoull(argv[2], NULL, 10) : 3;
  weft_ent *idle = NULL;
  for (size_t i = 0; i < ENTS; ++i) {
    ents[i].next = idle;
    idle = &ents[i];
  }
  pthread_t threads[MOST_THIEVES];
  for (size_t i = 0; i < thieves && i < MOST_THIEVES; ++i)
    pthread_create(&threads[i], NULL, thief, (void *)i);
  uint64_t random = 88172645463325252u, order = 0, last = 0, popped = 0;
  for (uint64_t round = 0; round < rounds; ++round) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    for (bool full = false; !full;) {
      weft_ent *first = NULL;
      size_t count = 0;
      for (size_t n = 1 + random % 8; count < n && idle; ++count) {
        weft_ent *ent = idle;
        idle = ent->next;
        ent->next = first;
        ent->word[0]++;
        atomic_store_explicit(&queued[ent - ents], true, memory_order_relaxed);
        first = ent;
      }
      for (weft_ent *e = first; e; e = e->next)
        e->word[2] = ++order;
      size_t left = count;
      first = ring_push(&owners, first, &left);
      full = left != 0 || count == 0;
      for (weft_ent *next; left != 0; --left, first = next) { /* takes back what had no room */
        next = first->next;
        first->word[0]--;
        atomic_store_explicit(&queued[first - ents], false, memory_order_relaxed);
        first->next = idle;
        idle = first;
      }
    }
    weft_ent *got[8];
    size_t count = ring_pop(&owners, got, 1 + (random >> 8) % 8);
    popped += count;
    for (size_t i = 0; i < count; ++i) {
      taken(got[i], "the owner");
      if (got[i]->word[2] <= last) {
        printf("the owner took push %llu after push %llu\n", (unsigned long long)got[i]->word[2],
               (unsigned long long)last);
        exit(1);
      }
      last = got[i]->word[2];
      got[i]->next = idle;
      idle = got[i];
    }
    if (!idle)
      idle = atomic_exchange_explicit(&returned, NULL, memory_order_acquire);
  }
  atomic_store(&stop, true);
  for (size_t i = 0; i < thieves && i < MOST_THIEVES; ++i)
    pthread_join(threads[i], NULL);
  size_t still = 0;
  for (size_t i = 0; i < ENTS; ++i)
    still += atomic_load(&queued[i]);
  if (still != ring_count(&owners)) {
    printf("%zu are queued, but the ring has %zu\n", still, ring_count(&owners));
    return 1;
  }
  printf("%llu rounds: the owner took %llu, thieves %llu: right\n", (unsigned long long)rounds,
         (unsigned long long)popped, (unsigned long long)atomic_load(&stolen));
  return popped == 0 || (thieves != 0 && atomic_load(&stolen) == 0);
}
