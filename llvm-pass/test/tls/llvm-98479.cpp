// llvm/llvm-project#98479: the address is not kept over a call that may suspend; what is unknown may.
// RUN: %clangxx -O2 -fPIC -c -o %t.o %s && llvm-objdump -dr --no-show-raw-insn --no-leading-addr %t.o | FileCheck %s
// RUN: %clangxx -O2 -fPIE -c -o %t.o %s && llvm-objdump -dr --no-show-raw-insn --no-leading-addr %t.o | FileCheck %s --check-prefix=EXEC
// REQUIRES: x86_64
// UNSUPPORTED: sanitized
thread_local void *tls_foo;
extern void do_stuff(void *);
// CHECK-LABEL: <_Z4testv>:
// CHECK-NOT: %rbx
// CHECK: call{{.*}}<weft_address_of.tls_foo>
// CHECK-NEXT: movq (%rax), %rdi
// CHECK-NEXT: call
// CHECK-NEXT: do_stuff
// CHECK-NEXT: call{{.*}}<weft_address_of.tls_foo>
// CHECK-NEXT: movq (%rax), %rdi
// CHECK-NEXT: call
// CHECK-NEXT: do_stuff
// EXEC-LABEL: <_Z4testv>:
// EXEC-NOT: %rbx
// EXEC: R_X86_64_TPOFF32 tls_foo
// EXEC: do_stuff
// EXEC: %fs:0x0
// EXEC: R_X86_64_TPOFF32 tls_foo
// EXEC: do_stuff
int test() {
  do_stuff(tls_foo);
  do_stuff(tls_foo);
  return 0;
}
