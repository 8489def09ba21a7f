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

// The same for who speaks through memory; all pointers are valid, `out` may be `in`. `on` lists something or is
// weft_no_handlers. A switch sends `ints` integers, and behind them the handle of the one that is left.
uint32_t resume_memory(weft_cb *cb, const weft_handlers *on, const weft_payload *in,
                       weft_payload *out, weft_cont *next);
void suspend_memory(const weft_tag *tag, weft_payload *out, const weft_payload *in);
void switch_memory(weft_cb *cb, const weft_tag *tag, const weft_payload *in, uint32_t ints,
                   weft_payload *out);

// How the body of the out-of-line form ends: with results.
[[noreturn]] void end_body_with(const weft_payload *results);

// Makes a free block a fresh continuation: its first resume calls fn(env, ints.., floats..), a function of
// weft_rt_cont_new, on its stack. What is above the start of a root does not belong to it: backtraces
// end there, and an exception is uncaught.
enum class Start { Continuation, Root };
void prepare_start(weft_cb *cb, Start how, void *fn, void *env);

// Runs fn(arg) on the native stack, which the running chain's outermost left, and tells in *low how far down the
// stack of who waits is in use. An exception that fn lets out comes out here.
void call_native(void (*fn)(void *), void *arg, weft_cb *outermost, const void **low);

// Unwinding into and out of continuations (drop.cpp, raise.cpp). The next resume of a fresh or a suspended
// chain calls raise(arg) in its innermost, which never returns.
void start_raising(weft_cb *fresh, void (*raise)(void *), void *arg);
uint32_t resume_raising(weft_cb *cb, const weft_handlers *on, void (*raise)(void *), void *arg,
                        weft_payload *out, weft_cont *next);

} // namespace weft::arch

#if defined(WEFT_PORT_PORTABLE)
#include "boost/switch_calls.h"
#elif defined(__x86_64__) && defined(__linux__)
#include "x86_64/switch_inline.h"
#else
#error "Weft has no inline switch for this target: configure with -DWEFT_PORT=portable"
#endif
