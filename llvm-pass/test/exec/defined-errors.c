// Misuse of a handle or a tag ends in a text that names its rule, and the tag, with a backtrace: at -O0, where a check
// is an instruction each, and at -O2, where it is folded.
// RUN: %clang -O0 %abi %s %rt -rdynamic -o %t.0 && %t.0 | while read c; do echo "== $c"; not --crash %t.0 $c 2>&1; done > %t.0.out
// RUN: FileCheck %s < %t.0.out
// RUN: %clang -O2 %abi %s %rt -rdynamic -o %t.2 && %t.2 | while read c; do echo "== $c"; not --crash %t.2 $c 2>&1; done > %t.2.out
// RUN: FileCheck %s < %t.2.out
// RUN: grep -c "^weft: " %t.0.out | FileCheck %s --check-prefix=COUNT
// RUN: grep -c "^weft: " %t.2.out | FileCheck %s --check-prefix=COUNT
// COUNT: {{^}}21{{$}}
#include <stdio.h>
#include <string.h>
#include <weft/markers.h>

WEFT_TAG(pause, "->");
WEFT_TAG(hop, "->i64");
WEFT_TAG(nobody, "->");
WEFT_TAG(nobodys_hop, "->i64");
WEFT_HANDLERS(on, 2, {&pause, WEFT_ON_SUSPEND, 0}, {&hop, WEFT_ON_SWITCH, 0});
static weft_cont mine; // the handle that the running continuation was resumed by

static void pauses(void *env, weft_payload *io) { (void)env, (void)io; weft_suspend(&pause, 0, 0); }
static weft_cont new(void) { return weft_cont_new(pauses, 0, 0); }
static weft_cont consumed(void) {
  weft_cont k = new();
  weft_resume(k, &on, 0, 0, 0);
  return k;
}
static weft_cont reused(void) { // its slot is another's now
  weft_cont k = new();
  weft_cont_drop(k);
  if ((new() & 0xffffff) != (k & 0xffffff))
    puts("the slot was not used again");
  return k;
}
static void resume(weft_cont k) { weft_resume(k, &on, 0, 0, 0); }
static void switch_to(weft_cont k) { weft_switch(k, &hop, 0, 0, 0); }
static void bind(weft_cont k) { weft_cont_bind(k, 0, 0, 0); }

// CHECK:      == null resume
// CHECK-NEXT: weft: continuation already consumed: the handle is null, in thread (CONT-01)
// CHECK:      == null switch
// CHECK-NEXT: weft: continuation already consumed: the handle is null, in continuation #1 (CONT-01)
// CHECK:      == null bind
// CHECK-NEXT: weft: continuation already consumed: the handle is null, in thread (CONT-01)
// CHECK:      == null drop
// CHECK-NEXT: weft: continuation already consumed: the handle is null, in thread (CONT-01)
// CHECK:      == consumed resume
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in thread (CONT-01)
// CHECK:      == consumed switch
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in continuation #1 (CONT-01)
// CHECK:      == consumed bind
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in thread (CONT-01)
// CHECK:      == consumed drop
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in thread (CONT-01)
// CHECK:      == reused resume
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in thread (CONT-01)
// CHECK:      == reused switch
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in continuation #1 (CONT-01)
// CHECK:      == reused bind
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in thread (CONT-01)
// CHECK:      == reused drop
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in thread (CONT-01)
// CHECK:      == running resume
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in continuation #1 (CONT-01)
// CHECK:      == running switch
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in continuation #1 (CONT-01)
// CHECK:      == running bind
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in continuation #1 (CONT-01)
// CHECK:      == running drop
// CHECK-NEXT: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}, in continuation #1 (CONT-01)
static const char *const what[] = {"null", "consumed", "reused", "running"};
static const char *const how[] = {"resume", "switch", "bind", "drop"};
static void (*const doing[])(weft_cont) = {resume, switch_to, bind, 0};
static void use(const char *name, weft_cont k) {
  for (int i = 0; i < 3; ++i)
    if (!strcmp(name, how[i]))
      doing[i](k);
  weft_cont_drop(k);
}
static void inside(void *env, weft_payload *io) {
  char **argv = env;
  (void)io;
  use(argv[2], !strcmp(argv[1], "null") ? 0 : !strcmp(argv[1], "consumed") ? consumed() : !strcmp(argv[1], "reused") ? reused() : mine);
}

// CHECK:      == suspend unhandled
// CHECK-NEXT: weft: no handler for tag 'nobody' (0x{{[0-9a-f]+}}), in continuation #1 (CONT-02)
// CHECK-NEXT: #0
// CHECK:      suspends_to_nobody
// CHECK:      continuation start
// CHECK:      main
// CHECK:      == suspend outside
// CHECK-NEXT: weft: no handler for tag 'nobody' (0x{{[0-9a-f]+}}), in thread (CONT-02)
// CHECK:      == switch unhandled
// CHECK-NEXT: weft: no handler for tag 'nobodys_hop' (0x{{[0-9a-f]+}}), in continuation #1 (CONT-02)
// CHECK:      == switch outside
// CHECK-NEXT: weft: no handler for tag 'nobodys_hop' (0x{{[0-9a-f]+}}), in thread (CONT-02)
// CHECK:      == switch listed_as_suspend
// CHECK-NEXT: weft: no handler for tag 'pause' (0x{{[0-9a-f]+}}): a resumer lists it for suspend, and this is a switch; in continuation #1 (CONT-02)
static const char *const tags[] = {"suspend unhandled", "suspend outside", "switch unhandled", "switch outside", "switch listed_as_suspend"};
__attribute__((noinline)) void suspends_to_nobody(void) {
  weft_suspend(&nobody, 0, 0);
  __asm__ volatile("" ::: "memory"); // no tail call
}
static void misses(void *env, weft_payload *io) {
  char **argv = env;
  (void)io;
  if (!strcmp(argv[1], "suspend"))
    suspends_to_nobody();
  const weft_tag *volatile tag = !strcmp(argv[2], "listed_as_suspend") ? &pause : &nobodys_hop;
  weft_switch(new(), tag, 0, 0, 0);
}

int main(int argc, char **argv) {
  if (argc < 3) { // the cases
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        printf("%s %s\n", what[i], how[j]);
    for (int i = 0; i < 5; ++i)
      puts(tags[i]);
    return 0;
  }
  if (!strcmp(argv[2], "outside"))
    misses(argv, 0);
  for (int i = 0; i < 4; ++i)
    if (!strcmp(argv[1], what[i]) && strcmp(argv[1], "running") && strcmp(argv[2], "switch"))
      inside(argv, 0);
  mine = weft_cont_new(!strcmp(argv[2], "unhandled") || !strcmp(argv[2], "listed_as_suspend") ? misses : inside, argv, 0);
  weft_resume(mine, &on, 0, 0, 0);
}
