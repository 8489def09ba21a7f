// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What late-library.cpp opens: a library with the runtime in it.
#include "exceptions.h"
#include "weft/lowered.h"

#include <stdexcept>
#include <string>

namespace {

const weft_tag tick = {"tick", "->"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};
std::string trail;

void add_current() {
  try {
    throw;
  } catch (const std::exception &e) {
    trail += e.what();
  }
}

} // namespace

extern "C" [[gnu::visibility("default")]] bool follows() { return weft::exceptions_follow_continuations(); }

// Called in a catch clause. The exceptions that were current, in turns.
extern "C" [[gnu::visibility("default")]] const char *take_turns() {
  trail.clear();
  weft_cont k = weft_rt_cont_new_mem(
      [](void *, weft_payload *) {
        try {
          throw std::runtime_error("library ");
        } catch (...) {
          weft_rt_suspend(&tick, nullptr, nullptr);
          add_current();
        }
      },
      nullptr, 0);
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
  add_current();
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
  add_current();
  return trail.c_str();
}
