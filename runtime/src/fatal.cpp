// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The end of a process (fatal.h). The first caller wins; a second one, from a thread or a fault within,
// aborts at once.
#include "fatal.h"

#include "backtrace.h"
#include "cont.h"
#include "os/os.h"

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace weft {
namespace {

std::atomic<void (*)(void *, const char *)> fatal_hook{nullptr};
void *fatal_hook_arg;
std::atomic<void (*)(const char *)> before_abort{nullptr};
std::atomic<DescribeFn> describe_hook{nullptr};
std::atomic<bool> dying{false};

void print(const char *text) {
  if (auto *hook = fatal_hook.load())
    hook(fatal_hook_arg, text);
  else
    os::write_error(text, strlen(text));
}

void print_line(void *, const char *text) {
  char line[600];
  snprintf(line, sizeof line, "%s\n", text);
  print(line);
}

[[noreturn, gnu::noinline]] void die(void *context, const char *format, va_list args) {
  if (dying.exchange(true))
    abort();
  char text[512];
  vsnprintf(text, sizeof text - 1, format, args);
  strcat(text, "\n");
  print(text);
  // Walking may need the loader or malloc, which may be what failed.
  alarm(10);
  backtrace(context, 2, 48, print_line, nullptr); // neither die nor fatal
  if (auto *fn = before_abort.load())
    fn(text);
  abort();
}

} // namespace

void fatal(const char *format, ...) {
  va_list args;
  va_start(args, format);
  die(nullptr, format, args);
}

void fatal_at(void *context, const char *format, ...) {
  va_list args;
  va_start(args, format);
  die(context, format, args);
}

void set_fatal_hook(void (*hook)(void *, const char *), void *arg) {
  fatal_hook_arg = arg;
  fatal_hook.store(hook);
}

void set_before_abort(void (*fn)(const char *text)) { before_abort.store(fn); }
void set_describe(DescribeFn fn) { describe_hook.store(fn); }

void describe(weft_cb *cb, char *out, size_t size) {
  if (auto *fn = describe_hook.load())
    if (fn(cb, out, size))
      return;
  if (cb == &weft_root_cb)
    snprintf(out, size, "thread");
  else
    snprintf(out, size, "continuation #%zu", static_cast<size_t>(cb - weft_slots));
}

} // namespace weft
