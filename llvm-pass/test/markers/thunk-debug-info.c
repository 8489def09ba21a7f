// A body that is inlined into its thunk keeps its lines, as the thunk has a subprogram; and it is inlined.
// RUN: %clang -O2 -g %abi -S -emit-llvm -o - %s | FileCheck %s
// CHECK-NOT: define {{.*}} @body(
// CHECK: define internal {{.*}}@weft_thunk.mem.body({{.*}} !dbg ![[THUNK:[0-9]+]]
// CHECK: store volatile i32 7, ptr @global, {{.*}}!dbg ![[LINE:[0-9]+]]
// CHECK-DAG: ![[THUNK]] = distinct !DISubprogram(name: "weft_thunk.mem.body", {{.*}}flags: DIFlagArtificial
// CHECK-DAG: ![[LINE]] = !DILocation(line: [[@LINE+5]], column: 10, scope: ![[BODY:[0-9]+]], inlinedAt:
// CHECK-DAG: ![[BODY]] = distinct !DISubprogram(name: "body"
#include <weft/markers.h>
static volatile int global;
static void body(void *env, weft_payload *io) { (void)env, (void)io;
  global = 7;
}
weft_cont make(void) { return weft_cont_new(body, 0, 0); }
