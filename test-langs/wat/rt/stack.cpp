// How far stacks may grow, and who does not run on them.
//
// A function compares where it stands with the thread's limit when it is entered (irgen/control.cpp), and one whose
// frame takes a page or more has wat_stack_probe called before it touches that. Below the limit lies a
// reserve for code without such a comparison: leaves, and the run-time library, throwing above all. A host's
// function may need any amount, so it runs on the thread's own stack, of which half is left to it; but in a task, where it
// may wait, it stays where it is, with 16 KiB.
#include "rt/instance.h"
#include "rt/settings.h"
#include <weft/task.h>

namespace wat {
// With the guard and what the stack's colouring takes.
static constexpr uint64_t reserve = 28 * 1024;

/// What generated code makes continuations with, and how much of it may be used.
extern "C" const uint32_t wat_stack_class = settings().stack_class;
extern "C" const uint64_t wat_stack_usable = settings().stack_bytes - reserve;

extern "C" void wat_call_host(FuncRef *f, uint64_t *values) {
  if (weft_self())
    return f->entry(f, values);
  struct Call {
    FuncRef *f;
    uint64_t *values;
  } c{f, values};
  weft_call_native(
      [](void *arg) {
        auto *c = static_cast<Call *>(arg);
        c->f->entry(c->f, c->values);
      },
      &c);
}

// Called by prologues: rax is what the frame will take. Keeps all registers but r11, which is nobody's there.
static_assert(offsetof(Thread, limit) == 0);
asm(".text\n.globl wat_stack_probe\n.type wat_stack_probe,@function\nwat_stack_probe:\n.cfi_startproc\n"
    "movq wat_thread@gottpoff(%rip), %r11\n"
    "movq %fs:(%r11), %r11\n"
    "addq %rax, %r11\n"
    "cmpq %r11, %rsp\n"
    "jb 1f\n"
    "retq\n"
    "1:\n"
    "pushq %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset %rbp, -16\n"
    "movq %rsp, %rbp\n.cfi_def_cfa_register %rbp\n"
    "andq $-16, %rsp\n"
    "callq wat_exhausted\n"
    ".cfi_endproc\n.size wat_stack_probe, .-wat_stack_probe\n");

extern "C" [[noreturn]] void wat_trap(uint32_t code);
extern "C" [[noreturn, gnu::used]] void wat_exhausted() { wat_trap(uint32_t(TrapCode::Exhausted)); }

} // namespace wat
