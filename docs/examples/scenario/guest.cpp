// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The guest scheduler (guest.h): its children's weft.await and weft.yield end here, not in the runtime.
#include "guest.h"

#include <cstdio>
#include <cstdlib>

namespace guest {
namespace {

enum : uint32_t { kReturned = 0, kYields = 1, kAwaits = 2 };
WEFT_HANDLERS(on_effects, 2, {&weft_yield_tag, WEFT_ON_SUSPEND, 0},
              {&weft_await_tag, WEFT_ON_SUSPEND, 0});

} // namespace

void Scheduler::add(const char *name, weft_marker_body body, void *env) {
  weft_cont k = weft_cont_new(body, env, WEFT_STACK_DEFAULT);
  if (!k) {
    fprintf(stderr, "scenario: no memory for child %s\n", name);
    exit(1);
  }
  children_.push_back({name, k});
  ready_.push_back(children_.size() - 1);
}

void Scheduler::collect(bool wait) {
  weft_cq_event event;
  weft_status got = wait ? weft_cq_wait(cq_, WEFT_NEVER, &event) : weft_cq_poll(cq_, &event);
  for (; got == WEFT_OK; got = weft_cq_poll(cq_, &event)) {
    Child &c = children_[event.key];
    c.state = State::Ready;
    c.status = static_cast<uint32_t>(event.status);
    c.value = event.value;
    c.waits_for = 0;
    ready_.push_back(event.key);
  }
}

bool Scheduler::run_one() {
  collect(false);
  if (ready_.empty())
    return false;
  size_t i = ready_.front();
  ready_.pop_front();
  Child &c = children_[i];
  c.state = State::Running;
  running_ = &c;
  ++picks_;
  weft_payload io = {{c.status, c.value}, {}};
  uint32_t which = weft_resume(c.k, &on_effects, &io, &io, &c.k);
  running_ = nullptr;
  switch (which) {
  case kReturned:
    c.state = State::Done;
    break;
  case kYields:
    c.state = State::Ready;
    ready_.push_back(i);
    break;
  case kAwaits:
    c.state = State::Waiting;
    c.waits_for = io.i[0];
    if (weft_cq_add(cq_, c.waits_for, i) != WEFT_OK)
      abort();
    break;
  }
  return true;
}

bool Scheduler::all_done() const {
  for (const Child &c : children_)
    if (c.state != State::Done)
      return false;
  return true;
}

std::string Scheduler::state() const {
  std::string ready, waiting;
  for (size_t i : ready_)
    ready += " " + children_[i].name;
  for (const Child &c : children_)
    if (c.state == State::Waiting)
      waiting += " " + c.name;
  return "running: " + (running_ ? running_->name : "nobody") +
         "; ready:" + (ready.empty() ? " nobody" : ready) +
         "; waiting:" + (waiting.empty() ? " nobody" : waiting) +
         "; picks: " + std::to_string(picks_);
}

} // namespace guest
