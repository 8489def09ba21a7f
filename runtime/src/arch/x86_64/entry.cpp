// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The out-of-line half of the x86-64 switch: how a continuation starts and ends, the slow way of a
// suspend, and the calls for compilers that cannot run the pass.
//
// abi/include/weft/arch/x86_64.h draws the stacks and names the registers; this file goes on where
// its text stops. Everything here is top-level asm: the frames have no room for a compiler's prologue.
//
// Unwinding. A continuation's first frame is the trampoline. Its CFI leads to the resumer: the block
// lies at [rsp+8], its psp points at [return ip][rbx][rbp], and the frame that resumed begins above
// those three words. Landing pads need the stack pointer as it was before the pushes, which is why
// every CFA here skips them. gdb refuses a parent frame that lies below its child unless the child is
// called __morestack, so the trampoline has that name too. A root's trampoline has no return address:
// there a backtrace ends and an exception is uncaught.
//
// Inside a slow path rbx is free (the text saved it) and holds the stack pointer while rsp is aligned.
#include "../sanitizer.h"
#include "cont.h"
#include "weft/arch/x86_64.h"

#define S(x) WEFT_X86_64_STR(x)

// clang-format off
#define STORE_PAYLOAD                                                                              \
  "subq $96, %rsp\nandq $-16, %rsp\n"                                                              \
  "movq %rsi, 0(%rsp)\nmovq %rdx, 8(%rsp)\nmovq %rcx, 16(%rsp)\nmovq %r8, 24(%rsp)\n"              \
  "movq %r9, 32(%rsp)\nmovq %rax, 40(%rsp)\nmovsd %xmm0, 48(%rsp)\nmovsd %xmm1, 56(%rsp)\n"        \
  "movsd %xmm2, 64(%rsp)\nmovsd %xmm3, 72(%rsp)\nmovsd %xmm4, 80(%rsp)\nmovsd %xmm5, 88(%rsp)\n"
#define LOAD_PAYLOAD                                                                               \
  "movq 0(%rsp), %rsi\nmovq 8(%rsp), %rdx\nmovq 16(%rsp), %rcx\nmovq 24(%rsp), %r8\n"              \
  "movq 32(%rsp), %r9\nmovq 40(%rsp), %rax\nmovsd 48(%rsp), %xmm0\nmovsd 56(%rsp), %xmm1\n"        \
  "movsd 64(%rsp), %xmm2\nmovsd 72(%rsp), %xmm3\nmovsd 80(%rsp), %xmm4\nmovsd 88(%rsp), %xmm5\n"
#define SAVE_PAYLOAD "movq %rsp, %rbx\n.cfi_def_cfa_register %rbx\n" STORE_PAYLOAD
#define RESTORE_PAYLOAD LOAD_PAYLOAD "movq %rbx, %rsp\n.cfi_def_cfa_register %rsp\n"

#define FUNCTION(name)                                                                             \
  ".text\n.p2align 4\n.globl " name "\n.type " name ",@function\n" name ":\n.cfi_startproc\n"
#define END(name) ".cfi_endproc\n.size " name ",.-" name "\n"
#define HIDDEN(name) ".hidden " name "\n"

// From here on the resumer's view: rsp is at its [return ip][rbx][rbp].
#define CFI_AT_RESUMER                                                                             \
  ".cfi_def_cfa %rsp, 24\n.cfi_offset %rip, -24\n.cfi_offset %rbx, -16\n.cfi_offset %rbp, -8\n"
#define INTO_RESUMER                                                                               \
  "popq %r15\n.cfi_def_cfa_offset 16\n.cfi_register %rip, %r15\n"                                  \
  "popq %rbx\n.cfi_def_cfa_offset 8\n.cfi_same_value %rbx\n"                                       \
  "popq %rbp\n.cfi_def_cfa_offset 0\n.cfi_same_value %rbp\n"                                       \
  "jmpq *%r15\n"

// "Called" by a suspension point, though jumped to: the return address is the byte before the point's
// label 1 (x86_64.h says why). While that label is in r15: DW_CFA_val_expression 0x16 of register 16, rip,
// by breg15 0x7f. In front of calls it has to be in memory: libunwind cannot go on from a computed one.
#define CFI_POINT_IN_R15 ".cfi_escape 0x16,16,2,0x7f,0x7f\n"

#define TLS_R12 "movq weft_tls@gottpoff(%rip), %r12\n"
#define COLD(field) "(" S(WEFT_COLD_OFFSET) "+" #field ")"
#define CACHE_TAG COLD(0)
#define CACHE_FOUND COLD(8)
#define CACHE_EPOCH COLD(16)
#define CACHE_INDEX COLD(24)

// --- Start ------------------------------------------------------------------------------------------
// rdi = the block; its sp is at [fn][env][block]. fn sees an ordinary C call.
// CFA = *(block + psp) + 24; DW_CFA_def_cfa_expression of it from rdi and, later, from [rsp+8].
// breg7 takes a signed LEB128, so offsets past 63 have two bytes.
#define CFA_BLOCK_AT(n) ".cfi_escape 0x0f,9,0x77," #n "%128+128,(" #n ")/128,0x06,0x23," S(WEFT_CB_PSP) ",0x06,0x23,24\n"
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
// rsp is 8 below a multiple of 16 here.
#define TELL_SANITIZER                                                                             \
  "subq $104, %rsp\n" CFA_BLOCK_AT(104)                                                            \
  "movq %rsi, 0(%rsp)\nmovq %rdx, 8(%rsp)\nmovq %rcx, 16(%rsp)\nmovq %r8, 24(%rsp)\n"              \
  "movq %r9, 32(%rsp)\nmovq %rax, 40(%rsp)\nmovsd %xmm0, 48(%rsp)\nmovsd %xmm1, 56(%rsp)\n"        \
  "movsd %xmm2, 64(%rsp)\nmovsd %xmm3, 72(%rsp)\nmovsd %xmm4, 80(%rsp)\nmovsd %xmm5, 88(%rsp)\n"   \
  "movq %rdi, 96(%rsp)\ncallq weft_rt_after_entry\nmovq 96(%rsp), %rdi\n"                          \
  "movq 0(%rsp), %rsi\nmovq 8(%rsp), %rdx\nmovq 16(%rsp), %rcx\nmovq 24(%rsp), %r8\n"              \
  "movq 32(%rsp), %r9\nmovq 40(%rsp), %rax\nmovsd 48(%rsp), %xmm0\nmovsd 56(%rsp), %xmm1\n"        \
  "movsd 64(%rsp), %xmm2\nmovsd 72(%rsp), %xmm3\nmovsd 80(%rsp), %xmm4\nmovsd 88(%rsp), %xmm5\n"   \
  "addq $104, %rsp\n" CFA_BLOCK_AT(0)
#else
#define TELL_SANITIZER
#endif
#define ENTRY_BODY                                                                                 \
  "movq " S(WEFT_CB_SP) "(%rdi), %rsp\n" CFA_BLOCK_AT(16)                                          \
  "popq %r13\n" CFA_BLOCK_AT(8)                                                                    \
  "popq %rdi\n" CFA_BLOCK_AT(0) TELL_SANITIZER                                                     \
  "pushq %rax\n" CFA_BLOCK_AT(8)                                                                   \
  "leaq 1f(%rip), %r15\n"                                                                          \
  "pushq %r15\n" CFA_BLOCK_AT(16)                                                                  \
  "xorl %ebp, %ebp\n"                                                                              \
  "jmpq *%r13\n"                                                                                   \
  CFA_BLOCK_AT(8)                                                                                  \
  "nop\n"                                                                                          \
  "1: ud2\n"

asm(".text\n.p2align 4\n.globl weft_rt_entry\n" HIDDEN("weft_rt_entry")
    ".type __morestack,@function\n"
    "weft_rt_entry:\n__morestack:\n.cfi_startproc\n"
    ".cfi_personality 0x1b, weft_rt_personality\n"
    ".cfi_escape 0x0f,5,0x75," S(WEFT_CB_PSP) ",0x06,0x23,24\n"
    ".cfi_offset %rip, -24\n.cfi_offset %rbx, -16\n.cfi_offset %rbp, -8\n"
    ".cfi_undefined %r12\n.cfi_undefined %r13\n.cfi_undefined %r14\n.cfi_undefined %r15\n"
    WEFT_X86_64_LANDING
    ENTRY_BODY
    ".cfi_endproc\n.size __morestack,.-__morestack\n"
    ".globl weft_rt_entry_end\n" HIDDEN("weft_rt_entry_end") "weft_rt_entry_end:\n");

asm(FUNCTION("weft_rt_entry_root") HIDDEN("weft_rt_entry_root")
    ".cfi_undefined %rip\n" WEFT_X86_64_LANDING
    ENTRY_BODY
    END("weft_rt_entry_root")
    ".globl weft_rt_entry_root_end\n" HIDDEN("weft_rt_entry_root_end") "weft_rt_entry_root_end:\n");

// --- End --------------------------------------------------------------------------------------------
// The results are in the payload registers. The block goes, with its stack, to the thread's free list;
// nobody else can take it from there before the jump.
asm(FUNCTION("weft_rt_return")
    ".cfi_def_cfa %rbp, 16\n.cfi_offset %rip, -8\n.cfi_offset %rbp, -16\n" WEFT_X86_64_LANDING
    TLS_R12
    "movq %fs:(%r12), %rdi\n"
    "cmpl $0, " S(WEFT_CB_FLAGS) "(%rdi)\n"
    "jne 2f\n"
    "cmpl $0, %fs:" S(WEFT_THREAD_ARMED) "(%r12)\n"
    "je 2f\n"
    "1:\n"
    "movq " S(WEFT_CB_PARENT) "(%rdi), %r13\n"
    "movl " S(WEFT_CB_CLASS) "(%rdi), %r14d\n"
    "movq %r13, %fs:(%r12)\n"
    "movq " S(WEFT_CB_PSP) "(%rdi), %rsp\n.cfi_remember_state\n" CFI_AT_RESUMER
    "movq %fs:" S(WEFT_THREAD_FREE) "(%r12,%r14,8), %r15\n"
    "movq %r15, " S(WEFT_CB_PARENT) "(%rdi)\n"
    "movq %rdi, %fs:" S(WEFT_THREAD_FREE) "(%r12,%r14,8)\n"
    "xorl %r10d, %r10d\n"
    "xorl %r11d, %r11d\n"
    INTO_RESUMER
    ".cfi_restore_state\n"
    "2:\n"
    STORE_PAYLOAD // the body's frame is over: nothing below its rbp is needed
    "movq %rdi, %r13\n"
    "callq weft_rt_before_return\n"
    "movq %r13, %rdi\n"
    LOAD_PAYLOAD
    "jmp 1b\n"
    END("weft_rt_return"));

// --- The slow way of a suspend -------------------------------------------------------------------------
// Jumped to by the text of suspend: rdi me, r10 tag, r12 the thread, r14 my table, perhaps with the
// bit that marks it as part of a cached way, r15 where to land. First the cache, looking at the entry again, for tables
// may differ from resume to resume (and at me, whom a barrier may have given one); then my own first entry
// without that bit, then the walk.
asm(FUNCTION("weft_rt_suspend_slow")
    ".cfi_def_cfa %rsp, 16\n" CFI_POINT_IN_R15
    ".cfi_offset %rbx, -16\n.cfi_offset %rbp, -8\n" WEFT_X86_64_LANDING
    "testb $1, %r14b\n" // a way that goes past me has this mark, but for a barrier; the root block never has it
    "je 3f\n"
    "2:\n"
    "cmpq " CACHE_TAG "(%rdi), %r10\n"
    "jne 1f\n"
    "movq weft_link_epoch(%rip), %r11\n"
    "cmpq " CACHE_EPOCH "(%rdi), %r11\n"
    "jne 1f\n"
    "movq " CACHE_FOUND "(%rdi), %r13\n"
    "movq " S(WEFT_CB_ON) "(%r13), %r11\n"
    "movq " CACHE_INDEX "(%rdi), %r14\n"
    "testb $1, %r11b\n"
    "jne 1f\n"
    "cmpl %r14d, (%r11)\n"
    "jbe 1f\n"
    "addq %r14, %r14\n"
    "cmpq 8(%r11,%r14,8), %r10\n"
    "jne 1f\n"
    "cmpl $0, 16(%r11,%r14,8)\n"
    "jne 1f\n"
    "movl %r14d, %r10d\n"
    "shrl %r10d\n"
    "movq %r15, " S(WEFT_CB_IP) "(%rdi)\n"
    "movq %rsp, " S(WEFT_CB_SP) "(%rdi)\n"
    "movq %rbx, " S(WEFT_CB_ON) "(%r13)\n"
    "movq %rdi, " S(WEFT_CB_INNER) "(%r13)\n"
    "movq " S(WEFT_CB_PARENT) "(%r13), %r14\n"
    "movq %r14, %fs:(%r12)\n"
    "incl %r10d\n"
    "movq " S(WEFT_CB_HANDLE) "(%r13), %r11\n"
    "movq " S(WEFT_CB_PSP) "(%r13), %rsp\n.cfi_remember_state\n" CFI_AT_RESUMER
    INTO_RESUMER
    ".cfi_restore_state\n"
    "3:\n"
    "cmpq $0, " S(WEFT_CB_PARENT) "(%rdi)\n" // the root block has no cold half
    "je 1f\n"
    "cmpq " CACHE_FOUND "(%rdi), %rdi\n"
    "je 2b\n"
    "1:\n"
    "movq " S(WEFT_CB_ON) "(%rdi), %r14\n"
    "decq %r15\n.cfi_register %rip, %r15\n"
    "pushq %r15\n"
    ".cfi_def_cfa_offset 24\n.cfi_offset %rip, -24\n"
    "andq $-2, %r14\n"
    "movq %rdi, %r13\n"
    "xorl %r11d, %r11d\n"
    "cmpq 8(%r14), %r10\n"
    "jne 4f\n"
    "cmpl $0, 16(%r14)\n"
    "je 5f\n"
    "4:\n" // the walk
    SAVE_PAYLOAD
    "movq %rdi, %r14\n"
    "movq %r10, %r13\n"
    "movq %r10, %rsi\n"
    "xorl %edx, %edx\n"
    "callq weft_rt_search\n"
    "testq %rax, %rax\n"
    "je 6f\n"
    "movq %r14, %rdi\n"
    "movq %rax, %r13\n"
    "movq %rdx, %r11\n"
    RESTORE_PAYLOAD
    "movq (%rsp), %r15\n"
    "5:\n" // r13 = the block whose resumer handles it, r11 = the entry's index
    "incq %r15\n"
    "movq %r15, " S(WEFT_CB_IP) "(%rdi)\n"
    "leaq 8(%rsp), %r15\n"
    "movq %r15, " S(WEFT_CB_SP) "(%rdi)\n"
    "testb $1, " S(WEFT_CB_ON) "(%r13)\n"
    "je 7f\n"
    "lock incq weft_link_epoch(%rip)\n"
    "7:\n"
    "movq 8(%rsp), %rbx\n" // the walk had it for itself
    "movq %rbx, " S(WEFT_CB_ON) "(%r13)\n"
    "movq %rdi, " S(WEFT_CB_INNER) "(%r13)\n"
    "movq " S(WEFT_CB_PARENT) "(%r13), %r14\n"
    "movq %r14, %fs:(%r12)\n"
    "leal 1(%r11), %r10d\n"
    "movq " S(WEFT_CB_HANDLE) "(%r13), %r11\n"
    "movq " S(WEFT_CB_PSP) "(%r13), %rsp\n.cfi_remember_state\n" CFI_AT_RESUMER
    INTO_RESUMER
    ".cfi_restore_state\n"
    "6:\n" // nobody handles it; rbx is the CFA's register here
    ".cfi_def_cfa_register %rbx\n"
    "movl %edx, %edi\n" // the search says which rule
    "xorl %esi, %esi\n"
    "movq %r13, %rdx\n"
    "callq weft_trap@PLT\n"
    "ud2\n"
    END("weft_rt_suspend_slow"));

// Called by the text of switch: rdi the target (already moved on), r10 tag, r11 its label 1, r13 me. Gives r14 the
// block whose resumer lists the tag, r15 its table. Without one the target is as it was, and we trap as if the
// suspension point had called us.
asm(FUNCTION("weft_rt_find_switch")
    ".cfi_def_cfa %rsp, 24\n.cfi_offset %rip, -24\n.cfi_offset %rbx, -16\n.cfi_offset %rbp, -8\n" WEFT_X86_64_LANDING
    SAVE_PAYLOAD
    "movq %rdi, %r14\n"
    "movq %r10, %r15\n"
    "leaq -1(%r11), %r12\n"
    "movq %r13, %rdi\n"
    "movq %r10, %rsi\n"
    "movl $1, %edx\n"
    "callq weft_rt_search\n"
    "testq %rax, %rax\n"
    "je 1f\n"
    "movq %r14, %rdi\n"
    "movq %rax, %r14\n"
    "movq " S(WEFT_CB_ON) "(%r14), %r15\n"
    "testq $1, %r15\n"
    "je 2f\n"
    "lock incq weft_link_epoch(%rip)\n"
    "2:\n"
    "andq $-2, %r15\n"
    RESTORE_PAYLOAD
    "movq 8(%rsp), %rbx\n"
    TLS_R12
    "movq %r13, " S(WEFT_CB_INNER) "(%r14)\n"
    "retq\n"
    "1:\n"
    ".cfi_def_cfa_register %rbx\n"
    "movq %r12, (%rbx)\n"
    "subq $0x1000000, " S(WEFT_CB_HANDLE) "(%r14)\n"
    "movl %edx, %edi\n"
    "movq " S(WEFT_CB_HANDLE) "(%r14), %rsi\n"
    "movq %r15, %rdx\n"
    "callq weft_trap@PLT\n"
    "ud2\n"
    END("weft_rt_find_switch"));

// --- Raising at a suspension point ------------------------------------------------------------------
// A block whose ip was replaced by this goes on in raise(arg) as if its suspension point had called it:
// rdi the block, rsi the byte before the real ip, rdx raise, rcx arg. raise does not return.
asm(FUNCTION("weft_rt_raise_entry") HIDDEN("weft_rt_raise_entry")
    ".cfi_escape 0x0f,5,0x75," S(WEFT_CB_SP) ",0x06,0x23,16\n"
    ".cfi_register %rip, %rsi\n"
    ".cfi_offset %rbx, -16\n.cfi_offset %rbp, -8\n" WEFT_X86_64_LANDING
    "movq " S(WEFT_CB_SP) "(%rdi), %rsp\n"
    ".cfi_def_cfa %rsp, 16\n"
    "movq 8(%rsp), %rbp\n"
    "pushq %rsi\n"
    ".cfi_def_cfa_offset 24\n.cfi_offset %rip, -24\n"
    "movq %rsp, %rbx\n"
    ".cfi_def_cfa_register %rbx\n"
    "andq $-16, %rsp\n"
    "movq %rcx, %rdi\n"
    "callq *%rdx\n"
    "callq weft_rt_raise_returned\n"
    END("weft_rt_raise_entry"));

// Where the unwinder lands when an exception left a continuation for another resumer than was searched (drop.cpp): on
// that continuation's stack still, rax the exception, rdx the resumer's [return ip][rbx][rbp].
asm(FUNCTION("weft_rt_raise_outside") HIDDEN("weft_rt_raise_outside")
    ".cfi_def_cfa %rdx, 24\n.cfi_offset %rip, -24\n.cfi_offset %rbx, -16\n.cfi_offset %rbp, -8\n" WEFT_X86_64_LANDING
    "movq %rdx, %rbx\n"
    ".cfi_def_cfa_register %rbx\n"
    "movq %rbx, %rsp\n"
    "andq $-16, %rsp\n"
    "movq %rax, %rdi\n"
    "callq weft_rt_search_again\n"
    "ud2\n"
    END("weft_rt_raise_outside"));

// --- Bound values -----------------------------------------------------------------------------------
// A block with bound values has one of these for its ip: they come first, what was sent goes behind, and
// it goes on at the real ip. Below the suspended stack pointer lies what bind.cpp put there. In front of
// a suspension point the frame is that of the point; in front of a start it is the trampoline's. What is
// sent says how much it is in front of r15 (x86_64.h); when the two are more than travels nothing happens.
#define BIND_ENTRY                                                                                 \
  "movq " S(WEFT_CB_SP) "(%rdi), %r13\n"                                                           \
  "movzbl -1(%r15), %r12d\n"                                                                       \
  "movl %r12d, %r14d\nandl $7, %r14d\nshll $3, %r14d\n"                                            \
  "addq -208(%r13), %r14\ncmpq $48, %r14\nja 8f\n"                                                 \
  "movl %r12d, %r14d\nandl $0x38, %r14d\n"                                                         \
  "addq -200(%r13), %r14\ncmpq $48, %r14\nja 8f\n"                                                 \
  "movq -208(%r13), %r14\n"                                                                        \
  "leaq -192(%r13,%r14), %r14\n"                                                                   \
  "movq %rsi, 0(%r14)\nmovq %rdx, 8(%r14)\nmovq %rcx, 16(%r14)\n"                                  \
  "movq %r8, 24(%r14)\nmovq %r9, 32(%r14)\nmovq %rax, 40(%r14)\n"                                  \
  "movq -200(%r13), %r14\n"                                                                        \
  "leaq -96(%r13,%r14), %r14\n"                                                                    \
  "movsd %xmm0, 0(%r14)\nmovsd %xmm1, 8(%r14)\nmovsd %xmm2, 16(%r14)\n"                            \
  "movsd %xmm3, 24(%r14)\nmovsd %xmm4, 32(%r14)\nmovsd %xmm5, 40(%r14)\n"                          \
  "movq -192(%r13), %rsi\nmovq -184(%r13), %rdx\nmovq -176(%r13), %rcx\n"                          \
  "movq -168(%r13), %r8\nmovq -160(%r13), %r9\nmovq -152(%r13), %rax\n"                            \
  "movsd -96(%r13), %xmm0\nmovsd -88(%r13), %xmm1\nmovsd -80(%r13), %xmm2\n"                       \
  "movsd -72(%r13), %xmm3\nmovsd -64(%r13), %xmm4\nmovsd -56(%r13), %xmm5\n"                       \
  "jmpq *-216(%r13)\n"                                                                             \
  "8: testb $0x40, %r12b\n"                                                                        \
  "je weft_rt_too_much\n" /* at the resumer's [return ip][rbx][rbp]; a switch lacks the first */   \
  "decq %r15\n"                                                                                    \
  "pushq %r15\n"                                                                                   \
  "jmp weft_rt_too_much\n"

// rip is saved at *(rdi + sp) - 224: DW_CFA_expression 0x10, of register 16; const2s 0x0b (Valgrind does not read consts),
// plus 0x22.
asm(FUNCTION("weft_rt_bind_entry") HIDDEN("weft_rt_bind_entry")
    ".cfi_escape 0x0f,5,0x75," S(WEFT_CB_SP) ",0x06,0x23,16\n"
    ".cfi_escape 0x10,16,7,0x75," S(WEFT_CB_SP) ",0x06,0x0b,0x20,0xff,0x22\n"
    ".cfi_offset %rbx, -16\n.cfi_offset %rbp, -8\n" WEFT_X86_64_LANDING
    BIND_ENTRY
    END("weft_rt_bind_entry"));

asm(FUNCTION("weft_rt_bind_entry_fresh") HIDDEN("weft_rt_bind_entry_fresh")
    ".cfi_escape 0x0f,5,0x75," S(WEFT_CB_PSP) ",0x06,0x23,24\n"
    ".cfi_offset %rip, -24\n.cfi_offset %rbx, -16\n.cfi_offset %rbp, -8\n" WEFT_X86_64_LANDING
    BIND_ENTRY
    END("weft_rt_bind_entry_fresh"));

// In front of a resume's label 9 or a switch's label 1, as if it had called us. rdi = the innermost of the target, which
// is current already; rbx is its own; r12 = what the site says it sends.
asm(FUNCTION("weft_rt_too_much") HIDDEN("weft_rt_too_much")
    CFI_AT_RESUMER
    "movq %rbx, %r14\n"
    SAVE_PAYLOAD
    "movq %rsp, %rsi\n"
    "movq %r14, %rdx\n"
    "movq %rbx, %rcx\n"
    "movl %r12d, %r8d\n"
    "callq weft_rt_refuse_bound\n"
    "ud2\n"
    END("weft_rt_too_much"));

// --- The out-of-line forms ----------------------------------------------------------------------------
// Callee-saved registers are pushed by hand; rbx and rbp survive the text, so they hold the buffers.
#define OUT_OF_LINE_ENTER                                                                          \
  "pushq %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset %rbp, -16\n"                                    \
  "movq %rsp, %rbp\n.cfi_def_cfa_register %rbp\n"                                                  \
  "pushq %rbx\n.cfi_offset %rbx, -24\npushq %r12\n.cfi_offset %r12, -32\n"                         \
  "pushq %r13\n.cfi_offset %r13, -40\npushq %r14\n.cfi_offset %r14, -48\n"                         \
  "pushq %r15\n.cfi_offset %r15, -56\nsubq $8, %rsp\n"
#define OUT_OF_LINE_LEAVE                                                                          \
  "leaq -40(%rbp), %rsp\npopq %r15\npopq %r14\npopq %r13\npopq %r12\npopq %rbx\npopq %rbp\n"       \
  ".cfi_def_cfa %rsp, 8\nretq\n"
#define LOAD_FROM_RDX                                                                              \
  "movsd 48(%rdx), %xmm0\nmovsd 56(%rdx), %xmm1\nmovsd 64(%rdx), %xmm2\nmovsd 72(%rdx), %xmm3\n"   \
  "movsd 80(%rdx), %xmm4\nmovsd 88(%rdx), %xmm5\nmovq 0(%rdx), %rsi\nmovq 16(%rdx), %rcx\n"        \
  "movq 24(%rdx), %r8\nmovq 32(%rdx), %r9\nmovq 40(%rdx), %rax\nmovq 8(%rdx), %rdx\n"
#define STORE_TO_RBX                                                                               \
  "movsd %xmm0, 48(%rbx)\nmovsd %xmm1, 56(%rbx)\nmovsd %xmm2, 64(%rbx)\nmovsd %xmm3, 72(%rbx)\n"   \
  "movsd %xmm4, 80(%rbx)\nmovsd %xmm5, 88(%rbx)\nmovq %rsi, 0(%rbx)\nmovq %rdx, 8(%rbx)\n"         \
  "movq %rcx, 16(%rbx)\nmovq %r8, 24(%rbx)\nmovq %r9, 32(%rbx)\nmovq %rax, 40(%rbx)\n"

// uint32_t weft_rt_resume_text(cb rdi, on rsi, in rdx, out rcx, next r8); all non-null
asm(FUNCTION("weft_rt_resume_text") HIDDEN("weft_rt_resume_text")
    OUT_OF_LINE_ENTER
    "movq %rcx, %rbx\n"
    "movq %r8, -48(%rbp)\n"
    "movq %rsi, %r10\n"
    LOAD_FROM_RDX
    WEFT_X86_64_RESUME("%", "$", "0")
    STORE_TO_RBX
    "movq -48(%rbp), %rdx\n"
    "movq %r11, (%rdx)\n"
    "movl %r10d, %eax\n"
    OUT_OF_LINE_LEAVE
    END("weft_rt_resume_text"));

// void weft_rt_suspend_text(tag rdi, out rsi, in rdx)
asm(FUNCTION("weft_rt_suspend_text") HIDDEN("weft_rt_suspend_text")
    OUT_OF_LINE_ENTER
    "movq %rsi, %rbx\n"
    "movq %rdi, %r10\n"
    LOAD_FROM_RDX
    WEFT_X86_64_SUSPEND("%", "$")
    STORE_TO_RBX
    OUT_OF_LINE_LEAVE
    END("weft_rt_suspend_text"));

// void weft_rt_switch_textN(cb rdi, tag rsi, in rdx, out rcx): N integers go along, the next one is the
// handle of the one that is left.
#define OUT_OF_LINE_SWITCH(n, reg)                                                                 \
  asm(FUNCTION("weft_rt_switch_text" #n) HIDDEN("weft_rt_switch_text" #n) WEFT_X86_64_LANDING      \
      OUT_OF_LINE_ENTER                                                                            \
      "movq %rcx, %rbx\n"                                                                          \
      "movq %rsi, %r10\n"                                                                          \
      LOAD_FROM_RDX                                                                                \
      WEFT_X86_64_SWITCH("%", "$", reg, "0")                                                       \
      STORE_TO_RBX                                                                                 \
      OUT_OF_LINE_LEAVE                                                                            \
      END("weft_rt_switch_text" #n))
OUT_OF_LINE_SWITCH(0, "rsi");
OUT_OF_LINE_SWITCH(1, "rdx");
OUT_OF_LINE_SWITCH(2, "rcx");
OUT_OF_LINE_SWITCH(3, "r8");
OUT_OF_LINE_SWITCH(4, "r9");
OUT_OF_LINE_SWITCH(5, "rax");

// --- Another stack ------------------------------------------------------------------------------------
// void weft_rt_call_on(fn rdi, arg rsi, sp rdx): an ordinary call, on the stack that ends at sp.
asm(FUNCTION("weft_rt_call_on") HIDDEN("weft_rt_call_on")
    "pushq %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset %rbp, -16\n"
    "movq %rsp, %rbp\n.cfi_def_cfa_register %rbp\n"
    "movq %rdi, %rax\n"
    "movq %rsi, %rdi\n"
    "movq %rdx, %rsp\n"
    "andq $-16, %rsp\n"
    "callq *%rax\n"
    "leave\n.cfi_def_cfa %rsp, 8\nretq\n"
    END("weft_rt_call_on"));
// clang-format on
