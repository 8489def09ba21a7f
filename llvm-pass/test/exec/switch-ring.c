// Four continuations pass a counter round by symmetric transfer: each gets the value sent and the handle of the
// one that was left, and the resumer sees none of it until one suspends.
// RUN: %everylevel %s | FileCheck %s
// CHECK: 0 1 2 3 0 1 2 3 0 1 2 3
// CHECK-NEXT: done at 12, order abcd
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(hop, "i64,double->i64,i64,double");
WEFT_TAG(done, "i64->");
WEFT_HANDLERS(on, 2, {&hop, WEFT_ON_SWITCH, 0}, {&done, WEFT_ON_SUSPEND, 0});

enum { members = 4 };
static weft_cont ring[members];
static char order[members + 1];

static void member(void *env, weft_payload *io) {
  int me = (int)(long)env;
  order[me] = "abcd"[me];
  // The first entry comes by resume or by a switch: either way i[0] counts.
  uint64_t from = io->i[1];
  for (;;) {
    if (me != 0 || io->i[0] != 0)
      ring[(me + members - 1) % members] = from; // where the one before me went on from
    printf("%d ", me);
    if (io->i[0] == 11) {
      weft_payload last = {.i = {(uint64_t)(io->f[0])}};
      weft_suspend(&done, &last, 0);
    }
    weft_payload next = {.i = {io->i[0] + 1}, .f = {io->f[0] + 1}};
    weft_cont to = ring[(me + 1) % members];
    weft_switch(to, &hop, &next, 1, io);
    from = io->i[1];
  }
}

int main(void) {
  for (long i = 0; i < members; ++i)
    ring[i] = weft_cont_new(member, (void *)i, WEFT_STACK_16K);
  weft_payload io = {.i = {0}, .f = {1}};
  weft_cont rest;
  uint32_t which = weft_resume(ring[0], &on, &io, &io, &rest);
  printf("\ndone at %d, order %s\n", (int)io.i[0], order);
  return which != 2 || rest == 0;
}
