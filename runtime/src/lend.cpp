// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "lend.h"

#include "runtime.h"
#include "wait.h"

namespace weft {

constinit std::atomic<bool> any_lends{false}, any_loans{false};

namespace {

constexpr int kLongestChain = 64;

Task *holder_of(const weft_mutex *m) { return m->owner == 0 || m->owner == UINT64_MAX ? nullptr : find_task(m->owner); }

void unlink_loan(Task *from, Attributes *own) {
  Attributes *to = own_attrs(own->lends_to);
  Task **link = &to->loans;
  while (*link != from)
    link = &own_attrs(*link)->next_loan;
  *link = own->next_loan;
  own->lends_to = own->next_loan = nullptr;
}

void link_loan(Task *from, Attributes *own, Task *to, Attributes *its) {
  own->lends_to = to;
  own->next_loan = its->loans;
  its->loans = from;
}

// The holder of what a parked task waits for, if it may be lent something; that is linked then.
Task *link_waiter(Task *task, const weft_mutex *m) {
  if (task->inbox.word) // whoever holds it next may be lent it, though this one may not
    any_loans.store(true, std::memory_order_relaxed);
  Task *to = holder_of(m);
  if (!to || to == task || to->rt != task->rt || !is_alive(to->ent) || !to->domain->ops.attr)
    return nullptr;
  if (!task->inbox.word && !to->inbox.word) // both as everybody; if that changes, loans_changed or ask_its_waiters comes by here
    return nullptr;
  Attributes *own = take_attrs(task), *its = own ? take_attrs(to) : nullptr;
  if (!its)
    return nullptr;
  if (own->lends_to)
    return own->lends_to;
  any_loans.store(true, std::memory_order_relaxed);
  link_loan(task, own, to, its);
  return to;
}

// What it goes by, anew; and those above it in the chain.
void refresh(Task *task) {
  for (int i = 0; task && i < kLongestChain; ++i) {
    Attributes *own = own_attrs(task);
    int32_t priority = own->priority;
    uint64_t deadline = own->deadline;
    for (Task *l = own->loans; l;) {
      const Attributes *its = own_attrs(l);
      priority = its->told_priority > priority ? its->told_priority : priority;
      deadline = its->told_deadline < deadline ? its->told_deadline : deadline;
      l = its->next_loan;
    }
    if (priority == own->told_priority && deadline == own->told_deadline)
      return;
    own->told_priority = priority;
    own->told_deadline = deadline;
    tell_attrs(task, *own);
    Task *to = own->lends_to;
    if (!to && is_parked(task) && wait_of(task) == WaitKind::Mutex)
      to = link_waiter(task, static_cast<const weft_mutex *>(task->object));
    task = to;
  }
}

} // namespace

Task *lend(Task *self, const weft_mutex *m) {
  if (self->rt->parallel)
    return nullptr;
  if (Task *to = link_waiter(self, m))
    refresh(to);
  return self;
}

void take_back(Task *self) {
  Attributes *own = own_attrs(self);
  Task *to = own ? own->lends_to : nullptr;
  if (!to)
    return;
  unlink_loan(self, own);
  if (!self->rt->stopping) // else its policies may have gone
    refresh(to);
}

void hand_on_loans(weft_mutex *m, uint64_t from_word, Task *to) {
  if (to->rt->parallel)
    return;
  Task *from = from_word == UINT64_MAX ? nullptr : find_task(from_word);
  if (Attributes *its = from ? own_attrs(from) : nullptr)
    for (Task **link = &its->loans; Task *l = *link;) {
      Attributes *own = own_attrs(l);
      if (l->object != m) {
        link = &own->next_loan;
        continue;
      }
      *link = own->next_loan;
      own->lends_to = own->next_loan = nullptr;
    }
  if (to->rt->stopping)
    return;
  if (to->domain->ops.attr)
    for (Waiter *w = first_waiter(m->waiters); w; w = w->next)
      link_waiter(w->wait->task, m);
  if (from && from->inbox.word)
    refresh(from);
  if (to->inbox.word)
    refresh(to);
}

void ask_its_waiters(Task *task) {
  if (task->rt->parallel || !any_lends.load(std::memory_order_relaxed))
    return;
  task_table().each([&](Task &t) {
    if (!is_of(t, task->rt) || !is_parked(&t) || wait_of(&t) != WaitKind::Mutex)
      return;
    const auto *m = static_cast<const weft_mutex *>(t.object);
    if (holder_of(m) == task)
      link_waiter(&t, m);
  });
}

void loans_changed(Task *task) {
  Attributes *own = own_attrs(task);
  if (!task->rt->parallel) {
    refresh(task); // what is lent to it counts, too
    Task *to = own->lends_to;
    if (!to && is_parked(task) && wait_of(task) == WaitKind::Mutex)
      to = link_waiter(task, static_cast<const weft_mutex *>(task->object));
    if (to)
      refresh(to);
  }
}

void end_loans(Task *task, Attributes *own) {
  if (own->lends_to)
    unlink_loan(task, own);
  while (Task *l = own->loans) {
    Attributes *its = own_attrs(l);
    own->loans = its->next_loan;
    its->lends_to = its->next_loan = nullptr;
  }
}

} // namespace weft
