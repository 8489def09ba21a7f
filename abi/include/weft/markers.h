/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The markers as C and C++ spell them, for sources compiled with -fpass-plugin=weft-pass-22.so.
 *
 * A function here is only a name for the pass: weft-markers rewrites it to the canonical marker of
 * intrinsics.def before the optimizer starts, so the buffers become registers. Compiled without the
 * pass, each call is an error that says how to run it. Code that cannot be compiled with the pass
 * calls weft_rt_* of lowered.h instead.
 */
#ifndef WEFT_MARKERS_H
#define WEFT_MARKERS_H

#include "weft/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The error is raised for calls that are left when code is made, so not where the pass ran; and it
 * makes clang note the place of each call, from which the pass's own errors have line and column. */
#if defined(__GNUC__)
#define WEFT_MARKER_IS(name)                                                                       \
  __asm__("weft." name) __attribute__((                                                            \
      error("Weft's pass did not run: compile with clang -fpass-plugin=weft-pass-22.so")))
#define WEFT_MARKER_NOTHROW __attribute__((nothrow))
#else
#define WEFT_MARKER_IS(name) __asm__("weft." name)
#define WEFT_MARKER_NOTHROW
#endif

/* Defines a tag. Each definition is another tag, whatever its contents: its address is its name. */
#define WEFT_TAG(id, sig) const weft_tag id = {#id, sig}

/* Defines a handler table with one, two or three entries; resume answers 1, 2 or 3. */
#define WEFT_ON1(id, tag1) static const weft_handlers id = {1, 0, {{&(tag1), WEFT_ON_SUSPEND, 0}}}
#define WEFT_HANDLERS(id, n, ...)                                                                  \
  static const struct {                                                                            \
    uint32_t count, flags;                                                                         \
    weft_handler entry[n];                                                                         \
  } id = {n, 0, {__VA_ARGS__}}

/* A fresh continuation that will run body(env, io): io holds the first resume's payload, and what
 * body leaves there is the result. 0 when out of memory, or when there is no such stack. */
typedef void (*weft_marker_body)(void *env, weft_payload *io);
weft_cont weft_cont_new(weft_marker_body body, void *env, uint32_t stack)
    WEFT_MARKER_IS("cont.new.mem");

/* Runs k until it returns (0) or suspends by the i-th entry of `on` (i, counted from 1; then *next
 * is the handle to resume). in, out and next may be NULL; in and out may be the same. What
 * the other side reads after a NULL `in` is unspecified. */
uint32_t weft_resume(weft_cont k, const void *on, const weft_payload *in, weft_payload *out,
                     weft_cont *next) WEFT_MARKER_IS("resume.mem");

/* Like weft_resume, but the exception that weft/exceptions.h tells of is raised at k's suspension point; a fresh
 * one never begins. What k does not catch comes out of the call. */
uint32_t weft_resume_throw(weft_cont k, const void *on, void *exception, weft_payload *out,
                           weft_cont *next) WEFT_MARKER_IS("resume.throw.mem");

/* Suspends to the nearest handler of the tag; returns when resumed, with *out filled. */
void weft_suspend(const weft_tag *tag, const weft_payload *in, weft_payload *out)
    WEFT_MARKER_IS("suspend.mem");

/* Symmetric transfer to k under the handler of the tag. k receives the first `ints` integers and all
 * floats of in, and after the integers the handle of the continuation that was left. `ints` is what
 * the tag's signature says. */
void weft_switch(weft_cont k, const weft_tag *tag, const weft_payload *in, uint32_t ints,
                 weft_payload *out) WEFT_MARKER_IS("switch.mem");

/* Binds values to k: what the next resume or switch sends arrives behind them, integers behind integers
 * and floats behind floats. k is consumed, and its new handle returned. As often as one likes, while six
 * of each are enough. */
weft_cont weft_cont_bind(weft_cont k, const weft_payload *values, uint32_t ints, uint32_t floats)
    WEFT_MARKER_IS("cont.bind.mem");

/* Unwinds k, each clean-up once; a fresh one is just freed. */
void weft_cont_drop(weft_cont k) WEFT_MARKER_IS("cont.drop");

/* WEFT_BARRIER(f)(arguments) calls f, and no suspension or switch crosses the call: one that would is a
 * defined error, which names its tag and this place (CONT-10). For functions that cannot bear to be left
 * in the middle or entered twice, such as qsort. What is resumed inside may suspend to inside. */
typedef void (*weft_marker_function)(void);
weft_marker_function weft_barrier(weft_marker_function callee, const char *file, uint32_t line)
    WEFT_MARKER_IS("barrier.mem") WEFT_MARKER_NOTHROW;
#define WEFT_BARRIER(f)                                                                            \
  ((__typeof__(&*(f)))weft_barrier((weft_marker_function)(f), __FILE__, __LINE__))

#ifdef __cplusplus
}
#endif
#endif
