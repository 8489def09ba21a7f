/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A channel's inside, and the single steps that channel.cpp and select.cpp are made of.
//
// The invariant (as in Go): receivers wait only while the buffer is empty, senders only while it is
// full, so at most one of the queues holds live waiters, but for a select that stands in both. A
// value goes straight from the sender's frame to the receiver's when one waits; through the buffer
// otherwise.
//
// try_send and try_recv do a step if it can be done now, else answer WEFT_E_AGAIN with nothing
// changed but stale waiters; can_send and can_recv only look.
#ifndef WEFT_RUNTIME_CHANNEL_H
#define WEFT_RUNTIME_CHANNEL_H

#include "wait.h"

#include <string.h>

struct weft_chan {
  size_t elem_size;
  size_t capacity;
  size_t count; // in the buffer
  size_t head;  // index of the oldest in the buffer
  weft_wait_list receivers;
  weft_wait_list senders;
  bool closed;
  alignas(16) unsigned char buffer[]; // capacity * elem_size bytes
};

namespace weft {

// Words are what most channels carry; a call of memcpy would cost as much as the rest of the step.
inline void copy_elem(void *to, const void *from, size_t size) {
  if (__builtin_expect(size == 8, 1))
    memcpy(to, from, 8);
  else if (size != 0)
    memcpy(to, from, size);
}

inline unsigned char *buffer_slot(weft_chan *c, size_t index) {
  return c->buffer + index * c->elem_size;
}

inline void put_in_buffer(weft_chan *c, const void *elem) {
  size_t tail = c->head + c->count;
  if (tail >= c->capacity)
    tail -= c->capacity;
  copy_elem(buffer_slot(c, tail), elem, c->elem_size);
  ++c->count;
}

inline void take_from_buffer(weft_chan *c, void *elem) {
  if (elem)
    copy_elem(elem, buffer_slot(c, c->head), c->elem_size);
  if (++c->head == c->capacity)
    c->head = 0;
  --c->count;
}

inline weft_status try_send(weft_chan *c, const void *elem) {
  if (__builtin_expect(c->closed, 0))
    return WEFT_E_CLOSED;
  while (Waiter *receiver = peek_waiter(c->receivers)) {
    if (!choose_waiter(receiver, WEFT_OK))
      continue;
    if (receiver->elem)
      copy_elem(receiver->elem, elem, c->elem_size);
    wake_chosen(receiver);
    return WEFT_OK;
  }
  if (c->count == c->capacity)
    return WEFT_E_AGAIN;
  put_in_buffer(c, elem);
  return WEFT_OK;
}

inline weft_status try_recv(weft_chan *c, void *elem) {
  if (c->count != 0) {
    take_from_buffer(c, elem);
    // The place that became free belongs to the sender who has waited longest.
    while (Waiter *sender = peek_waiter(c->senders)) {
      if (!choose_waiter(sender, WEFT_OK))
        continue;
      put_in_buffer(c, sender->elem);
      wake_chosen(sender);
      break;
    }
    return WEFT_OK;
  }
  while (Waiter *sender = peek_waiter(c->senders)) {
    if (!choose_waiter(sender, WEFT_OK))
      continue;
    if (elem)
      copy_elem(elem, sender->elem, c->elem_size);
    wake_chosen(sender);
    return WEFT_OK;
  }
  if (!c->closed)
    return WEFT_E_AGAIN;
  if (elem && c->elem_size != 0)
    memset(elem, 0, c->elem_size);
  return WEFT_E_CLOSED;
}

inline bool can_send(weft_chan *c) {
  return c->closed || c->count < c->capacity || peek_waiter(c->receivers);
}
inline bool can_recv(weft_chan *c) { return c->count != 0 || peek_waiter(c->senders) || c->closed; }

} // namespace weft

#endif
