/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Channels with Go's semantics: try the step; if it cannot be done now, stand in the queue and
// park. What the chooser leaves in the waiter is the answer, so a woken task looks at the channel
// no more: it may have been freed by then.
//
// Sends and receives are written out twice: with a lock to let go of they cannot end in the jump that return_by_jump.h is for.
#include "channel.h"
#include "return_by_jump.h"

#include <stdlib.h>

using namespace weft;

namespace {

// Waits on no channel at all: only a cancel ends it.
weft_status wait_for_nothing(WaitKind kind) {
  Task *self = running_task();
  if (!self)
    return WEFT_E_NOTASK;
  ObjectHold hold(nullptr);
  Wait wait{self};
  return park_until_chosen(&hold, wait, kind, nullptr, WEFT_NEVER);
}

WEFT_RETURNS_BY_JUMP weft_status wait_to_send(weft_chan *c, const void *elem) {
  Task *self = running_task();
  if (__builtin_expect(!self, 0))
    return WEFT_E_NOTASK;
  return wait_in(nullptr, c->senders, self, const_cast<void *>(elem), WaitKind::Send, c, WEFT_NEVER);
}

WEFT_RETURNS_BY_JUMP weft_status wait_to_recv(weft_chan *c, void *elem) {
  Task *self = running_task();
  if (__builtin_expect(!self, 0))
    return WEFT_E_NOTASK;
  return wait_in(nullptr, c->receivers, self, elem, WaitKind::Receive, c, WEFT_NEVER);
}

// Where there are several workers.
[[gnu::noinline]] weft_status send_beside_others(weft_chan *c, const void *elem) {
  ObjectHold hold(c, false, true);
  weft_status status = try_send(c, elem);
  if (status != WEFT_E_AGAIN)
    return status;
  Task *self = running_task();
  return self ? wait_in(&hold, c->senders, self, const_cast<void *>(elem), WaitKind::Send, c, WEFT_NEVER) : WEFT_E_NOTASK;
}

[[gnu::noinline]] weft_status recv_beside_others(weft_chan *c, void *elem) {
  ObjectHold hold(c, false, true);
  weft_status status = try_recv(c, elem);
  if (status != WEFT_E_AGAIN)
    return status;
  Task *self = running_task();
  return self ? wait_in(&hold, c->receivers, self, elem, WaitKind::Receive, c, WEFT_NEVER) : WEFT_E_NOTASK;
}

} // namespace

weft_chan *weft_chan_new(size_t elem_size, size_t capacity) {
  size_t bytes;
  if (__builtin_mul_overflow(elem_size, capacity, &bytes) ||
      __builtin_add_overflow(bytes, sizeof(weft_chan), &bytes))
    return nullptr;
  auto *c = static_cast<weft_chan *>(malloc(bytes));
  if (!c)
    return nullptr;
  c->elem_size = elem_size;
  c->capacity = capacity;
  c->count = 0;
  c->head = 0;
  c->receivers = {nullptr, nullptr};
  c->senders = {nullptr, nullptr};
  c->closed = false;
  return c;
}

void weft_chan_free(weft_chan *c) { free(c); }

weft_status weft_chan_send(weft_chan *c, const void *elem) {
  if (__builtin_expect(!c, 0))
    return wait_for_nothing(WaitKind::Send);
  if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0))
    return send_beside_others(c, elem);
  weft_status status = try_send(c, elem);
  return status != WEFT_E_AGAIN ? status : wait_to_send(c, elem);
}

weft_status weft_chan_recv(weft_chan *c, void *elem) {
  if (__builtin_expect(!c, 0))
    return wait_for_nothing(WaitKind::Receive);
  if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0))
    return recv_beside_others(c, elem);
  weft_status status = try_recv(c, elem);
  return status != WEFT_E_AGAIN ? status : wait_to_recv(c, elem);
}

weft_status weft_chan_try_send(weft_chan *c, const void *elem) {
  if (!c)
    return WEFT_E_AGAIN;
  ObjectHold hold(c);
  return try_send(c, elem);
}

weft_status weft_chan_try_recv(weft_chan *c, void *elem) {
  if (!c)
    return WEFT_E_AGAIN;
  ObjectHold hold(c);
  return try_recv(c, elem);
}

weft_status weft_chan_close(weft_chan *c) {
  if (!c)
    return WEFT_E_INVAL;
  ObjectHold hold(c);
  if (c->closed)
    return WEFT_E_CLOSED;
  c->closed = true;
  // Receivers that wait found the buffer empty, so nothing is owed to them.
  while (Waiter *receiver = peek_waiter(c->receivers)) {
    if (!choose_waiter(receiver, WEFT_E_CLOSED))
      continue;
    if (receiver->elem && c->elem_size != 0)
      memset(receiver->elem, 0, c->elem_size);
    wake_chosen(receiver);
  }
  while (Waiter *sender = peek_waiter(c->senders)) {
    if (!choose_waiter(sender, WEFT_E_CLOSED))
      continue;
    wake_chosen(sender);
  }
  return WEFT_OK;
}

size_t weft_chan_len(const weft_chan *c) {
  ObjectHold hold(c);
  return c ? c->count : 0;
}

size_t weft_chan_cap(const weft_chan *c) { return c ? c->capacity : 0; }
