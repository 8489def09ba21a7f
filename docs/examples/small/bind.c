// Values that are known before the others are bound to a continuation; whoever resumes it need not
// know of them.
// expect: 3 x 4 = 12
// expect: 5 x 6 = 30
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(more, "->i64,i64");
WEFT_ON1(on_more, more);

static void multiplies(void *env, weft_payload *io) {
  (void)env;
  for (;;) {
    printf("%d x %d = %d\n", (int)io->i[0], (int)io->i[1], (int)(io->i[0] * io->i[1]));
    weft_suspend(&more, NULL, io);
  }
}

static weft_cont by(weft_cont k, uint64_t factor) {
  weft_payload sent = {.i = {factor}};
  weft_resume(k, &on_more, &sent, NULL, &k);
  return k;
}

int main(void) {
  weft_cont k = weft_cont_new(multiplies, NULL, WEFT_STACK_DEFAULT);
  k = by(weft_cont_bind(k, &(weft_payload){.i = {3}}, 1, 0), 4);
  k = by(weft_cont_bind(k, &(weft_payload){.i = {5}}, 1, 0), 6);
  weft_cont_drop(k);
}
