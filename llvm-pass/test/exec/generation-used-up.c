// A slot whose generations are used up is left for another by the resume that notices.
// RUN: %everylevel %s | FileCheck %s
// CHECK: 1 2 3, slot moved: 1
#include <stdio.h>
#include <weft/lowered.h>
#include <weft/markers.h>

WEFT_TAG(yield, "i64->");
WEFT_ON1(on, yield);
static void body(void *env, weft_payload *io) {
  (void)env, (void)io;
  for (uint64_t i = 1;; ++i) {
    weft_payload p = {.i = {i}};
    weft_suspend(&yield, &p, 0);
  }
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_payload a, b, c;
  weft_resume(k, &on, 0, &a, &k);
  uint64_t slot = k & WEFT_SLOT_MASK;
  k = weft_slots[slot].handle = ~(uint64_t)WEFT_SLOT_MASK | slot; // as after 2^40 resumes
  weft_resume(k, &on, 0, &b, &k);
  weft_resume(k, &on, 0, &c, &k);
  printf("%d %d %d, slot moved: %d\n", (int)a.i[0], (int)b.i[0], (int)c.i[0],
         (k & WEFT_SLOT_MASK) != slot);
}
