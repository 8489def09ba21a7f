// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What foreign threads leave for the loop's thread: a lock-free stack of intrusive nodes, taken as
// a whole and turned round, so that it is first come, first served.
//
// A node is in the inbox at most once; who may push it is decided by its owner's state word (a
// task's note, a token's state), never here. Rejected: a bounded ring (a wake would have to wait or
// fail).
#pragma once

#include <atomic>
#include <cstdint>

namespace weft {

enum class InboxKind : uint16_t { Task, Token };

struct InboxNode {
  InboxNode *next = nullptr;
  InboxKind kind;
  uint16_t half = 0; // its owner's, as the next one: there is room
  uint32_t word = 0;
};

class Inbox {
public:
  // Any thread. True: it was empty, so the pusher has to ask for a turn.
  bool push(InboxNode *node) {
    InboxNode *head = head_.load(std::memory_order_relaxed);
    do
      node->next = head;
    while (!head_.compare_exchange_weak(head, node, std::memory_order_seq_cst,
                                        std::memory_order_relaxed));
    return head == nullptr;
  }

  // In one order with pushes: who looks here before it sleeps does not miss one that saw it awake.
  bool empty() const { return head_.load(std::memory_order_seq_cst) == nullptr; }

  // The loop's thread: everything pushed so far, oldest first.
  InboxNode *take_all() {
    InboxNode *node = head_.exchange(nullptr, std::memory_order_acquire);
    InboxNode *oldest = nullptr;
    while (node) {
      InboxNode *next = node->next;
      node->next = oldest;
      oldest = node;
      node = next;
    }
    return oldest;
  }

private:
  std::atomic<InboxNode *> head_{nullptr};
};

} // namespace weft
