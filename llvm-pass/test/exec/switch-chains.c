// A switch under a handler that is 1, 4 and 128 levels up takes the whole chain below it away, and its target may be a
// chain that suspended as such: it goes on at its innermost, which is given the other's handle, and switches back so.
// RUN: %everylevel -fexceptions %s | FileCheck %s
// CHECK:      1 and 1 levels: 20 hops
// CHECK-NEXT: 1 and 128 levels: 20 hops
// CHECK-NEXT: 4 and 4 levels: 20 hops
// CHECK-NEXT: 128 and 1 levels: 20 hops
// CHECK-NEXT: 128 and 128 levels: 20 hops
// CHECK-NEXT: unwound 524, wrong 0
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(pause, "i64->i64,i64,i64"); // resumed by a switch: the number sent, whose it is, and the handle
WEFT_TAG(hop, "i64,i64->i64,i64,i64");
WEFT_TAG(done, "i64->");
WEFT_TAG(unused, "->");
WEFT_ON1(on_unused, unused);
WEFT_HANDLERS(on, 3, {&unused, WEFT_ON_SUSPEND, 0}, {&done, WEFT_ON_SUSPEND, 0}, {&hop, WEFT_ON_SWITCH, 0});
WEFT_ON1(on_pause, pause);
static uint64_t wrong, unwound, hops;
struct chain { uint64_t levels, name; };

static void count(int *level) { unwound += (uint64_t)*level; }
static void hopping(struct chain *me, weft_cont other, uint64_t number) {
  while (number < 20) {
    weft_payload p = {.i = {number + 1, me->name}};
    ++hops;
    weft_switch(other, &hop, &p, 2, &p);
    wrong += p.i[1] == me->name;
    number = p.i[0];
    other = p.i[2];
  }
  weft_payload p = {.i = {other}};
  weft_suspend(&done, &p, 0);
}
static void level(void *env, weft_payload *io) {
  struct chain *me = env, inner = {me->levels - 1, me->name};
  __attribute__((cleanup(count))) int here = 1;
  if (me->levels == 1) {
    if (me->name == 2) { // waits as a chain for the first hop
      weft_payload p = {.i = {7}};
      weft_suspend(&pause, &p, &p);
      wrong += p.i[1] != 1;
      hopping(me, p.i[2], p.i[0]);
    }
    hopping(me, io->i[0], 0);
  }
  weft_resume(weft_cont_new(level, &inner, 0), &on_unused, io, 0, 0);
}
static void meet(uint64_t first, uint64_t second) {
  struct chain one = {first, 1}, two = {second, 2};
  weft_payload p = {{0}};
  weft_cont a = weft_cont_new(level, &one, 0), b = weft_cont_new(level, &two, 0);
  hops = 0;
  wrong += weft_resume(b, &on_pause, &p, &p, &b) != 1 || p.i[0] != 7;
  p.i[0] = b;
  wrong += weft_resume(a, &on, &p, &p, &a) != 2;
  printf("%d and %d levels: %d hops\n", (int)first, (int)second, (int)hops);
  weft_cont_drop(a); // the chain that was running
  weft_cont_drop(p.i[0]);
}
int main(void) {
  meet(1, 1), meet(1, 128), meet(4, 4), meet(128, 1), meet(128, 128);
  printf("unwound %d, wrong %d\n", (int)unwound, (int)wrong);
}
