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
#include "weft/arch/x86_64.h"

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

} // namespace weft::arch
