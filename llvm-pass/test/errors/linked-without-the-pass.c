// An object with a marker left in does not link, and the linker says what to do; other objects link.
// RUN: clang -c -DMARKER %s -o %t.o
// RUN: not clang -fuse-ld=lld %t.o %rt -o %t 2>&1 | FileCheck %s --check-prefixes=CHECK,LLD
// RUN: not gcc %t.o %rt -o %t 2>&1 | FileCheck %s --check-prefixes=CHECK,BFD
// RUN: clang -c %s -o %t.o && clang -fuse-ld=lld %t.o %rt -o %t 2>&1 | count 0
// RUN: gcc %t.o %rt -o %t 2>&1 | count 0
// BFD: warning: this marker was not lowered: compile with clang -fpass-plugin=weft-pass-22.so
// CHECK: weft_marker_not_lowered__compile_with__fpass_plugin_weft_pass_22_so
// LLD: referenced by unlowered_markers
// REQUIRES: gcc
void weft_suspend(const void *, void *, void *) __asm__("weft.suspend.mem");
int main(void) {
#ifdef MARKER
  weft_suspend(0, 0, 0);
#endif
  return 0;
}
