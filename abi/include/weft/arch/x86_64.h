/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The text of the switch for x86-64 System V: the one owner, used by weft-lower (as LLVM inline
 * asm) and by the runtime (as GNU inline asm). The three operations first, then the drawing, then
 * the registers, then the instructions.
 *
 *   resume   the running code -> the innermost of a suspended chain
 *   suspend  the running continuation -> the resumer whose table lists the tag
 *   switch   the running continuation -> another suspended one, under the same handler
 *
 * A suspended continuation's stack (addresses fall):     A resumer's stack while its child runs:
 *        ...frames of fn...                                   ...frames...
 *        frame of the function with the suspend              frame of the function with the resume
 *        rbp                                                  rbp
 *   sp-> rbx (a copy, for unwinding)                          rbx
 *        (nothing below is alive)                       psp-> return address (label 9)
 *
 *   at the very top of a stack, under the trampoline weft_rt_entry (runtime/src/arch):
 *   top-> [block address] [env] [fn]
 *
 * Who saves what: LLVM spills the values that are alive, because the asm clobbers every register;
 * rbp and rbx cannot be clobbered (frame and base pointer), so the text pushes them; sp and ip go
 * to the control block, and rbx once more to the `on` of the chain's outermost, where the next resumer
 * takes it from. MXCSR and the x87 control word are not switched. Clobbering xmm16-31 and
 * k0-7 is necessary: with xmm0-15 alone a zmm16 stayed alive across a switch. `alignstack` on the
 * asm is necessary: it disables the red zone, which the pushes would write.
 *
 * `jmp` both ways: a `call`/`ret` pair is cheaper only where the suspension sits in the very frame
 * that is resumed; elsewhere it mispredicts (docs/decisions/0002-switch-text.md has the figures).
 *
 * CFI: the frame is found from rbp (the functions have frame pointers), so pushes need no notes; after
 * label 1 rbp is another stack's, until it is popped: there an expression finds it. Who jumps to a resumer
 * pops its rbx and rbp first: label 9 is the return address of everything inside, and unwinders that
 * remember what they found out by address alone (libunwind) want such an address to have one answer.
 * Label 1 has two, so code that stands for a suspension point gives the address before it instead, in the
 * middle of an instruction. Jumps leave by the GOT, which the linker makes direct in programs: a PLT's CFI
 * takes them for calls. Each instruction is tested (llvm-pass/test/unwind); docs/decisions/0011 has the reasons.
 */
#ifndef WEFT_ARCH_X86_64_H
#define WEFT_ARCH_X86_64_H

#include "weft/lowered.h"

/* Payload registers, both ways. They are the C convention's, so a body is an ordinary function:
 * fn(env = rdi, i0 = rsi, i1 = rdx, i2 = rcx, i3 = r8, i4 = r9, i5 = [stack], f0..f5 = xmm0..5).
 * The trampoline pushes i5. */
#define WEFT_X86_64_INT_REGS "rsi", "rdx", "rcx", "r8", "r9", "rax"
#define WEFT_X86_64_FLOAT_REGS "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5"

/* resume:  in  rdi the block to resume (handle checked and moved on), r10 the handler table
 *          out r10 which (32 bits), r11 next
 * suspend: in  r10 the tag
 * switch:  in  rdi the target's block (handle checked and moved on), r10 the tag; the text takes
 *          the register that gets the handle of the one left: the first unused integer
 * return:  in  nothing but the payload; never comes back
 * All of them: rdi is dead after; r12-r15 are scratch. */

/* R is the register prefix and D the immediate prefix of the asm dialect:
 * "%", "$$" in LLVM inline asm; "%%", "$" in GNU extended asm. */

#define WEFT_X86_64_STR_(x) #x
#define WEFT_X86_64_STR(x) WEFT_X86_64_STR_(x)
#define WEFT_X86_64_AT(off, R, reg) WEFT_X86_64_STR(off) "(" R reg ")"

/* What a place begins with that is jumped to by its address, and what a jump begins with that goes elsewhere:
 * nothing, unless the code is compiled for indirect branch tracking. The pass, which learns that from the
 * module, defines them itself. */
#ifndef WEFT_X86_64_LANDING
#if defined(__CET__) && (__CET__ & 1)
#define WEFT_X86_64_LANDING "endbr64\n\t"
#define WEFT_X86_64_UNTRACKED "notrack "
#else
#define WEFT_X86_64_LANDING ""
#define WEFT_X86_64_UNTRACKED ""
#endif
#endif

/* Where unwinding that lands at a switch goes on, for the pass, which defines them: LLVM's register allocator
 * moves values as if an asm that unwinds had done so at its end (llvm-pass/lib/Landing.cpp), so a landing pad
 * has to come from there. Nothing for other compilers: they call the out-of-line forms.
 * In front of the label, in an instruction that nothing comes to (`ud1 DISTANCE(%rax), %eax`), stands how far behind
 * it the detour enters the text again. */
#ifndef WEFT_X86_64_DETOUR
#define WEFT_X86_64_DETOUR_AT(label) ""
#define WEFT_X86_64_DETOUR(R) ""
#endif

/* r12 = offset of weft_tls from fs */
#define WEFT_X86_64_TLS(R) "movq weft_tls@gottpoff(" R "rip), " R "r12\n\t"
#define WEFT_X86_64_CURRENT(R) R "fs:(" R "r12)"

/* The thread's number (weft_rt_thread_number), into a register. */
#define WEFT_X86_64_THREAD_NUMBER(R, reg)                                                          \
  "movq weft_thread_number@gottpoff(" R "rip), " reg "\n\tmovq " R "fs:(" reg "), " reg

/* r12 = the running continuation's block; for a barrier */
#define WEFT_X86_64_CURRENT_IN_R12(R)                                                              \
  WEFT_X86_64_TLS(R) "movq " WEFT_X86_64_CURRENT(R) ", " R "r12\n\t"

/* With rsp at [rbx][rbp], and one pop later; by the block, whatever rsp and rbp are.
 * DW_CFA_def_cfa_expression 0x0f; breg7(rsp) 0x77; breg5(rdi) 0x75; deref 0x06; plus_uconst 0x23 */
#define WEFT_X86_64_CFA_RSP8 ".cfi_escape 0x0f,5,0x77,8,0x06,0x23,16\n\t"
#define WEFT_X86_64_CFA_RSP0 ".cfi_escape 0x0f,5,0x77,0,0x06,0x23,16\n\t"
#define WEFT_X86_64_CFA_CHILD ".cfi_escape 0x0f,8,0x75,8,0x06,0x23,8,0x06,0x23,16\n\t"
/* Where a suspended continuation goes on: rdi is its block. */
#define WEFT_X86_64_LAND(R)                                                                        \
  "1:\n\t.cfi_remember_state\n\t" WEFT_X86_64_CFA_CHILD WEFT_X86_64_LANDING                        \
  "movq " WEFT_X86_64_AT(WEFT_CB_SP, R, "rdi") ", " R "rsp\n\t" WEFT_X86_64_CFA_RSP8               \
  "leaq 8(" R "rsp), " R "rsp\n\t" WEFT_X86_64_CFA_RSP0 "popq " R "rbp\n\t"                        \
  ".cfi_restore_state\n\t" WEFT_X86_64_DETOUR(R)

/* rbx from where the outermost block rdi keeps it while suspended, and the new table to there. So code
 * that has what it wants next in rbx waits for one load, of the block, not for its sp and then its stack:
 * a quarter of a switch in a ring, half of it when the stacks are not in the first-level cache. Early in
 * the text for the same reason (docs/decisions/0007-rbx-in-the-block.md). */
#define WEFT_X86_64_TAKE_RBX(R, on)                                                                \
  "movq " WEFT_X86_64_AT(WEFT_CB_ON, R, "rdi") ", " R "rbx\n\t"                                    \
  "movq " R on ", " WEFT_X86_64_AT(WEFT_CB_ON, R, "rdi") "\n\t"
/* How much a resume or switch sends, in front of the label that it is known by, which is in r15 when the target is
 * entered: the last byte of an instruction that nothing comes to, `ud1 CODE(%rax), %eax`. Only a target to which values are
 * bound looks at it (runtime/src/arch). Bits 0-2 the integers, 3-5 the floats, 6 for a switch, whose handle of the one
 * left counts as an integer; 0 when it is not known. */
#define WEFT_X86_64_SENT(code) ".byte 0x0f, 0xb9, 0x40, " code "\n"

/* Jumps into the innermost of rdi's chain. Mostly the chain has one block, whose `inner` is itself: comparing lets
 * the processor guess so, where a load would hold up the jump. A longer chain's outermost becomes one of its own
 * kind again here, so a suspend to the direct resumer has nothing to store. */
#define WEFT_X86_64_GO(R)                                                                          \
  "cmpq " R "rdi, " WEFT_X86_64_AT(WEFT_CB_INNER, R, "rdi") "\n\t"                                 \
  "jne 7f\n\t"                                                                                     \
  "movq " R "rdi, " WEFT_X86_64_CURRENT(R) "\n\t"                                                  \
  "jmpq *" WEFT_X86_64_AT(WEFT_CB_IP, R, "rdi") "\n"                                               \
  "7:\n\t"                                                                                         \
  "movq " WEFT_X86_64_AT(WEFT_CB_INNER, R, "rdi") ", " R "r13\n\t"                                 \
  "movq " R "rdi, " WEFT_X86_64_AT(WEFT_CB_INNER, R, "rdi") "\n\t"                                 \
  "movq " R "r13, " R "rdi\n\t"                                                                    \
  "movq " R "rdi, " WEFT_X86_64_CURRENT(R) "\n\t"                                                  \
  "jmpq *" WEFT_X86_64_AT(WEFT_CB_IP, R, "rdi") "\n"

/* The parent is compared: mostly the resumer is the last one again, and what a pair costs is its accesses to memory,
 * stores most of all (docs/decisions/0019-accesses-of-a-pair.md). */
#define WEFT_X86_64_RESUME(R, D, SENT)                                                             \
  "pushq " R "rbp\n\t"                                                                             \
  "pushq " R "rbx\n\t"                                                                             \
  "leaq 9f(" R "rip), " R "r15\n\t"                                                                \
  "pushq " R "r15\n\t"                                                                             \
  WEFT_X86_64_TLS(R)                                                                               \
  "movq " WEFT_X86_64_CURRENT(R) ", " R "r13\n\t"                                                  \
  WEFT_X86_64_TAKE_RBX(R, "r10")                                                                   \
  "movq " R "rsp, " WEFT_X86_64_AT(WEFT_CB_PSP, R, "rdi") "\n\t"                                   \
  "cmpq " R "r13, " WEFT_X86_64_AT(WEFT_CB_PARENT, R, "rdi") "\n\t"                                \
  "jne 4f\n"                                                                                       \
  "5:\n\t"                                                                                         \
  WEFT_X86_64_GO(R)                                                                                \
  "4:\n\t"                                                                                         \
  "movq " R "r13, " WEFT_X86_64_AT(WEFT_CB_PARENT, R, "rdi") "\n\t"                                \
  "jmp 5b\n\t"                                                                                      \
  WEFT_X86_64_DETOUR_AT("9")                                                                       \
  WEFT_X86_64_SENT(SENT)                                                                           \
  "9:\n\t" WEFT_X86_64_LANDING WEFT_X86_64_DETOUR(R)

/* The first entry of the innermost table is looked at here; everything else is the runtime's
 * weft_rt_suspend_slow, which goes on as if it were part of this text (rdi me, r10 tag, r12 the
 * thread, r15 where to land). */
#define WEFT_X86_64_SUSPEND(R, D)                                                                  \
  "pushq " R "rbp\n\t"                                                                             \
  "pushq " R "rbx\n\t"                                                                             \
  WEFT_X86_64_TLS(R)                                                                               \
  "movq " WEFT_X86_64_CURRENT(R) ", " R "rdi\n\t"                                                  \
  "leaq 1f(" R "rip), " R "r15\n\t"                                                                \
  "movq " WEFT_X86_64_AT(WEFT_CB_ON, R, "rdi") ", " R "r14\n\t"                                    \
  "cmpq " WEFT_X86_64_AT(8, R, "r14") ", " R "r10\n\t"                                             \
  "jne 8f\n\t"                                                                                     \
  "cmpl " D "0, " WEFT_X86_64_AT(16, R, "r14") "\n\t"                                              \
  "jne 8f\n\t"                                                                                     \
  "movq " R "r15, " WEFT_X86_64_AT(WEFT_CB_IP, R, "rdi") "\n\t"                                    \
  "movq " R "rsp, " WEFT_X86_64_AT(WEFT_CB_SP, R, "rdi") "\n\t"                                    \
  "movq " R "rbx, " WEFT_X86_64_AT(WEFT_CB_ON, R, "rdi") "\n\t"                                    \
  "movq " WEFT_X86_64_AT(WEFT_CB_PARENT, R, "rdi") ", " R "r13\n\t"                                \
  "movq " R "r13, " WEFT_X86_64_CURRENT(R) "\n\t"                                                  \
  "movq " WEFT_X86_64_AT(WEFT_CB_HANDLE, R, "rdi") ", " R "r11\n\t"                                \
  "movl " D "1, " R "r10d\n\t"                                                                     \
  "movq " WEFT_X86_64_AT(WEFT_CB_PSP, R, "rdi") ", " R "rsp\n\t"                                   \
  "popq " R "r15\n\t"                                                                              \
  "popq " R "rbx\n\t"                                                                              \
  "popq " R "rbp\n\t"                                                                              \
  ".cfi_remember_state\n\t" WEFT_X86_64_CFA_CHILD                                                  \
  "jmpq *" R "r15\n\t"                                                                             \
  ".cfi_restore_state\n\t"                                                                         \
  "8:\n\tjmpq *weft_rt_suspend_slow@GOTPCREL(" R "rip)\n\t"                                        \
  WEFT_X86_64_DETOUR_AT("1")                                                                       \
  WEFT_X86_64_LAND(R)

/* weft_rt_find_switch gives r14 = the block whose resumer lists the tag; r13 stays me. If nobody does, it stands
 * for the suspension point, so it has to know where that is. */
#define WEFT_X86_64_SWITCH(R, D, HANDLE_REG, SENT)                                                 \
  "pushq " R "rbp\n\t"                                                                             \
  "pushq " R "rbx\n\t"                                                                             \
  WEFT_X86_64_TLS(R)                                                                               \
  "movq " WEFT_X86_64_CURRENT(R) ", " R "r13\n\t"                                                  \
  "movq " WEFT_X86_64_AT(WEFT_CB_ON, R, "r13") ", " R "r15\n\t"                                    \
  "movq " R "r13, " R "r14\n\t"                                                                    \
  "cmpq " WEFT_X86_64_AT(8, R, "r15") ", " R "r10\n\t"                                             \
  "jne 2f\n\t"                                                                                     \
  "cmpl " D "1, " WEFT_X86_64_AT(16, R, "r15") "\n\t"                                              \
  "jne 2f\n"                                                                                       \
  "3:\n\t"                                                                                         \
  "movq " R "rbx, " WEFT_X86_64_AT(WEFT_CB_ON, R, "r14") "\n\t"                                    \
  WEFT_X86_64_TAKE_RBX(R, "r15")                                                                   \
  "leaq 1f(" R "rip), " R "r15\n\t"                                                                \
  "movq " R "r15, " WEFT_X86_64_AT(WEFT_CB_IP, R, "r13") "\n\t"                                    \
  "movq " R "rsp, " WEFT_X86_64_AT(WEFT_CB_SP, R, "r13") "\n\t"                                    \
  "movq " WEFT_X86_64_AT(WEFT_CB_PARENT, R, "r14") ", " R "r11\n\t"                                \
  "movq " R "r11, " WEFT_X86_64_AT(WEFT_CB_PARENT, R, "rdi") "\n\t"                                \
  "movq " WEFT_X86_64_AT(WEFT_CB_PSP, R, "r14") ", " R "r11\n\t"                                   \
  "movq " R "r11, " WEFT_X86_64_AT(WEFT_CB_PSP, R, "rdi") "\n\t"                                   \
  "movq " WEFT_X86_64_AT(WEFT_CB_HANDLE, R, "r14") ", " R HANDLE_REG "\n\t"                        \
  WEFT_X86_64_GO(R)                                                                                \
  "2:\n\t"                                                                                         \
  "leaq 1f(" R "rip), " R "r11\n\t"                                                                \
  "callq *weft_rt_find_switch@GOTPCREL(" R "rip)\n\t"                                              \
  "jmp 3b\n\t"                                                                                     \
  WEFT_X86_64_DETOUR_AT("1")                                                                       \
  WEFT_X86_64_SENT(SENT)                                                                           \
  WEFT_X86_64_LAND(R)

/* The runtime's own switch between two tasks of one dispatch loop: r13 = me, rdi = the target's block; no
 * tag and no handle. A task's resumer is always a dispatch loop, and its stack pointer there names the loop:
 * if the target hung there last, its parent is right. */
#define WEFT_X86_64_HAND_OVER(R, D)                                                                \
  "pushq " R "rbp\n\t"                                                                             \
  "pushq " R "rbx\n\t"                                                                             \
  WEFT_X86_64_TLS(R)                                                                               \
  "movq " WEFT_X86_64_AT(WEFT_CB_ON, R, "r13") ", " R "r15\n\t"                                    \
  "movq " R "rbx, " WEFT_X86_64_AT(WEFT_CB_ON, R, "r13") "\n\t"                                    \
  WEFT_X86_64_TAKE_RBX(R, "r15")                                                                   \
  "leaq 1f(" R "rip), " R "r11\n\t"                                                                \
  "movq " R "r11, " WEFT_X86_64_AT(WEFT_CB_IP, R, "r13") "\n\t"                                    \
  "movq " R "rsp, " WEFT_X86_64_AT(WEFT_CB_SP, R, "r13") "\n\t"                                    \
  "movq " WEFT_X86_64_AT(WEFT_CB_PSP, R, "r13") ", " R "r11\n\t"                                   \
  "cmpq " R "r11, " WEFT_X86_64_AT(WEFT_CB_PSP, R, "rdi") "\n\t"                                   \
  "jne 2f\n"                                                                                       \
  "3:\n\t"                                                                                         \
  WEFT_X86_64_GO(R)                                                                                \
  "2:\n\t"                                                                                         \
  "movq " R "r11, " WEFT_X86_64_AT(WEFT_CB_PSP, R, "rdi") "\n\t"                                   \
  "movq " WEFT_X86_64_AT(WEFT_CB_PARENT, R, "r13") ", " R "r11\n\t"                                \
  "movq " R "r11, " WEFT_X86_64_AT(WEFT_CB_PARENT, R, "rdi") "\n\t"                                \
  "jmp 3b\n"                                                                                       \
  WEFT_X86_64_LAND(R)

/* The end of a body: its results are in the payload registers. */
#define WEFT_X86_64_RETURN(R, D) "jmpq *weft_rt_return@GOTPCREL(" R "rip)\n\t"

/* The detour of unwinding that landed at a switch, with what it brought in r13 and r14, and what tells that it did, an
 * address, in r15. The return address of the switch is still there, as the unwinder writes at most two words below the
 * stack pointer that it restores, and signal handlers keep off the red zone: label 9 of a resume, the byte before
 * label 1 of a suspend or switch. So nothing may be called between the landing and here. */
#define WEFT_X86_64_DETOUR_OF_RESUME(R) WEFT_X86_64_DETOUR_BY(R, "-8", "")
#define WEFT_X86_64_DETOUR_OF_SUSPEND(R) WEFT_X86_64_DETOUR_BY(R, "-3", "1")
#define WEFT_X86_64_DETOUR_OF_SWITCH(R) WEFT_X86_64_DETOUR_BY(R, "-7", "1")
#define WEFT_X86_64_DETOUR_BY(R, distance, label)                                                  \
  "movq -24(" R "rsp), " R "r15\n\t"                                                               \
  "movslq " distance "(" R "r15), " R "r10\n\t"                                                    \
  "leaq " label "(" R "r15, " R "r10), " R "r10\n\t" WEFT_X86_64_UNTRACKED "jmpq *" R "r10\n\t"

/* How a function that is not to use the processor's prediction of returns goes back, in place of `ret`. No
 * convention returns anything in r11. */
#define WEFT_X86_64_RETURN_BY_JUMP(R)                                                              \
  "popq " R "r11\n\t.cfi_adjust_cfa_offset -8\n\t.cfi_register " R "rip, " R "r11\n\t"             \
  WEFT_X86_64_UNTRACKED "jmpq *" R "r11\n\t"

/* What each text clobbers besides its outputs. Payload registers that carry nothing are added by
 * the user of the text. LLVM 19 and 22 and GCC 12 accept the names without the features; r16-r31
 * (APX) are added by the pass where the LLVM knows them. */
#define WEFT_X86_64_SCRATCH "r12", "r13", "r14", "r15"

/* Where the text jumps and calls to. No functions of C: declared for who links lowered code by himself, as a JIT does. */
#ifdef __cplusplus
extern "C" {
#endif
WEFT_API void weft_rt_suspend_slow(void);
WEFT_API void weft_rt_find_switch(void);
WEFT_API void weft_rt_return(void);
#ifdef __cplusplus
}
#endif

#endif
