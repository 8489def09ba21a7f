// A switch checks its handle like a resume.
// RUN: %clang -O2 %abi %s %rt -o %t && not --crash %t 2>&1 | FileCheck %s
// CHECK: weft: continuation already consumed: the handle is null{{.*}} (CONT-01)
#include <weft/markers.h>
WEFT_TAG(hop, "->i64");
WEFT_HANDLERS(on, 1, {&hop, WEFT_ON_SWITCH, 0});
static void body(void *env, weft_payload *io) {
  (void)env;
  weft_switch(io->i[0], &hop, 0, 0, 0);
}
int main(void) {
  weft_payload io = {{0}};
  weft_resume(weft_cont_new(body, 0, 0), &on, &io, 0, 0);
}
