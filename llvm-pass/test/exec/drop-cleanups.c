// C's clean-ups run in a drop, in code compiled with -fexceptions; frames without any are passed.
// RUN: %everylevel -fexceptions %s | FileCheck %s
// CHECK: inner outer dropped 2
#include <stdio.h>
#include <weft/markers.h>
WEFT_TAG(yield, "i64->");
WEFT_ON1(on, yield);
static int cleaned;
static void tell(const char **name) {
  ++cleaned;
  printf("%s ", *name);
}
static void inner(void) {
  __attribute__((cleanup(tell))) const char *name = "inner";
  weft_payload io = {{1}};
  weft_suspend(&yield, &io, NULL);
}
static void body(void *env, weft_payload *io) {
  __attribute__((cleanup(tell))) const char *name = "outer";
  inner();
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_resume(k, &on, NULL, NULL, &k);
  weft_cont_drop(k);
  printf("dropped %d\n", cleaned);
}
