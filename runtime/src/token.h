// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A token's record: a one-shot right to complete one wait, from any thread.
//
// `state` is a generation and a phase. Whoever moves it from Open owns what comes next: a completer
// fills in the value and makes it Filled, a timeout or cancel moves the generation on, so exactly
// one of them wins and the others find it stale. From Filled on, everything belongs to the loop's
// thread; all other fields always do, but for status and value while Filling.
//
//     Free -> Open -> Filling (foreign) -> Filled -> Free of the next generation
//               \----> Free of the next generation (timeout, cancel, drop)
//
// A record that is in the inbox is not recycled before it was taken out (kTokenInbox), so a node is
// never in it twice.
#pragma once

#include "inbox.h"
#include "record_table.h"
#include "runtime.h"
#include "timer.h"
#include "weft/host.h"

struct weft_cq_place; // a task in weft_cq_wait (cq.cpp)

struct weft_cq {
  weft_runtime *rt;
  weft::TokenSlot *waiting; // list by cq_next, cq_prev: not completed
  weft::TokenSlot *done_head, *done_tail;
  size_t held;       // both
  weft_token waiter; // completed when `missing` more have arrived; 0: nobody waits
  size_t missing;
  uint64_t life; // its runtime's, which may be gone, and its memory another's
  weft_cq_place *place;
};

namespace weft {

enum : uint64_t {
  kTokenFree = 0,
  kTokenOpen = 1,
  kTokenFilling = 2,
  kTokenFilled = 3,
  kTokenPhase = 3,
  kTokenInbox = 4,
  kTokenDropped = 8, // given up by the loop's thread while a foreign one was filling it
};

struct alignas(64) TokenSlot {
  // What a wait of a task touches, on the loop's thread, is one line.
  std::atomic<uint64_t> state{UINT64_C(1) << WEFT_SLOT_BITS};
  std::atomic<weft_runtime *> rt{nullptr};
  Task *waiter = nullptr;
  weft_cq *cq = nullptr;
  TokenSlot *free_next = nullptr;
  Timer timer{0, TimerKind::Token};
  uint32_t slot = 0;
  weft_status status = WEFT_OK;
  bool dropped = false; // completed by being given up
  bool queued = false;  // in its cq, completed
  bool kept = false;    // no cancel ends a task's wait for it: that is for the task's next one

  uint64_t value = 0;
  uint64_t key = 0;
  TokenSlot *cq_next = nullptr, *cq_prev = nullptr;
  InboxNode inbox{nullptr, InboxKind::Token};
  int fd = -1;              // for dumps: the descriptor whose readiness completes it,
  weft_token fd_token = 0;  // as long as it is this token

  static constexpr size_t kGap = 0;
  TokenSlot *next_free() const { return free_next; }
  void set_next_free(TokenSlot *next) { free_next = next; }

  weft_token token(uint64_t s) const { return make_handle(slot, generation_of(s)); }
};

// A wait's own: it ends with it, also when the wait is unwound, or was answered by somebody who left it open. Whose frame it is in
// calls the await, which suspends in a frame of its own (token.cpp, has_to_wait).
class OwnToken {
public:
  explicit OwnToken(weft_runtime *rt) : token(weft_token_new(rt)) {}
  ~OwnToken() { weft_token_drop(token); }
  OwnToken(const OwnToken &) = delete;
  OwnToken &operator=(const OwnToken &) = delete;
  const weft_token token; // 0: no memory
};

using TokenTable = RecordTable<TokenSlot>;
extern constinit TokenTable the_token_table;
inline TokenTable &token_table() { return the_token_table; }

// The loop's thread: the record while the token lives, null when it is stale.
TokenSlot *find_token(weft_token token);
// Completed and the loop may read it.
inline bool token_filled(const TokenSlot *slot) {
  return (slot->state.load(std::memory_order_acquire) & kTokenPhase) == kTokenFilled;
}
// Ends a Filled token; the record is free for another.
void recycle_token(TokenSlot *slot);
// The loop's thread. False: it was not open.
bool complete_here(TokenSlot *slot, weft_status status, uint64_t value, weft_why why);
// From now on, for a token that nobody waits for yet: neither a cancel nor a deadline around it ends the wait.
void keep_from_cancels(weft_token token);
// For dumps. The loop's thread.
void note_descriptor(weft_token token, int fd);
// False: no memory for one more timer.
bool arm_token(TokenSlot *slot, uint64_t deadline_ns);

// cq.cpp: a token of the queue is Filled.
void cq_completed(TokenSlot *slot);
// It leaves the queue without having been taken.
void cq_forget(TokenSlot *slot);
// All of them are nobody's again, as before weft_cq_add; what is completed keeps its value.
void cq_let_go(weft_cq *cq);

} // namespace weft
