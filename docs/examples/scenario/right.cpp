// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The scenario that started the project: a task's promise resolves while the task's scheduler, itself a
// task of an outer scheduler, waits for something else. The wrong way and Weft's, with the same guest scheduler (guest.h).
#include "guest.h"
#include "play.h"
#include "weft/markers.h"

#include <cstdio>
#include <memory>
#include <unistd.h>

namespace play {
namespace {

std::unique_ptr<guest::Scheduler> inner;
weft_token promise, something_else;
int a_ran_after_wait;
bool a_ran_inside_scheduler;

void child_a(void *, weft_payload *) {
  say("A", "awaits its promise");
  uint64_t value = 0;
  weft_await(promise, &value);
  ++a_ran_after_wait;
  a_ran_inside_scheduler = inner->running() && inner->running()->name == "A";
  say("A", "goes on with " + std::to_string(value));
  say("A", std::string("its scheduler believes: ") + inner->state());
}

void inner_task(void *) {
  inner->run_one();
  say("inner", inner->state());
  say("inner", "waits for something else, in the outer scheduler");
  weft_await(something_else, nullptr);
  say("inner", "was picked by the outer scheduler; something else has come");
  while (!inner->all_done())
    if (!inner->run_one())
      inner->collect(true);
  say("inner", inner->state());
}

void begin() {
  promise = weft_token_new(rt);
  something_else = weft_token_new(rt);
  inner = std::make_unique<guest::Scheduler>(rt);
  inner->add("A", child_a, nullptr);
  spawn(nullptr, "inner", inner_task);
}

// --- The wrong way ------------------------------------------------------------------------------------

WEFT_HANDLERS(hosts_own, 2, {&weft_yield_tag, WEFT_ON_SUSPEND, 0},
              {&weft_await_tag, WEFT_ON_SUSPEND, 0});

// What a host does that holds continuations: it wakes A itself.
void host_resumes_directly() {
  printf("the host's promise resolves, and the host resumes A directly:\n");
  weft_payload io = {{0, 42}, {}};
  weft_cont rest = 0;
  weft_resume(inner->child(0).k, &hosts_own, &io, &io, &rest);
  say("wrong:", "A ran, and its scheduler was not asked: " + inner->state());
  expect(a_ran_after_wait == 1 && !a_ran_inside_scheduler, "A ran outside of its scheduler");
  expect(inner->child(0).state == guest::State::Waiting, "the scheduler still lists A as waiting");
  say("wrong:", "it still lists A as waiting, though A is done; its handle of A is used up");
}

void then_the_scheduler_resumes() {
  printf("later A's promise is delivered the proper way as well, and the scheduler resumes A:\n");
  fflush(stdout);
  weft_complete(promise, WEFT_OK, 42);
  weft_complete(something_else, WEFT_OK, 0);
}

[[noreturn]] void it_went_well() {
  fflush(stdout);
  _exit(failures ? 1 : 0); // whoever watches expects an abort
}

// --- Weft's way -----------------------------------------------------------------------------------------

void host_completes() {
  printf("the host's promise resolves, and the host completes the token:\n");
  weft_status status = weft_complete(promise, WEFT_OK, 42);
  expect(status == WEFT_OK, "the token takes it");
  expect(a_ran_after_wait == 0, "nothing ran by it");
  say("host", "holds a token, not A: nothing has run; " + inner->state());
}

void something_else_comes() {
  printf("something else comes:\n");
  expect(a_ran_after_wait == 0, "A waits for its scheduler");
  weft_complete(something_else, WEFT_OK, 0);
}

void judge() {
  expect(a_ran_after_wait == 1 && a_ran_inside_scheduler, "A ran once, inside of its scheduler");
  expect(inner->all_done() && inner->picks() == 2, "the scheduler knows of every run");
  if (!failures)
    say("right:", "every run of A was a pick of its scheduler, and every run of that one a pick of "
                  "the outer");
  inner.reset();
}

} // namespace

Play wrong() { // its title is said by who watches it (watched.cpp)
  return {"", {{"", begin, {{10, host_resumes_directly}, {10, then_the_scheduler_resumes}}, it_went_well}}};
}

Play right() {
  return {"Weft's way: the host holds a token",
          {{"", begin, {{10, host_completes}, {10, something_else_comes}}, judge}}};
}

} // namespace play
