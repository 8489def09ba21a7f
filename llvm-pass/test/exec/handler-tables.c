// Tables of 0, 1, 2, 17 and 300 entries: each listed tag is answered by its place, as a suspension and as a switch, and
// what is not listed goes on to the next resumer, which lists all.
// RUN: %everylevel %s | FileCheck %s
// CHECK:      table of 0: 0 answered, 300 passed on
// CHECK-NEXT: table of 1: 1 answered, 299 passed on
// CHECK-NEXT: table of 2: 2 answered, 298 passed on
// CHECK-NEXT: table of 17: 17 answered, 283 passed on
// CHECK-NEXT: table of 300: 300 answered, 0 passed on
// CHECK-NEXT: null table: 0 answered, 300 passed on
// CHECK-NEXT: both kinds: 17 17
// CHECK-NEXT: wrong: 0
#include <stdio.h>
#include <weft/markers.h>

#define TEN(m, p) m(p##0) m(p##1) m(p##2) m(p##3) m(p##4) m(p##5) m(p##6) m(p##7) m(p##8) m(p##9)
#define HUNDRED(m, p) TEN(m, p##0) TEN(m, p##1) TEN(m, p##2) TEN(m, p##3) TEN(m, p##4) TEN(m, p##5) TEN(m, p##6) TEN(m, p##7) TEN(m, p##8) TEN(m, p##9)
#define ALL(m) HUNDRED(m, tag0) HUNDRED(m, tag1) HUNDRED(m, tag2)
#define DEFINE(t) WEFT_TAG(t, "i64->i64");
#define ENTRY(t) {&t, WEFT_ON_SUSPEND, 0},
#define ADDRESS(t) &t,
ALL(DEFINE)
WEFT_TAG(hop, "i64->i64,i64");
static const weft_tag *const all[] = {ALL(ADDRESS)};
static const struct { uint32_t count, flags; weft_handler entry[1]; } on_0 = {0, 0, {{0, 0, 0}}};
WEFT_ON1(on_1, tag000);
WEFT_HANDLERS(on_2, 2, ENTRY(tag000) ENTRY(tag001));
#define SEVEN ENTRY(tag010) ENTRY(tag011) ENTRY(tag012) ENTRY(tag013) ENTRY(tag014) ENTRY(tag015) ENTRY(tag016)
WEFT_HANDLERS(on_17, 17, TEN(ENTRY, tag00) SEVEN);
WEFT_HANDLERS(on_300, 300, ALL(ENTRY));
// Each tag twice, as a switch before a suspension: the kind counts.
#define BOTH(t) {&t, WEFT_ON_SWITCH, 0}, {&t, WEFT_ON_SUSPEND, 0},
#define SEVEN_BOTH BOTH(tag010) BOTH(tag011) BOTH(tag012) BOTH(tag013) BOTH(tag014) BOTH(tag015) BOTH(tag016)
WEFT_HANDLERS(on_both, 34, TEN(BOTH, tag00) SEVEN_BOTH);
static int wrong;

static uint64_t suspend(const weft_tag *tag, uint64_t value) {
  weft_payload io = {.i = {value}};
  weft_suspend(tag, &io, &io);
  return io.i[0];
}
static void every(void *env, weft_payload *io) {
  (void)env, (void)io;
  for (uint64_t i = 0; i < 300; ++i)
    wrong += suspend(all[i * 7 % 300], i * 7 % 300) != i * 7 % 300 + 1000; // 7 and 300 have no common divisor
}
static int answered;
static void middle(void *env, weft_payload *io) {
  weft_cont k = weft_cont_new(every, 0, 0);
  weft_payload p = {{0}};
  uint32_t which;
  (void)io;
  while ((which = weft_resume(k, env, &p, &p, &k))) {
    ++answered;
    wrong += which != p.i[0] + 1;
    p.i[0] += 1000;
  }
}
static void try(const char *name, const void *table) {
  weft_cont k = weft_cont_new(middle, (void *)table, 0);
  weft_payload p = {{0}};
  uint32_t which;
  int passed = 0;
  answered = 0;
  while ((which = weft_resume(k, &on_300, &p, &p, &k))) {
    ++passed;
    wrong += which != p.i[0] + 1;
    p.i[0] += 1000;
  }
  printf("%s: %d answered, %d passed on\n", name, answered, passed);
}

static int switched;
static void target(void *env, weft_payload *io) { // back to whom it came from, by the same tag
  weft_cont from = io->i[1];
  for (;;) {
    weft_payload p = {.i = {io->i[0] + 1}};
    ++switched;
    weft_switch(from, env, &p, 1, io);
    from = io->i[1];
  }
}
static void both(void *env, weft_payload *io) {
  (void)env;
  for (uint64_t i = 0; i < 17; ++i) {
    weft_payload p = {.i = {i}};
    weft_switch(weft_cont_new(target, (void *)all[i], 0), all[i], &p, 1, &p);
    wrong += p.i[0] != i + 1;
    weft_cont_drop(p.i[1]);
    wrong += suspend(all[i], i) != i + 1000;
  }
  io->i[0] = 17;
}
int main(void) {
  try("table of 0", &on_0);
  try("table of 1", &on_1);
  try("table of 2", &on_2);
  try("table of 17", &on_17);
  try("table of 300", &on_300);
  try("null table", 0);
  weft_cont k = weft_cont_new(both, 0, 0);
  weft_payload p = {{0}};
  uint32_t which;
  while ((which = weft_resume(k, &on_both, &p, &p, &k))) {
    wrong += which != 2 * p.i[0] + 2;
    p.i[0] += 1000;
  }
  printf("both kinds: %d %d\n", switched, (int)p.i[0]);
  printf("wrong: %d\n", wrong);
}
