// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The handler of guard faults (overflow.h). It runs on the thread's alternate stack, for the stack that
// faulted has no room. The text goes out before the backtrace is tried: the fault may have struck inside
// malloc or the loader, where a second entry could wait for ever, so an alarm ends the process then.
#include "overflow.h"

#include "cont.h"
#include "dump_signal.h"
#include "fatal.h"
#include "os/os.h"
#include "stack.h"
#include "weft/stack.h"

#include <atomic>
#include <cstdio>

namespace weft {
namespace {

std::atomic<void (*)(const char *)> overflow_hook{nullptr};

bool on_fault(void *address, void *context) {
  if (fault_returns_to)
    siglongjmp(*fault_returns_to, 1);
  char *low = nullptr;
  uint32_t stack_class = guard_hit(address, &low);
  if (!stack_class)
    return false;
  // Whose stack it is: one of the running chain's, if the fault is an overflow at all.
  weft_cb *owner = weft_tls.current;
  while (owner != &weft_root_cb && cold(owner)->stack_low != low)
    owner = owner->parent;
  if (owner == &weft_root_cb)
    return false; // somebody wrote into a guard from elsewhere: an ordinary fault
  char who[96];
  describe(owner, who, sizeof who);
  char text[192];
  snprintf(text, sizeof text, "weft: stack overflow in %s: %zu KiB", who,
           stack_size(stack_class) / 1024);
  if (auto *hook = overflow_hook.load())
    hook(text);
  fatal_at(context, "%s (STACK-01)", text);
}

} // namespace

void install_overflow_handler() {
  os::ensure_signal_stack();
  static const bool once = [] {
    os::install_fault_handler(on_fault);
    return true;
  }();
  (void)once;
}

void set_overflow_hook(void (*hook)(const char *)) { overflow_hook.store(hook); }

} // namespace weft

extern "C" void weft_thread_init(void) { weft::install_overflow_handler(); }
