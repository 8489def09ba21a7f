/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// WEFT_RETURNS_BY_JUMP, for a function that always suspends before it returns to its caller.
//
// The processor predicts a `ret` from a stack of its own, which holds the calls of whoever ran
// before the switch: the first return after a switch goes to another task's call site, and costs a
// misprediction (about 8 ns: a third of an unbuffered hand-off). An indirect jump is predicted from
// history instead, which tasks that take turns repeat. On a path that may not suspend it would be
// the wrong way round, so the waiting half of a call stands in a function of its own and is
// tail-called.
#ifndef WEFT_RUNTIME_RETURN_BY_JUMP_H
#define WEFT_RUNTIME_RETURN_BY_JUMP_H

#if defined(__x86_64__) && defined(__linux__)
// The compiler then jumps to __x86_return_thunk (return_by_jump.cpp) where it would say `ret`.
#define WEFT_RETURNS_BY_JUMP __attribute__((noinline, function_return("thunk-extern")))
#else
#define WEFT_RETURNS_BY_JUMP __attribute__((noinline))
#endif

#endif
