// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Effects and awaits, composed by handlers that know nothing of each other: one keeps a state, one collects what is emitted, one is a
// scheduler (guest.h). The same function runs in them in both orders, in a task itself and in a child of the scheduler; what it awaits
// goes past the handlers that do not list it, and their state is right when it goes on.
#include "guest.h"
#include "play.h"
#include "weft/markers.h"

#include <memory>

namespace play {
namespace {

using Body = std::function<void()>;

void call_body(void *env, weft_payload *) { (*static_cast<Body *>(env))(); }

// --- A library of state ---------------------------------------------------------------------------------

WEFT_TAG(get_tag, "->i64");
WEFT_TAG(put_tag, "i64->");
WEFT_HANDLERS(on_state, 2, {&get_tag, WEFT_ON_SUSPEND, 0}, {&put_tag, WEFT_ON_SUSPEND, 0});

uint64_t get() {
  weft_payload io = {};
  weft_suspend(&get_tag, &io, &io);
  return io.i[0];
}

void put(uint64_t value) {
  weft_payload io = {{value}, {}};
  weft_suspend(&put_tag, &io, &io);
}

uint64_t with_state(uint64_t state, Body body) {
  weft_payload io = {};
  weft_cont k = weft_cont_new(call_body, &body, WEFT_STACK_DEFAULT);
  while (uint32_t which = weft_resume(k, &on_state, &io, &io, &k))
    if (which == 1)
      io.i[0] = state;
    else
      state = io.i[0];
  return state;
}

// --- A library of what is emitted ------------------------------------------------------------------------

WEFT_TAG(emit_tag, "i64->");
WEFT_ON1(on_emit, emit_tag);

void emit(uint64_t value) {
  weft_payload io = {{value}, {}};
  weft_suspend(&emit_tag, &io, &io);
}

std::vector<uint64_t> emitted_by(Body body) {
  std::vector<uint64_t> all;
  weft_payload io = {};
  weft_cont k = weft_cont_new(call_body, &body, WEFT_STACK_DEFAULT);
  while (weft_resume(k, &on_emit, &io, &io, &k))
    all.push_back(io.i[0]);
  return all;
}

// --- Who uses both, and waits ----------------------------------------------------------------------------

constexpr int kSteps = 3;

struct Part {
  weft_token promises[kSteps];
  std::vector<uint64_t> emitted;
  uint64_t state = 0;
  bool done = false;

  void body() {
    for (weft_token promise : promises) {
      uint64_t value = 0;
      weft_await(promise, &value);
      put(get() + value);
      weft_yield();
      emit(get());
    }
  }
  void state_inside() {
    emitted = emitted_by([this] { state = with_state(0, [this] { body(); }); });
    done = true;
  }
  void state_outside() {
    state = with_state(0, [this] { emitted = emitted_by([this] { body(); }); });
    done = true;
  }
  bool right() const { return done && state == 6 && emitted == std::vector<uint64_t>{1, 3, 6}; }
};

Part parts[4];
std::unique_ptr<guest::Scheduler> scheduler;

void schedule(void *) {
  while (!scheduler->all_done())
    if (!scheduler->run_one())
      scheduler->collect(true);
}

void begin() {
  for (Part &part : parts)
    for (weft_token &promise : part.promises)
      promise = weft_token_new(rt);
  spawn(nullptr, "state inside", [](void *) { parts[0].state_inside(); });
  spawn(nullptr, "state outside", [](void *) { parts[1].state_outside(); });
  scheduler = std::make_unique<guest::Scheduler>(rt);
  scheduler->add("state inside", [](void *, weft_payload *) { parts[2].state_inside(); }, nullptr);
  scheduler->add("state outside", [](void *, weft_payload *) { parts[3].state_outside(); }, nullptr);
  spawn(nullptr, "scheduler", schedule);
}

std::function<void()> step(int i) {
  return [i] {
    for (Part &part : parts)
      expect(weft_complete(part.promises[i], WEFT_OK, static_cast<uint64_t>(i) + 1) == WEFT_OK, "the token takes it");
  };
}

} // namespace

Play composed() {
  return {"effects and awaits, by handlers that know nothing of each other",
          {{"", begin, {{10, step(0)}, {10, step(1)}, {10, step(2)}}, [] {
              for (const Part &part : parts)
                expect(part.right(), "1, 3 and 6 were emitted, and 6 was left");
              say("all four", "in both orders, in a task and in a child of a scheduler: 1, 3, 6");
              scheduler.reset();
            }}}};
}

} // namespace play
