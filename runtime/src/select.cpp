/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Select: one wait that stands in several channels and is chosen once.
//
// First pass: count the cases that can go on, and do an evenly drawn one. None: stand in every
// channel and park. The chooser does the copying; what is left after the wake is to leave the other
// channels. Rejected: Go's order, a shuffle of all cases before looking (as even, but a random
// number per case).
#include "channel.h"

#include <memory>
#include <new>

using namespace weft;

namespace {

bool case_ready(const weft_select_case &c) {
  if (!c.chan)
    return false;
  return c.op == WEFT_SELECT_SEND ? can_send(c.chan) : can_recv(c.chan);
}

weft_status do_case(weft_select_case *cases, uint32_t index) {
  weft_select_case &c = cases[index];
  return c.status = c.op == WEFT_SELECT_SEND ? try_send(c.chan, c.elem) : try_recv(c.chan, c.elem);
}

uint64_t stripes_of(const weft_select_case *cases, uint32_t count) {
  if (!any_parallel.load(std::memory_order_relaxed))
    return 0;
  uint64_t stripes = 0;
  for (uint32_t i = 0; i < count; ++i)
    if (cases[i].chan)
      stripes |= stripe_of(cases[i].chan);
  return stripes ? stripes : stripe_of(nullptr); // who waits for nothing is halted like others
}

// The index of a ready case, drawn evenly; -1 when there is none.
int32_t draw_ready_case(const weft_select_case *cases, uint32_t count) {
  uint32_t ready = 0;
  uint32_t last = 0;
  for (uint32_t i = 0; i < count; ++i)
    if (case_ready(cases[i])) {
      ++ready;
      last = i;
    }
  if (ready == 0)
    return -1;
  if (ready == 1)
    return static_cast<int32_t>(last);
  uint32_t skip = task_choose("select", ready);
  for (uint32_t i = 0; i < count; ++i)
    if (case_ready(cases[i])) {
      last = i;
      if (skip-- == 0)
        break;
    }
  return static_cast<int32_t>(last); // with several workers there may be fewer by now, or this one not any more
}

// The places that are built so far, in memory of the caller's. They leave their channels however
// the wait ends.
struct Places {
  Waiter *first;
  uint32_t count = 0;
  explicit Places(Waiter *memory) : first(memory) {}
  ~Places() {
    for (uint32_t i = 0; i < count; ++i)
      first[i].~Waiter();
  }
  Places(const Places &) = delete;
};

// Stands in all channels until one chooses it. `memory` is raw memory for `count` of them.
int32_t wait_in_all(ObjectHold *hold, Waiter *memory, weft_select_case *cases, uint32_t count, uint64_t deadline_ns,
                    Task *self) {
  Wait wait{self, nullptr, hold->striped()};
  Places places(memory);
  for (uint32_t i = 0; i < count; ++i) {
    Waiter *w = new (memory + i) Waiter(&wait);
    places.count = i + 1;
    weft_select_case &c = cases[i];
    if (!c.chan)
      continue;
    w->elem = c.elem;
    push_waiter(c.op == WEFT_SELECT_SEND ? c.chan->senders : c.chan->receivers, w);
  }
  const Selecting selecting{cases, count};
  weft_status status = park_until_chosen(hold, wait, WaitKind::Select, &selecting, deadline_ns);
  hold->again(); // to leave the other channels
  if (status != WEFT_OK)
    return status;
  auto index = static_cast<uint32_t>(wait.chosen - memory);
  cases[index].status = wait.chosen->status;
  return static_cast<int32_t>(index);
}

} // namespace

int32_t weft_select(weft_select_case *cases, uint32_t count, uint32_t flags, uint64_t deadline_ns) {
  if (count > INT32_MAX)
    return WEFT_E_INVAL;
  ObjectHold hold(stripes_of(cases, count), deadline_ns != WEFT_NEVER, !(flags & WEFT_SELECT_DEFAULT));
  for (;;) {
    int32_t ready = draw_ready_case(cases, count);
    if (ready < 0)
      break;
    // With several workers whom it would have met may have been chosen elsewhere meanwhile.
    if (do_case(cases, static_cast<uint32_t>(ready)) != WEFT_E_AGAIN)
      return ready;
  }
  if (flags & WEFT_SELECT_DEFAULT)
    return WEFT_E_AGAIN;
  Task *self = running_task();
  if (!self)
    return WEFT_E_NOTASK;

  // Selects of a size that people write wait in their own frame; larger ones, which programs
  // build, may not fit a task's stack and are the one wait that allocates.
  constexpr uint32_t in_frame = 16;
  if (count <= in_frame) {
    alignas(Waiter) unsigned char raw[in_frame * sizeof(Waiter)];
    return wait_in_all(&hold, reinterpret_cast<Waiter *>(raw), cases, count, deadline_ns, self);
  }
  auto raw = std::unique_ptr<unsigned char[]>(
      new (std::nothrow) unsigned char[size_t{count} * sizeof(Waiter)]);
  if (!raw)
    return WEFT_E_NOMEM;
  return wait_in_all(&hold, reinterpret_cast<Waiter *>(raw.get()), cases, count, deadline_ns, self);
}
