// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What a policy may not do while it is called (SCHED-04), seen from outside: allocations, by standing in for malloc (or
// by the sanitizers' hooks), and sleeps, which the kernel counts as voluntary switches of the thread.
//
// A program that links this has these malloc, calloc, realloc and aligned ones; they count where Guard is, and hand on to libc.
#pragma once

#include <cstddef>
#include <cstdint>

namespace conformance {

// Around one call, on its thread.
class Guard {
public:
  Guard();
  ~Guard() { stop(); }
  Guard(const Guard &) = delete;
  void stop(); // what comes now is the caller's
  size_t allocations() const { return allocations_; }
  size_t asked_for() const { return asked_for_; } // bytes of the first one
  long sleeps() const { return sleeps_; }

private:
  long before_;
  bool stopped_ = false;
  size_t allocations_ = 0, asked_for_ = 0;
  long sleeps_ = 0;
};

// Whether allocations are seen in this build.
bool guard_sees_allocations();

} // namespace conformance
