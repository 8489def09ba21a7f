// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Any or all of several tokens: the frame of who waits is a completion queue for as long as it waits.
//
// So there is nothing new in how a token is completed, and the wait itself is one await of one token, as of any queue: handlers of
// the language see it. What is not taken leaves the queue as it came, so a loser's value stays in its token.
//
// Rejected: one await per token in turn (a handler would see awaits that nobody wrote, and the first completion would not
// wake); to take all that is completed at a timeout of "all" (the caller would have to find out which tokens are gone).
#include "cont.h"
#include "token.h"

using namespace weft;

namespace {

class Many {
public:
  explicit Many(weft_runtime *rt) {
    cq_.rt = rt;
    cq_.life = rt->life.load(std::memory_order_relaxed);
  }
  // Also when the wait is unwound. Its runtime, and so its tokens, may be gone then.
  ~Many() {
    if (cq_.rt->life.load(std::memory_order_relaxed) != cq_.life)
      return;
    Hold hold(cq_.rt);
    cq_let_go(&cq_);
  }
  Many(const Many &) = delete;
  Many &operator=(const Many &) = delete;

  weft_status add(weft_token token, size_t index) { return weft_cq_add(&cq_, token, index); }
  bool some_done() const { return cq_.done_head != nullptr; }
  size_t open() const {
    size_t n = 0;
    for (const TokenSlot *slot = cq_.waiting; slot; slot = slot->cq_next)
      ++n;
    return n;
  }
  weft_status take(weft_cq_event *event) { return weft_cq_poll(&cq_, event); }

  // One await, until `missing` more are completed. It may answer WEFT_OK earlier, by a handler's doing.
  weft_status wait(Hold &hold, size_t missing, uint64_t deadline_ns) {
    OwnToken own(cq_.rt);
    if (!own.token)
      return WEFT_E_NOMEM;
    cq_.missing = missing;
    cq_.waiter = own.token;
    hold.end();
    weft_status status = weft_await_until(own.token, deadline_ns, nullptr);
    hold.again();
    cq_.waiter = 0;
    return status;
  }

private:
  weft_cq cq_ = {};
};

weft_cq_event gone(weft_token token, size_t index) { return {token, index, WEFT_E_STALE, 0}; }

// The runtime to wait in; null: the caller is no task. In a native call the wait itself refuses, where there is one.
weft_runtime *waits_in() { return on_native_stack() && !running_task() ? nullptr : runtime_here(); }

} // namespace

extern "C" {

weft_status weft_await_any(const weft_token *tokens, size_t count, uint64_t deadline_ns, weft_cq_event *event) {
  if (count == 0 || !tokens || !event)
    return WEFT_E_INVAL;
  weft_runtime *rt = waits_in();
  if (!rt)
    return WEFT_E_NOTASK;
  Hold hold(rt);
  Many many(rt);
  for (size_t i = 0; i < count && !many.some_done(); ++i) {
    weft_status status = many.add(tokens[i], i);
    if (status == WEFT_E_STALE) {
      *event = gone(tokens[i], i);
      return WEFT_OK;
    }
    if (status != WEFT_OK)
      return status;
  }
  while (!many.some_done()) {
    weft_status status = many.wait(hold, 1, deadline_ns);
    if (status != WEFT_OK && !(status == WEFT_E_TIMEOUT && many.some_done()))
      return status;
  }
  return many.take(event);
}

weft_status weft_await_all(const weft_token *tokens, size_t count, uint64_t deadline_ns, weft_cq_event *events) {
  if (count == 0)
    return WEFT_OK;
  if (!tokens || !events)
    return WEFT_E_INVAL;
  weft_runtime *rt = waits_in();
  if (!rt)
    return WEFT_E_NOTASK;
  Hold hold(rt);
  Many many(rt);
  for (size_t i = 0; i < count; ++i) {
    weft_status status = many.add(tokens[i], i);
    if (status == WEFT_E_STALE)
      events[i] = gone(tokens[i], i);
    else if (status != WEFT_OK)
      return status;
  }
  while (size_t missing = many.open()) {
    weft_status status = many.wait(hold, missing, deadline_ns);
    if (status != WEFT_OK && !(status == WEFT_E_TIMEOUT && many.open() == 0)) // a cancel is told, and the values wait
      return status;
  }
  weft_cq_event event;
  while (many.take(&event) == WEFT_OK)
    events[event.key] = event;
  return WEFT_OK;
}
}
