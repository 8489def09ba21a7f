// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What a task's scheduler goes by, kept for who asks: dumps, and weft_task_get_attr. Mostly everybody has the same, so a record has
// only a number; the few that have their own find them in a table beside.
#pragma once

#include "task.h"

namespace weft {

struct Attributes {
  static constexpr size_t kGap = 0;
  uint32_t slot = 0;
  int32_t priority = 0;
  uint64_t deadline = WEFT_NEVER;
  uint32_t weight = 1;
  Attributes *next = nullptr; // while it is free
  // Loans (lend.h). What the policy was told: its own, or what was lent to it.
  int32_t told_priority = 0;
  uint64_t told_deadline = WEFT_NEVER;
  Task *lends_to = nullptr;  // who holds what it waits for
  Task *loans = nullptr;     // who lend to it, by next_loan
  Task *next_loan = nullptr;
  Attributes *next_free() const { return next; }
  void set_next_free(Attributes *to) { next = to; }
};

// Of a task that is not free.
Attributes attrs_of(const Task &task);
Attributes attrs_of(const weft_domain &domain);
Attributes *own_attrs(const Task *task); // null: it has none
Attributes *take_attrs(Task *task);      // never has none afterwards; null: no memory
// Its scheduler, of what it shall go by.
void tell_attrs(Task *task, const Attributes &own);
std::mutex &attributes_lock(); // of the table, across a fork
// deadline and weight as in weft_spawn_attr: 0 is none, and 1. With the runtime's lock, and nobody inside who may end the task. False: no memory.
bool keep_attrs(Task *task, int32_t priority, uint64_t deadline, uint32_t weight);

} // namespace weft
