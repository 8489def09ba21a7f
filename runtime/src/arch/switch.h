// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What the runtime's C++ needs from a port of the switch: resume, suspend, handing over and the end
// of a body, inlined where they are written.
//
// Callers: only runtime/src, on any thread. The port's functions are always_inline, so that the switch
// stands in its caller's frame; callers keep no thread-local's address and no worker over them.
// Every register is clobbered, so nothing else needs saving. A port that has no header here fails
// to compile with a message.
//
// Under ASan and TSan each of them tells the tool about the change of stacks (sanitizer.h).
#pragma once

#include "weft/lowered.h"

namespace weft::arch {

struct Outcome {
  uint32_t which; // 0: returned
  weft_cont next; // the handle to resume; 0 when it returned
  uint64_t i0, i1;
};

struct Answer {
  uint64_t i0, i1;
};

// Runs cb, the outermost block of a suspended chain, whose handle the caller has checked and moved
// on.
Outcome resume(weft_cb *cb, const weft_handlers *on, uint64_t i0, uint64_t i1);

// Suspends the running continuation to the nearest handler of tag; traps when there is none.
Answer suspend(const weft_tag *tag, uint64_t i0, uint64_t i1);

// How the body of a root ends: without results. What is in its frame is abandoned.
[[noreturn]] void end_body();

// From the running continuation `me` to another suspended one under the same resumer, which knows
// of it and checks nothing.
Answer hand_over(weft_cb *me, weft_cb *next, uint64_t i0, uint64_t i1);

// Checks k and moves its generation on. Null when it is consumed, stale or null.
inline weft_cb *consume(weft_cont k) {
  auto *cb = reinterpret_cast<weft_cb *>(reinterpret_cast<char *>(weft_slots) +
                                         ((k & WEFT_SLOT_MASK) << WEFT_CB_SHIFT));
  if (__builtin_expect(cb->handle != k, 0))
    return nullptr;
  if (__builtin_expect(__builtin_add_overflow(cb->handle, WEFT_GENERATION_ONE, &cb->handle), 0))
    return weft_rt_cont_renew(cb);
  return cb;
}

} // namespace weft::arch

#if defined(__x86_64__) && defined(__linux__)
#include "x86_64/switch_inline.h"
#else
#error "Weft has no switch for this target yet: x86-64 Linux only"
#endif
