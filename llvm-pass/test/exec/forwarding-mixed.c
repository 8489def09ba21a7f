// Suspensions cross 1, 4 and 128 levels whose tables differ, to the nearest that lists the tag: now the innermost's
// resumer, now one in the middle, now the outermost's; and the chain goes on as a whole wherever it was cut.
// RUN: %everylevel %s | FileCheck %s
// CHECK:      depth 1: near 50 middle 0 far 100
// CHECK-NEXT: depth 4: near 50 middle 50 far 50
// CHECK-NEXT: depth 128: near 50 middle 50 far 50
// CHECK-NEXT: wrong: 0
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(near, "i64->i64");
WEFT_TAG(middle, "i64->i64");
WEFT_TAG(far, "i64->i64");
WEFT_TAG(a, "->");
WEFT_TAG(b, "->");
WEFT_TAG(c, "->");
WEFT_ON1(on_a, a);
WEFT_HANDLERS(on_abc, 3, {&a, WEFT_ON_SUSPEND, 0}, {&b, WEFT_ON_SUSPEND, 0}, {&c, WEFT_ON_SUSPEND, 0});
WEFT_HANDLERS(on_kinds, 3, {&far, WEFT_ON_SWITCH, 0}, {&near, WEFT_ON_SWITCH, 0}, {&middle, WEFT_ON_SWITCH, 0});
WEFT_HANDLERS(on_middle, 2, {&c, WEFT_ON_SUSPEND, 0}, {&middle, WEFT_ON_SUSPEND, 0});
WEFT_HANDLERS(on_near, 2, {&b, WEFT_ON_SUSPEND, 0}, {&near, WEFT_ON_SUSPEND, 0});
WEFT_HANDLERS(on_far, 3, {&a, WEFT_ON_SUSPEND, 0}, {&middle, WEFT_ON_SUSPEND, 0}, {&far, WEFT_ON_SUSPEND, 0});
static uint64_t depth, nears, middles, fars, wrong;

static void innermost(void) {
  const weft_tag *const tags[] = {&far, &near, &middle, &near, &far, &middle};
  for (uint64_t i = 0; i < 150; ++i) {
    uint64_t n = i % 6;
    // A few in a row by one tag are the ones whose way is remembered.
    weft_payload io = {.i = {i}};
    weft_suspend(tags[(i / 6 + n) % 6], &io, &io);
    wrong += io.i[0] != i * 3;
  }
}
static void level(void *env, weft_payload *io) {
  uint64_t at = (uint64_t)env;
  (void)io;
  if (at == depth)
    return innermost();
  const void *const others[] = {0, &on_a, &on_abc, &on_kinds};
  const void *table = at + 1 == depth ? (const void *)&on_near : at * 2 == depth ? (const void *)&on_middle : others[at % 4];
  weft_cont k = weft_cont_new(level, (void *)(at + 1), 0);
  weft_payload p = {{0}};
  uint32_t which;
  while ((which = weft_resume(k, table, &p, &p, &k))) {
    wrong += which != 2;
    ++*(at + 1 == depth ? &nears : &middles);
    p.i[0] *= 3;
  }
}
static void top(void *env, weft_payload *io) { level(env, io); }
int main(void) {
  for (int i = 0; i < 3; ++i) {
    depth = (uint64_t[]){1, 4, 128}[i];
    nears = middles = fars = 0;
    weft_cont k = weft_cont_new(top, 0, 0);
    weft_payload p = {{0}};
    uint32_t which;
    while ((which = weft_resume(k, &on_far, &p, &p, &k))) {
      wrong += which < 2;
      ++fars;
      p.i[0] *= 3;
    }
    printf("depth %d: near %d middle %d far %d\n", (int)depth, (int)nears, (int)middles, (int)fars);
  }
  printf("wrong: %d\n", (int)wrong);
}
