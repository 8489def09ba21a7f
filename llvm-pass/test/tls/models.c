// What each model's addresses are made of in the end, in front of a suspension and behind it.
// RUN: %clang -O2 %abi -fPIE -c -o %t.o %s && llvm-objdump -dr --no-show-raw-insn --no-leading-addr %t.o | FileCheck %s --check-prefixes=%if knows-the-link %{SHORT%} %else %{EXEC%},BOTH
// RUN: %clang -O0 %abi -fPIE -c -o %t.o %s && llvm-objdump -dr --no-show-raw-insn --no-leading-addr %t.o | FileCheck %s --check-prefixes=EXEC,BOTH
// RUN: %clang -O2 %abi -fPIC -c -o %t.o %s && llvm-objdump -dr --no-show-raw-insn --no-leading-addr %t.o | FileCheck %s --check-prefixes=%if knows-the-link %{KEEPS%} %else %{PIC%},LIBRARY,BOTH
// RUN: %clang -O0 %abi -fPIC -c -o %t.o %s && llvm-objdump -dr --no-show-raw-insn --no-leading-addr %t.o | FileCheck %s --check-prefixes=PIC,LIBRARY,BOTH
// RUN: %clang -O2 %abi -fPIC -mtls-dialect=gnu2 -c -o %t.o %s && llvm-objdump -dr --no-show-raw-insn --no-leading-addr %t.o | FileCheck %s --check-prefixes=DESC
// RUN: %clang -O2 %abi -fno-pic -c -o %t.o %s && llvm-objdump -dr --no-show-raw-insn --no-leading-addr %t.o | FileCheck %s --check-prefixes=STATIC,BOTH
// RUN: %clang -O2 %abi -fPIC -femulated-tls -c -o %t.o %s && llvm-objdump -dr --no-show-raw-insn --no-leading-addr %t.o | FileCheck %s --check-prefixes=EMULATED
// In an executable nothing says that they are emulated: refused by the linker.
// RUN: %clang -O2 %abi -fPIE -femulated-tls -c -o %t.o %s
// RUN: not %clang -pie -shared %t.o -o %t.so 2>&1 | FileCheck %s --check-prefixes=REFUSED
// REFUSED: R_X86_64_TPOFF32
// REQUIRES: x86_64
// UNSUPPORTED: sanitized
#include <weft/task.h>
_Thread_local int own;
extern _Thread_local int foreign;
static _Thread_local int local;
static _Thread_local __attribute__((tls_model("initial-exec"))) int initial;
void use(int *);

// Local-exec; general dynamic in a library, where a function gets the address in its own frame, and optimized code keeps
// what it answered while the thread has the same number.
// In an executable, optimized, plain accesses have no address at all (not where it is unknown whether a link follows).
// SHORT-LABEL: <of_own>:
// SHORT-NEXT: pushq %rax
// SHORT-NEXT: incl %fs:0x0
// SHORT-NEXT: R_X86_64_TPOFF32 own
// SHORT-NEXT: callq
// SHORT-NEXT: weft_yield
// SHORT-NEXT: incl %fs:0x0
// SHORT-NEXT: R_X86_64_TPOFF32 own
// SHORT-NEXT: popq
// SHORT-NEXT: retq
// EXEC-LABEL: <of_own>:
// EXEC: movq %fs:0x0, [[TP:%r..]]
// EXEC-NEXT: leaq ([[TP]]), %r
// EXEC-NEXT: R_X86_64_TPOFF32 own
// EXEC: weft_yield
// EXEC-NOT: %rbx
// EXEC: movq %fs:0x0, [[TP:%r..]]
// EXEC-NEXT: leaq ([[TP]]), %r
// EXEC-NEXT: R_X86_64_TPOFF32 own
// EXEC: retq
// PIC-LABEL: <of_own>:
// PIC: call{{.*}}<weft_address_of.own>
// PIC: weft_yield
// PIC-NOT: %rbx
// PIC: call{{.*}}<weft_address_of.own>
// PIC: retq
// KEEPS-LABEL: <of_own>:
// KEEPS: R_X86_64_GOTTPOFF weft_thread_number
// KEEPS: call{{.*}}<weft_address_of.own>
// KEEPS-NEXT: movq %rax, [[KEPT:%r..]]
// KEEPS: weft_yield
// KEEPS-NEXT: movq (%rip), [[NOW:%r..]]
// KEEPS-NEXT: R_X86_64_GOTTPOFF weft_thread_number
// KEEPS-NEXT: movq %fs:([[NOW]]), [[NOW]]
// KEEPS-NEXT: cmpq
// KEEPS-NEXT: jne
// KEEPS-NEXT: incl ([[KEPT]])
// KEEPS: retq
// KEEPS: weft_rt_thread_number
// KEEPS-NEXT: call{{.*}}<weft_address_of.own>
// KEEPS-NEXT: movq %rax, [[KEPT]]
// KEEPS-NEXT: jmp
// STATIC-LABEL: <of_own>:
// STATIC: call{{.*}}<weft_address_of.own>
// STATIC: weft_yield
// STATIC: call{{.*}}<weft_address_of.own>
// STATIC: retq
void of_own(void) { ++own, weft_yield(), ++own; }

// Initial-exec.
// SHORT-LABEL: <of_foreign>:
// SHORT: movq (%rip), [[OFFSET:%r..]]
// SHORT-NEXT: R_X86_64_GOTTPOFF foreign
// SHORT-NEXT: incl %fs:([[OFFSET]])
// SHORT: weft_yield
// SHORT-NEXT: incl %fs:([[OFFSET]])
// SHORT: retq
// EXEC-LABEL: <of_foreign>:
// EXEC: movq %fs:0x0, [[TP:%r..]]
// EXEC-NEXT: addq (%rip), [[TP]]
// EXEC-NEXT: R_X86_64_GOTTPOFF foreign
// EXEC: weft_yield
// EXEC: movq %fs:0x0, [[TP:%r..]]
// EXEC-NEXT: addq (%rip), [[TP]]
// EXEC-NEXT: R_X86_64_GOTTPOFF foreign
// EXEC: retq
void of_foreign(void) { ++foreign, weft_yield(), ++foreign; }

// A stated model is kept, in a library, too.
// BOTH-LABEL: <of_initial>:
// BOTH: movq %fs:0x0, [[TP:%r..]]
// BOTH-NEXT: addq (%rip), [[TP]]
// BOTH-NEXT: R_X86_64_GOTTPOFF initial
// BOTH: use
// BOTH: weft_yield
// BOTH: movq %fs:0x0, [[TP:%r..]]
// BOTH-NEXT: addq (%rip), [[TP]]
// BOTH-NEXT: R_X86_64_GOTTPOFF initial
// BOTH: use
// BOTH: weft_yield
void of_initial(void) { use(&initial), weft_yield(), use(&initial), weft_yield(); }

// Where an address is needed it is young, be it that other accesses are short.
// SHORT-LABEL: <mixed>:
// SHORT: weft_yield
// SHORT-NEXT: movq %fs:0x0, [[TP:%r..]]
// SHORT-NEXT: leaq ([[TP]]), %rdi
// SHORT-NEXT: R_X86_64_TPOFF32 own
// SHORT-NEXT: callq
// SHORT-NEXT: use
// SHORT: movq %fs:0x0, [[TP:%r..]]
// SHORT: incl %fs:0x0
// SHORT: leaq ([[TP]]), [[STATE:%r..]]
// SHORT-NEXT: R_X86_64_TPOFF32 state
// SHORT: 0x8([[STATE]],%r
// SHORT: retq
static _Thread_local struct { long n; long row[4]; } state;
long mixed(int i) {
  use(&own);
  state.n += state.row[i];
  weft_yield();
  use(&own);
  ++own;
  return state.n + state.row[i] + state.row[2];
}

// Out of the loop goes what can: not over the call.
// EXEC-LABEL: <in_a_loop>:
// EXEC: [[LOOP:[0-9a-f]+]]
// EXEC: movq %fs:0x0, [[TP:%r..]]
// EXEC-NEXT: leaq ([[TP]]),
// EXEC-NEXT: R_X86_64_TPOFF32 local
// EXEC: weft_yield
// EXEC: {{j|jmp}}
// EXEC: retq
// KEEPS-LABEL: <in_a_loop>:
// KEEPS: R_X86_64_GOTTPOFF weft_thread_number
// KEEPS-NEXT: movq %fs:
// KEEPS-NEXT: cmpq
// KEEPS-NEXT: jne
// KEEPS-NOT: weft_address_of
// KEEPS: weft_yield
// KEEPS: weft_rt_thread_number
// KEEPS: call{{.*}}<weft_address_of.local>
void in_a_loop(int n) {
  for (int i = 0; i < n; ++i)
    local += i, weft_yield();
}

// Where the model is another's affair it is asked of the code generator: general dynamic, local dynamic, local-exec.
// LIBRARY-LABEL: <weft_address_of.own>:
// LIBRARY: R_X86_64_TLSGD own
// LIBRARY: __tls_get_addr
// LIBRARY: ret
// LIBRARY-LABEL: <weft_address_of.local>:
// LIBRARY: R_X86_64_TLSLD local
// LIBRARY: __tls_get_addr
// LIBRARY: R_X86_64_DTPOFF32 local
// LIBRARY: ret
// DESC-LABEL: <weft_address_of.own>:
// DESC: R_X86_64_GOTPC32_TLSDESC own
// DESC: R_X86_64_TLSDESC_CALL own
// DESC: addq %fs:0x0, %rax
// DESC: ret
// STATIC-LABEL: <weft_address_of.own>:
// STATIC: movq %fs:0x0, %rax
// STATIC-NEXT: leaq (%rax), %rax
// STATIC-NEXT: R_X86_64_TPOFF32 own
// STATIC-NEXT: retq
// EMULATED-LABEL: <of_own>:
// EMULATED: call{{.*}}<weft_address_of.own>
// EMULATED: weft_yield
// EMULATED: call{{.*}}<weft_address_of.own>
// EMULATED-LABEL: <weft_address_of.own>:
// EMULATED: __emutls_v.own
// EMULATED: __emutls_get_address
