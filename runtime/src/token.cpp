// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Tokens from birth to completion (token.h draws the phases).
//
// A deadline is a timer on the token that completes it with WEFT_E_TIMEOUT. So a scheduler written
// in the language that takes its children's tokens need not know about deadlines, and a late
// completion is stale in the one ordinary way.
#include "token.h"

#include "arch/switch.h"
#include "cont.h"
#include "trace.h"
#include "worker.h"

#include <thread>

using namespace weft;

namespace weft {

constinit TokenTable the_token_table; // never destroyed either

TokenSlot *find_token(weft_token token) {
  TokenSlot *slot = token_table().at(slot_of(token));
  if (!slot)
    return nullptr;
  uint64_t s = slot->state.load(std::memory_order_acquire);
  if (generation_of(s) != generation_of(token) || (s & kTokenPhase) == kTokenFree ||
      (s & kTokenDropped))
    return nullptr;
  return slot;
}

namespace {

void to_free_list(TokenSlot *slot) {
  weft_runtime *rt = slot->rt.load(std::memory_order_relaxed);
  if (generation_of(slot->state.load(std::memory_order_relaxed)) >= kGenerationLimit)
    return; // used up
  slot->free_next = rt->free_tokens;
  rt->free_tokens = slot;
}

void disarm(TokenSlot *slot) {
  if (!slot->timer.armed())
    return;
  weft_runtime *rt = slot->rt.load(std::memory_order_relaxed);
  rt->timers.disarm(&slot->timer);
  rt->token_timers--;
}

void clear(TokenSlot *slot) {
  disarm(slot);
  slot->waiter = nullptr;
  slot->cq = nullptr;
}

constexpr uint64_t next_generation(uint64_t s) {
  return (generation_of(s) + 1) << WEFT_SLOT_BITS | kTokenFree;
}

// Open to the next generation: nobody will complete it any more. False: somebody did.
bool close_open(TokenSlot *slot) {
  uint64_t s = slot->state.load(std::memory_order_acquire);
  while ((s & kTokenPhase) == kTokenOpen)
    if (slot->state.compare_exchange_weak(s, next_generation(s), std::memory_order_acq_rel))
      return true;
  return false;
}

// Filled, and the loop knows it: whoever waits gets it.
void deliver(TokenSlot *slot, weft_why why) {
  disarm(slot);
  if (Task *task = slot->waiter) {
    task->answer0 = static_cast<uint32_t>(slot->status);
    task->answer1 = slot->value;
    task->token = 0;
    if (task->rt->trace)
      event::wake(task, "token");
    recycle_token(slot);
    unpark(task, WEFT_OK, why);
  } else if (slot->cq) {
    cq_completed(slot);
  } else if (slot->dropped) {
    recycle_token(slot);
  }
}

void count_stale(weft_runtime *rt) {
  if (rt)
    rt->stale.fetch_add(1, std::memory_order_relaxed);
}

// A foreign thread completes or gives up. `rt` was read before the CAS, which fails if it is
// another's by now.
weft_status complete_afar(TokenSlot *slot, weft_runtime *rt, weft_token token, weft_status status,
                          uint64_t value, bool dropped) {
  Pin pin(rt);
  uint64_t open = generation_of(token) << WEFT_SLOT_BITS | kTokenOpen;
  uint64_t filling = generation_of(token) << WEFT_SLOT_BITS | kTokenFilling | kTokenInbox;
  if (!slot->state.compare_exchange_strong(open, filling, std::memory_order_acq_rel)) {
    count_stale(rt);
    return WEFT_E_STALE;
  }
  slot->status = status;
  slot->value = value;
  slot->dropped = dropped;
  // Adds to the state: a drop by the loop's thread may have left its mark meanwhile.
  static_assert((kTokenFilling | kTokenFilled) == kTokenFilled);
  slot->state.fetch_or(kTokenFilled, std::memory_order_release);
  if (rt->inbox.push(&slot->inbox))
    tell_of_inbox(rt);
  return WEFT_OK;
}

weft_token begin_token(TokenSlot *slot, weft_runtime *rt) {
  slot->rt.store(rt, std::memory_order_relaxed);
  slot->dropped = false;
  slot->kept = false;
  uint64_t generation = generation_of(slot->state.load(std::memory_order_relaxed));
  slot->state.store(generation << WEFT_SLOT_BITS | kTokenOpen, std::memory_order_release);
  return make_handle(slot->slot, generation);
}

void answer(Task *task, weft_status status, uint64_t value) {
  task->answer0 = static_cast<uint32_t>(status);
  task->answer1 = value;
}

// The turn that was asked for begins with handing on whom the loop's thread woke, all in one list. But what a domain that had
// nothing makes of it is told to its parent at once, and a trace shows each when it was made ready.
bool flushed_by_turn(const weft_runtime *rt) {
  const weft_worker &w = rt->home;
  if (!rt->turn_wanted || rt->workers > 1 || rt->trace)
    return false;
  return !w.woken_head || (w.woken_tail->domain->ready != 0 && w.woken_tail->domain->held == 0);
}

// No handler of the language stands between, which could take the token, and no cancel is to be looked at: then the wait is a park as
// any other, and the dispatch loop has nothing left to do that after_await does. Not beside other workers, one of which might complete the
// token before this task is saved.
bool parks_at_once(const Task *self, const weft_runtime *rt) {
  return self && self->rt == rt && __atomic_load_n(&self->cancels, __ATOMIC_RELAXED) == 0 && !any_parallel.load(std::memory_order_relaxed) && only_dispatch_above();
}

// Neither a task nor a queue has it, and nothing is in it.
bool is_untouched(const TokenSlot *slot) { return !slot->waiter && !slot->cq && !token_filled(slot); }

[[gnu::always_inline]] inline arch::Answer park_for_token(Task *self, TokenSlot *slot, weft_token token) {
  slot->waiter = self;
  self->token = token;
  self->rt->awaiting++;
  worker_here(self->rt)->attention |= kParking;
  return arch::suspend(&weft_yield_tag, static_cast<uint64_t>(WaitKind::Token), WEFT_NEVER);
}

} // namespace

void recycle_token(TokenSlot *slot) {
  clear(slot);
  uint64_t s = slot->state.load(std::memory_order_acquire);
  while (!slot->state.compare_exchange_weak(s, next_generation(s) | (s & kTokenInbox),
                                            std::memory_order_acq_rel))
    ;
  if (!(s & kTokenInbox))
    to_free_list(slot);
}

namespace {

[[gnu::always_inline]] inline bool complete_open(TokenSlot *slot, weft_status status, uint64_t value, weft_why why) {
  Task *task = slot->waiter;
  uint64_t s = slot->state.load(std::memory_order_relaxed);
  do
    if ((s & kTokenPhase) != kTokenOpen)
      return false;
  while (!slot->state.compare_exchange_weak(s, task ? next_generation(s) : (s & ~kTokenPhase) | kTokenFilled,
                                            std::memory_order_acq_rel));
  if (task) { // it has its answer at once, and the token has ended
    weft_runtime *rt = task->rt;
    rt->stats.tokens_completed++;
    clear(slot);
    to_free_list(slot);
    answer(task, status, value);
    task->token = 0;
    if (__builtin_expect(rt->trace != nullptr, 0))
      event::wake(task, "token");
    if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0)) {
      unpark(task, WEFT_OK, why);
      return true;
    }
    rt->awaiting--; // as unpark; the deadline was the token's
    task->wait = WaitKind::None;
    task->result = WEFT_OK;
    ready_later(worker_here(rt), task, why);
    return true;
  }
  slot->status = status;
  slot->value = value;
  slot->dropped = false;
  slot->rt.load(std::memory_order_relaxed)->stats.tokens_completed++;
  deliver(slot, why);
  return true;
}

} // namespace

bool complete_here(TokenSlot *slot, weft_status status, uint64_t value, weft_why why) {
  return complete_open(slot, status, value, why);
}

bool arm_token(TokenSlot *slot, uint64_t deadline_ns) {
  weft_runtime *rt = slot->rt.load(std::memory_order_relaxed);
  if (!slot->timer.armed()) {
    if (!rt->timers.reserve(rt->records.load(std::memory_order_relaxed) + rt->token_timers + rt->domain_timers + 1))
      return false;
    rt->token_timers++;
  }
  rt->timers.arm(&slot->timer, deadline_ns);
  deadline_moved(worker_here(rt));
  return true;
}

void keep_from_cancels(weft_token token) { token_table().at(slot_of(token))->kept = true; }
bool waits_whoever_cancels(const Task *task) {
  return token_table().at(slot_of(task->token))->kept;
}

void note_descriptor(weft_token token, int fd) {
  TokenSlot *slot = token_table().at(slot_of(token));
  slot->fd = fd;
  slot->fd_token = token;
}

void token_due(TokenSlot *slot) {
  slot->rt.load(std::memory_order_relaxed)->token_timers--;
  complete_here(slot, WEFT_E_TIMEOUT, 0, WEFT_WHY_TIMER);
}

void serve_token(TokenSlot *slot) {
  uint64_t s =
      slot->state.fetch_and(~static_cast<uint64_t>(kTokenInbox), std::memory_order_acq_rel);
  if ((s & kTokenPhase) == kTokenFree) {
    to_free_list(slot); // taken before the inbox was
    return;
  }
  if (s & kTokenDropped) { // while it was filled: nobody waits for it
    recycle_token(slot);
    return;
  }
  slot->rt.load(std::memory_order_relaxed)->stats.tokens_completed++;
  deliver(slot, WEFT_WHY_WAKE);
}

bool await_parked(Task *task, weft_token token, uint64_t deadline_ns) {
  TokenSlot *slot = find_token(token);
  if (!slot || slot->rt.load(std::memory_order_relaxed) != task->rt) {
    answer(task, slot ? WEFT_E_INVAL : WEFT_E_STALE, 0);
    return false;
  }
  if (slot->waiter || slot->cq) {
    answer(task, WEFT_E_BUSY, 0);
    return false;
  }
  if (token_filled(slot)) {
    answer(task, slot->status, slot->value);
    recycle_token(slot);
    return false;
  }
  if (task->cancels && !slot->kept && close_open(slot)) {
    take_cancel(task);
    clear(slot);
    to_free_list(slot);
    answer(task, WEFT_E_CANCELLED, 0);
    return false;
  }
  if (deadline_ns != WEFT_NEVER && !slot->timer.armed() && !arm_token(slot, deadline_ns)) {
    answer(task, WEFT_E_NOMEM, 0);
    return false;
  }
  slot->waiter = task;
  task->token = token;
  return true;
}

bool abandon_token(Task *task) {
  TokenSlot *slot = token_table().at(slot_of(task->token));
  if (!close_open(slot))
    return false;
  clear(slot);
  to_free_list(slot);
  task->token = 0;
  return true;
}

void drop_tokens_of(weft_runtime *rt) {
  token_table().each([rt](TokenSlot &slot) {
    if (slot.rt.load(std::memory_order_relaxed) != rt)
      return;
    while ((slot.state.load(std::memory_order_acquire) & kTokenPhase) == kTokenFilling)
      std::this_thread::yield(); // a completer is between its claim and its value
    if ((slot.state.load(std::memory_order_acquire) & kTokenPhase) == kTokenFree)
      return;
    if (slot.cq)
      cq_forget(&slot);
    if (close_open(&slot)) {
      clear(&slot);
      to_free_list(&slot);
    } else if (token_filled(&slot)) {
      recycle_token(&slot);
    }
  });
}

namespace {

// False: *status is the answer. It has the lock, so it is apart from who suspends: a frame with clean-ups of its own is not unwound
// from the switch's text, which is no call to the compiler (std::terminate: gcc's table had a gap there).
[[gnu::noinline]] bool has_to_wait(weft_runtime *rt, TokenSlot *slot, weft_token token, uint64_t deadline_ns, uint64_t *value,
                                   weft_status *status) {
  Hold hold(rt); // not over the suspend: a handler of the language may take it
  if (any_parallel.load(std::memory_order_relaxed) && !find_token(token)) {
    *status = WEFT_E_STALE;
  } else if (slot->waiter || slot->cq) {
    *status = WEFT_E_BUSY;
  } else if (token_filled(slot)) {
    *status = slot->status;
    if (value)
      *value = slot->value;
    recycle_token(slot);
  } else if (deadline_ns != WEFT_NEVER && !arm_token(slot, deadline_ns)) {
    *status = WEFT_E_NOMEM;
  } else {
    return true;
  }
  return false;
}

} // namespace
} // namespace weft

extern "C" {

weft_token weft_token_new(weft_runtime *rt) {
  if (!rt)
    rt = runtime_here();
  if (!rt)
    return 0;
  TokenSlot *slot;
  if (on_loop(rt)) {
    Hold hold(rt);
    slot = rt->free_tokens;
    if (!slot && !(slot = token_table().take(64)))
      return 0;
    rt->free_tokens = slot->free_next;
    return begin_token(slot, rt);
  }
  Pin pin(rt);
  if (!is_alive(rt) || !(slot = token_table().take(1)))
    return 0;
  return begin_token(slot, rt);
}

weft_status weft_complete(weft_token token, weft_status status, uint64_t value) {
  TokenSlot *slot = token_table().at(slot_of(token));
  if (!slot)
    return WEFT_E_STALE;
  uint64_t s = slot->state.load(std::memory_order_acquire);
  weft_runtime *rt = slot->rt.load(std::memory_order_relaxed);
  if (generation_of(s) != generation_of(token) || (s & kTokenPhase) != kTokenOpen) {
    count_stale(rt);
    return WEFT_E_STALE;
  }
  if (!on_loop(rt))
    return complete_afar(slot, rt, token, status, value, false);
  Hold hold(rt);
  // Another worker may have ended it meanwhile, and made the next one of its record.
  if ((any_parallel.load(std::memory_order_relaxed) && !find_token(token)) || !complete_open(slot, status, value, WEFT_WHY_WAKE)) {
    count_stale(rt);
    return WEFT_E_STALE;
  }
  if (!flushed_by_turn(rt))
    flush_unless_running(rt);
  return WEFT_OK;
}

weft_status weft_token_drop(weft_token token) {
  TokenSlot *slot = token_table().at(slot_of(token));
  if (!slot)
    return WEFT_E_STALE;
  uint64_t s = slot->state.load(std::memory_order_acquire);
  weft_runtime *rt = slot->rt.load(std::memory_order_relaxed);
  if (generation_of(s) != generation_of(token) || (s & kTokenPhase) == kTokenFree ||
      (s & kTokenDropped))
    return WEFT_E_STALE;
  if (!on_loop(rt))
    return (s & kTokenPhase) == kTokenOpen ? complete_afar(slot, rt, token, WEFT_E_STALE, 0, true)
                                           : WEFT_E_STALE;
  Hold hold(rt);
  if (!find_token(token))
    return WEFT_E_STALE;
  s = slot->state.load(std::memory_order_acquire);
  // Who waits for it learns that nobody will complete it.
  if ((s & kTokenPhase) == kTokenOpen && (slot->waiter || slot->cq)) {
    complete_here(slot, WEFT_E_STALE, 0, WEFT_WHY_WAKE);
    flush_unless_running(rt);
    return WEFT_OK;
  }
  if (close_open(slot)) {
    clear(slot);
    to_free_list(slot);
    return WEFT_OK;
  }
  // A completion was first. Its value goes to whoever waits; a value nobody waits for is given up.
  if (slot->waiter || slot->cq)
    return WEFT_E_STALE;
  if (!token_filled(slot))
    slot->state.fetch_or(kTokenDropped); // being filled: the inbox brings it
  else
    recycle_token(slot);
  return WEFT_OK;
}

weft_status weft_token_take(weft_token token, weft_status *status, uint64_t *value) {
  TokenSlot *slot = find_token(token);
  if (!slot)
    return WEFT_E_STALE;
  if (!on_loop(slot->rt.load(std::memory_order_relaxed)))
    return WEFT_E_INVAL;
  Hold hold(slot->rt.load(std::memory_order_relaxed));
  if (!find_token(token))
    return WEFT_E_STALE;
  if (slot->waiter || slot->cq)
    return WEFT_E_BUSY;
  if (!token_filled(slot))
    return WEFT_E_AGAIN;
  if (status)
    *status = slot->status;
  if (value)
    *value = slot->value;
  recycle_token(slot);
  return WEFT_OK;
}

// In a task's native call (TASK-10): what is there is taken, and nothing is waited for.
[[gnu::cold, gnu::noinline]] static weft_status await_natively(weft_token token, uint64_t *value) {
  weft_status told = WEFT_OK, taken = weft_token_take(token, &told, value);
  return taken == WEFT_OK ? told : taken == WEFT_E_STALE ? WEFT_E_STALE : WEFT_E_NOTASK;
}

weft_status weft_await(weft_token token, uint64_t *value) {
  return weft_await_until(token, WEFT_NEVER, value);
}

weft_status weft_await_until(weft_token token, uint64_t deadline_ns, uint64_t *value) {
  Task *self = running_task();
  TokenSlot *slot = find_token(token);
  const bool at_once = slot && parks_at_once(self, slot->rt.load(std::memory_order_relaxed));
  // It is there already, or needs a look of some other kind.
  if (__builtin_expect(!at_once || deadline_ns != WEFT_NEVER || !is_untouched(slot), 0)) {
    if (on_native_stack())
      return self ? await_natively(token, value) : WEFT_E_NOTASK;
    if (!slot)
      return WEFT_E_STALE;
    weft_runtime *rt = slot->rt.load(std::memory_order_relaxed);
    weft_status status;
    if (on_loop(rt) && !has_to_wait(rt, slot, token, deadline_ns, value, &status))
      return status;
  }
  arch::Answer a;
  if (__builtin_expect(at_once, 1)) {
    a = park_for_token(self, slot, token);
  } else {
    a = arch::suspend(&weft_await_tag, token, deadline_ns);
    self = running_task(); // a handler of the language may have gone on with it in another one
  }
  if (self && __builtin_expect(self->sampled, 0))
    sample_run(self);
  if (value)
    *value = a.i1;
  return static_cast<weft_status>(a.i0);
}
}
