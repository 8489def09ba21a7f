// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Completion queues: one wait for many tokens, which is what a scheduler written in the language
// parks on.
//
// The waiter itself awaits an ordinary token of the queue, which the first arrival completes. So
// its wait is an effect like any other, and schedulers of the language nest.
#include "token.h"

#include <new>

using namespace weft;

// In the frame of who waits. A freed queue takes itself out; a wait that is unwound leaves it, perhaps when the runtime is gone.
struct weft_cq_place {
  weft_cq *cq; // null: it was freed
  weft_runtime *rt;
  uint64_t life;
  weft_token token; // the wait's own
  weft_cq_place(weft_cq *of, weft_token token) : cq(of), rt(of->rt), life(of->life), token(token) {
    cq->place = this;
    cq->waiter = token;
    cq->missing = 1;
  }
  ~weft_cq_place() {
    const bool gone = rt->life.load(std::memory_order_acquire) != life;
    weft::Hold hold(gone ? nullptr : rt);
    if (cq) {
      cq->place = nullptr;
      cq->waiter = 0;
    }
    weft_token_drop(token); // it may have been answered by somebody who left it open
  }
};

namespace weft {

namespace {

void unlink_waiting(weft_cq *cq, TokenSlot *slot) {
  if (slot->cq_prev)
    slot->cq_prev->cq_next = slot->cq_next;
  else
    cq->waiting = slot->cq_next;
  if (slot->cq_next)
    slot->cq_next->cq_prev = slot->cq_prev;
}

void append_done(weft_cq *cq, TokenSlot *slot) {
  slot->cq_next = nullptr;
  slot->cq_prev = cq->done_tail;
  if (cq->done_tail)
    cq->done_tail->cq_next = slot;
  else
    cq->done_head = slot;
  cq->done_tail = slot;
}

void unlink_done(weft_cq *cq, TokenSlot *slot) {
  if (slot->cq_prev)
    slot->cq_prev->cq_next = slot->cq_next;
  else
    cq->done_head = slot->cq_next;
  if (slot->cq_next)
    slot->cq_next->cq_prev = slot->cq_prev;
  else
    cq->done_tail = slot->cq_prev;
}

} // namespace

void cq_completed(TokenSlot *slot) {
  weft_cq *cq = slot->cq;
  unlink_waiting(cq, slot);
  append_done(cq, slot);
  slot->queued = true;
  if (cq->waiter && --cq->missing == 0) {
    weft_token waiter = cq->waiter;
    cq->waiter = 0;
    if (TokenSlot *w = find_token(waiter))
      complete_here(w, WEFT_OK, 0, WEFT_WHY_WAKE);
  }
}

void cq_forget(TokenSlot *slot) {
  if (slot->queued)
    unlink_done(slot->cq, slot);
  else
    unlink_waiting(slot->cq, slot);
  slot->cq->held--;
}

void cq_let_go(weft_cq *cq) {
  cq->waiter = 0;
  while (TokenSlot *slot = cq->done_head) {
    unlink_done(cq, slot);
    slot->cq = nullptr;
  }
  while (TokenSlot *slot = cq->waiting) {
    unlink_waiting(cq, slot);
    slot->cq = nullptr;
  }
  cq->held = 0;
}

} // namespace weft

namespace {

bool is_gone(const weft_cq *cq) { return cq->rt->life.load(std::memory_order_acquire) != cq->life; }

// WEFT_OK: the caller may touch it.
weft_status usable(const weft_cq *cq) {
  if (!cq)
    return WEFT_E_INVAL;
  if (is_gone(cq))
    return WEFT_E_STALE;
  return on_loop(cq->rt) ? WEFT_OK : WEFT_E_INVAL;
}

} // namespace

extern "C" {

weft_cq *weft_cq_new(weft_runtime *rt) {
  if (!rt)
    rt = runtime_here();
  if (!rt || !is_alive(rt))
    return nullptr;
  auto *cq = new (std::nothrow) weft_cq{};
  if (cq) {
    cq->rt = rt;
    cq->life = rt->life.load(std::memory_order_relaxed);
  }
  return cq;
}

void weft_cq_free(weft_cq *cq) {
  if (!cq)
    return;
  if (is_gone(cq)) { // and so are its tokens
    if (cq->place)
      cq->place->cq = nullptr;
    delete cq;
    return;
  }
  if (!on_loop(cq->rt))
    return;
  Hold hold(cq->rt);
  while (TokenSlot *slot = cq->done_head) {
    unlink_done(cq, slot);
    recycle_token(slot);
  }
  while (TokenSlot *slot = cq->waiting) {
    unlink_waiting(cq, slot);
    slot->cq = nullptr;
    weft_token_drop(slot->token(slot->state.load(std::memory_order_relaxed)));
  }
  if (cq->place)
    cq->place->cq = nullptr;
  if (cq->waiter)
    weft_token_drop(cq->waiter);
  delete cq;
}

weft_status weft_cq_add(weft_cq *cq, weft_token token, uint64_t key) {
  if (weft_status status = usable(cq); status != WEFT_OK)
    return status;
  TokenSlot *slot = find_token(token);
  if (!slot)
    return WEFT_E_STALE;
  if (slot->rt.load(std::memory_order_relaxed) != cq->rt)
    return WEFT_E_INVAL;
  Hold hold(cq->rt);
  if (!find_token(token))
    return WEFT_E_STALE;
  if (slot->cq || slot->waiter)
    return WEFT_E_BUSY;
  slot->cq = cq;
  slot->key = key;
  slot->queued = false;
  slot->cq_prev = nullptr;
  slot->cq_next = cq->waiting;
  if (cq->waiting)
    cq->waiting->cq_prev = slot;
  cq->waiting = slot;
  cq->held++;
  // What is still in the inbox is delivered from there.
  uint64_t s = slot->state.load(std::memory_order_acquire);
  if ((s & kTokenPhase) == kTokenFilled && !(s & kTokenInbox)) {
    cq_completed(slot);
    flush_unless_running(cq->rt);
  }
  return WEFT_OK;
}

weft_status weft_cq_poll(weft_cq *cq, weft_cq_event *event) {
  if (weft_status status = usable(cq); status != WEFT_OK || !event)
    return status != WEFT_OK ? status : WEFT_E_INVAL;
  Hold hold(cq->rt);
  TokenSlot *slot = cq->done_head;
  if (!slot)
    return WEFT_E_AGAIN;
  unlink_done(cq, slot);
  cq->held--;
  event->token = slot->token(slot->state.load(std::memory_order_relaxed));
  event->key = slot->key;
  event->status = slot->status;
  event->value = slot->value;
  recycle_token(slot);
  return WEFT_OK;
}

weft_status weft_cq_wait(weft_cq *cq, uint64_t deadline_ns, weft_cq_event *event) {
  if (weft_status status = usable(cq); status != WEFT_OK)
    return status;
  Hold hold(cq->rt); // also from one round to the next: it may be freed while nobody waits
  for (;;) {
    weft_status status = weft_cq_poll(cq, event);
    if (status != WEFT_E_AGAIN)
      return status;
    if (cq->held == 0)
      return WEFT_E_INVAL;
    if (cq->place)
      return WEFT_E_BUSY;
    weft_token token = weft_token_new(cq->rt);
    if (!token)
      return WEFT_E_NOMEM;
    weft_cq_place place(cq, token);
    hold.end();
    status = weft_await_until(token, deadline_ns, nullptr);
    hold.again();
    if (!place.cq)
      return WEFT_E_STALE;
    if (status != WEFT_OK)
      return status;
  }
}
}
