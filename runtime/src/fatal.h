// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// How the runtime ends a process: one text to the host's fatal hook, then abort. Library code prints and
// exits in no other way.
#pragma once

#include "weft/lowered.h"

namespace weft {

// printf-like; adds a backtrace of the calling stack when `context` (a ucontext_t, may be null) or the
// caller can be walked. Any thread; usable in a signal handler as far as walking is.
[[noreturn]] void fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));
[[noreturn]] void fatal_at(void *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Who prints. Null: standard error. Called once per process, with the whole text.
void set_fatal_hook(void (*hook)(void *arg, const char *text), void *arg);
// Called with the text after that and before abort: ends traces.
void set_before_abort(void (*fn)(const char *text));

// Who a stack belongs to, for messages: writes "task 'NAME' #ID" for the continuation chain of cb.
// False: it is no task's. Set by the task level.
using DescribeFn = bool (*)(weft_cb *cb, char *out, size_t size);
void set_describe(DescribeFn describe);
// "task 'NAME' #ID" or "continuation #SLOT", or "thread".
void describe(weft_cb *cb, char *out, size_t size);

} // namespace weft
