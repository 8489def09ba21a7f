// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Three levels, root > middle > inner: a wake while the middle one is running, parked or finished.
#include "play.h"

namespace play {
namespace {

weft_domain *middle_domain, *inner_domain;
weft_token promise;
weft_status sleeper_status;
uint64_t sleeper_value;
bool sleeper_ran;

void sleeper(void *) {
  sleeper_status = weft_await(promise, &sleeper_value);
  sleeper_ran = true;
}

void start() {
  promise = weft_token_new(rt);
  sleeper_ran = false;
  middle_domain = make_domain(nullptr, "middle");
  inner_domain = make_domain(middle_domain, "inner");
  spawn(inner_domain, "sleeper", sleeper);
}

void wake_while_running(void *) {
  for (int i = 0; i < 3; ++i)
    weft_yield();
  // We run, so the middle scheduler is in the middle of its slice.
  expect(weft_complete(promise, WEFT_OK, 1) == WEFT_OK, "the token takes it");
  expect(!sleeper_ran, "completing runs nobody");
  weft_yield();
  weft_yield();
}

void start_busy() {
  start();
  spawn(middle_domain, "busy", wake_while_running);
}

void wake_parked() {
  expect(weft_complete(promise, WEFT_OK, 2) == WEFT_OK, "the token takes it");
  expect(!sleeper_ran, "completing runs nobody");
  say("host", "completed: inner is ready in middle, middle in root, and root asks for a turn");
}

void close_middle() {
  spawn(nullptr, "closer", [](void *) { expect(weft_domain_close(middle_domain) == WEFT_OK, "closing cancels and waits"); });
}

void wake_finished() {
  weft_status status = weft_complete(promise, WEFT_OK, 3);
  expect(status == WEFT_E_STALE, "nobody is left to wake");
  say("host", std::string("completes: ") + weft_status_text(status) + "; the value stays with the host");
}

std::function<void()> ran_with(uint64_t value) {
  return [value] {
    expect(sleeper_ran && sleeper_value == value, "the sleeper was picked: root, middle, inner, sleeper");
    say("sleeper", "ran after a pick of each of its ancestors, value " + std::to_string(sleeper_value));
  };
}

} // namespace

Play levels() {
  return {"three levels: root > middle > inner",
          {{"the middle scheduler is running when the wake comes:", start_busy, {}, ran_with(1)},
           {"the middle scheduler is parked (nothing in it is ready):", start, {{10, wake_parked}}, ran_with(2)},
           {"the middle scheduler is finished:", start, {{10, close_middle}, {10, wake_finished}}, [] {
              expect(sleeper_ran && sleeper_status == WEFT_E_CANCELLED, "the sleeper ended by cancellation");
              say("sleeper", std::string("ended: ") + weft_status_text(sleeper_status));
            }}}};
}

} // namespace play
