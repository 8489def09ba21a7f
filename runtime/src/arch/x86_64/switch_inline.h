// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// arch/switch.h for x86-64: abi/include/weft/arch/x86_64.h's text as GNU inline asm.
//
// The file that includes this is compiled with -mno-red-zone (the text pushes) and with frame
// pointers (its CFI counts on rbp).
//
// Nothing may be called between the variables that name a register and the asm: GCC keeps them there from their
// definition on, and a call, as which without optimization even an empty inline function counts, writes over them.
#pragma once

#include "../sanitizer.h"
#include "cont.h"
#include "weft/arch/x86_64.h"

extern "C" {
// entry.cpp
void weft_rt_entry();
void weft_rt_entry_root();
uint32_t weft_rt_resume_text(weft_cb *, const weft_handlers *, const weft_payload *, weft_payload *,
                             weft_cont *);
void weft_rt_suspend_text(const weft_tag *, weft_payload *, const weft_payload *);
void weft_rt_call_on(void (*fn)(void *), void *arg, void *sp);
}

namespace weft::arch {

#define WEFT_CLOBBERS WEFT_X86_64_SCRATCH, WEFT_CLOBBERS_REST
#define WEFT_CLOBBERS_REST                                                                         \
  "cc", "memory", "rcx", "r8", "r9", "rax", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",        \
      "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",                 \
      "xmm15" WEFT_CLOBBERS_AVX512
#if defined(__AVX512F__)
#define WEFT_CLOBBERS_AVX512                                                                       \
  , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",      \
      "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",    \
      "k7"
#else
#define WEFT_CLOBBERS_AVX512
#endif

// Below everything that the calling function keeps in memory.
[[gnu::always_inline]] inline const void *stack_pointer() {
  const void *sp;
  asm volatile("movq %%rsp, %0" : "=r"(sp));
  return sp;
}

[[gnu::always_inline]] inline Outcome resume(weft_cb *cb, const weft_handlers *on, uint64_t i0,
                                             uint64_t i1) {
  san::Leave leave(san::into(cb));
  register uint64_t a asm("rsi") = i0;
  register uint64_t b asm("rdx") = i1;
  register uint64_t which asm("r10") = reinterpret_cast<uint64_t>(on);
  register uint64_t next asm("r11");
  asm volatile(WEFT_X86_64_RESUME("%%", "$", "0")
               : "+D"(cb), "+r"(a), "+r"(b), "+r"(which), "=r"(next)
               :
               : WEFT_CLOBBERS);
  Outcome outcome{static_cast<uint32_t>(which), next, a, b};
  leave.back();
  return outcome;
}

[[gnu::always_inline]] inline Answer suspend(const weft_tag *tag, uint64_t i0, uint64_t i1) {
  san::Leave leave(san::out_of(tag));
  register uint64_t a asm("rsi") = i0;
  register uint64_t b asm("rdx") = i1;
  register uint64_t t asm("r10") = reinterpret_cast<uint64_t>(tag);
  asm volatile(WEFT_X86_64_SUSPEND("%%", "$")
               : "+r"(a), "+r"(b), "+r"(t)
               :
               : "rdi", "r11", WEFT_CLOBBERS);
  Answer answer{a, b};
  leave.back();
  return answer;
}

[[noreturn, gnu::always_inline]] inline void end_body() {
  asm volatile(WEFT_X86_64_RETURN("%%", "$")::: "memory");
  __builtin_unreachable();
}

[[gnu::always_inline]] inline Answer hand_over(weft_cb *me, weft_cb *next, uint64_t i0,
                                               uint64_t i1) {
  san::Leave leave(san::into(next));
  register uint64_t a asm("rsi") = i0;
  register uint64_t b asm("rdx") = i1;
  register weft_cb *from asm("r13") = me;
  asm volatile(WEFT_X86_64_HAND_OVER("%%", "$")
               : "+D"(next), "+r"(a), "+r"(b), "+r"(from)
               :
               : "r10", "r11", "r12", "r14", "r15", WEFT_CLOBBERS_REST);
  Answer answer{a, b};
  leave.back();
  return answer;
}

inline uint32_t resume_memory(weft_cb *cb, const weft_handlers *on, const weft_payload *in,
                              weft_payload *out, weft_cont *next) {
  return weft_rt_resume_text(cb, on, in, out, next);
}

inline void suspend_memory(const weft_tag *tag, weft_payload *out, const weft_payload *in) {
  weft_rt_suspend_text(tag, out, in);
}

inline void prepare_start(weft_cb *cb, Start how, void *fn, void *env) {
  auto *frame = reinterpret_cast<void **>(cold(cb)->stack_top) - 3;
  frame[0] = fn;
  frame[1] = env; // [2] is the block, since the stack was made; nothing overwrites it
  cb->sp = frame;
  cb->ip = reinterpret_cast<void *>(how == Start::Root ? weft_rt_entry_root : weft_rt_entry);
}

inline void call_native(void (*fn)(void *), void *arg, weft_cb *outermost, const void **) {
  weft_rt_call_on(fn, arg, outermost->psp);
}

[[noreturn]] inline void end_body_with(const weft_payload *results) {
  asm volatile(
      "movq 0(%0), %%rsi\n\tmovq 8(%0), %%rdx\n\tmovq 16(%0), %%rcx\n\t"
      "movq 24(%0), %%r8\n\tmovq 32(%0), %%r9\n\tmovq 40(%0), %%rax\n\t"
      "movsd 48(%0), %%xmm0\n\tmovsd 56(%0), %%xmm1\n\tmovsd 64(%0), %%xmm2\n\t"
      "movsd 72(%0), %%xmm3\n\tmovsd 80(%0), %%xmm4\n\tmovsd 88(%0), %%xmm5\n\t" WEFT_X86_64_RETURN(
          "%%", "$")
      :
      : "D"(results)
      : "memory");
  __builtin_unreachable();
}

} // namespace weft::arch
