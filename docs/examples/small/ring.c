// Three continuations hand a number round by symmetric switches: none of them resumes another, and the stack
// does not grow. What a switch receives ends with the handle of the one that was left.
// expect: a1 b2 c3 a4 b5 c6 a7 b8 c9
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(hop, "i64->i64,i64");
WEFT_HANDLERS(on_hop, 1, {&hop, WEFT_ON_SWITCH, 0});

static weft_cont waiting[3]; // whom to switch to; each keeps the place of the one before it

static void member(void *env, weft_payload *io) {
  int me = *(int *)env, before = (me + 2) % 3, after = (me + 1) % 3;
  weft_payload p = *io;
  for (;;) {
    if (p.i[1] != 0)
      waiting[before] = p.i[1];
    printf("%s%c%llu", p.i[0] > 1 ? " " : "", 'a' + me, (unsigned long long)p.i[0]);
    if (p.i[0] == 9)
      return; // to the resumer of whom we took over from: main
    p.i[0] += 1;
    weft_switch(waiting[after], &hop, &p, 1, &p);
  }
}

int main(void) {
  static int number[] = {0, 1, 2};
  for (int i = 0; i < 3; ++i)
    waiting[i] = weft_cont_new(member, &number[i], WEFT_STACK_DEFAULT);
  weft_payload p = {.i = {1, 0}};
  weft_resume(waiting[0], &on_hop, &p, &p, NULL);
  puts("");
  weft_cont_drop(waiting[0]);
  weft_cont_drop(waiting[1]);
}
