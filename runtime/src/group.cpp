// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Groups: tasks that do not outlive the wait for them.
//
// A group is a list of its tasks that have not ended, each with a record of its own from spawn to end. The record is taken out by
// the task itself, in a clean-up of its first frame, so however it ends; a task that is in the list is alive and may be cancelled.
// All of it is under the runtime's lock, as joins are: who cancels a group walks the list while its tasks end elsewhere.
//
// A waiter that was cancelled passes that on and then waits on behind a shield, since there is nothing that a second cancel could
// shorten. Rejected: one cancel of the children for each of the waiter's (it would interrupt their clean-ups).
//
// When a runtime is destroyed with tasks that would not end, a group's tasks are unwound before who waits for it, or frees it while
// it is unwound: their code may use what is in its frames.
//
// Rejected: tasks of a group in a list through their records (a record has no room, and most tasks have no group); stripes in place
// of the lock (a cancel needs the lock anyway, and comes before stripes).
#include "runtime.h"
#include "scope.h"

#include <cstring>
#include <new>

using namespace weft;

namespace {

struct Child {
  weft_group *group;
  weft_group_fn fn;
  void *arg;
  weft_task task;
  bool begun;
  Child *prev, *next;
};

} // namespace

struct weft_group {
  weft_runtime *rt;
  Child *first;      // those that have not ended, the newest first
  Task *waiter;      // in weft_group_wait
  weft_status error; // not WEFT_OK: it was cancelled
  bool over;
};

namespace {

// With the lock, from here to the end.

void link(Child *c) {
  weft_group *g = c->group;
  c->prev = nullptr;
  c->next = g->first;
  if (g->first)
    g->first->prev = c;
  g->first = c;
}

void unlink(Child *c) {
  if (c->prev)
    c->prev->next = c->next;
  else
    c->group->first = c->next;
  if (c->next)
    c->next->prev = c->prev;
}

// False: it has an error already.
bool stop(weft_group *g, weft_status error) {
  if (g->error != WEFT_OK)
    return false;
  g->error = error;
  for (Child *c = g->first; c; c = c->next)
    weft_cancel(c->task);
  return true;
}

void child_ended(Child *c, weft_status status) {
  weft_group *g = c->group;
  weft_runtime *rt = g->rt;
  Hold hold(rt);
  unlink(c);
  delete c;
  if (status != WEFT_OK)
    stop(g, status);
  if (!g->first && g->waiter) {
    unpark_if(g->waiter, WaitKind::Group);
    flush_unless_running(rt);
  }
}

void run_child(void *arg) {
  struct End {
    Child *child;
    weft_status status = WEFT_E_CANCELLED; // it is unwound
    ~End() { child_ended(child, status); }
  } end{static_cast<Child *>(arg)};
  end.child->begun = true;
  end.status = end.child->fn(end.child->arg);
}

// The caller is being unwound, as all tasks that were given up.
bool is_unwound(const Task *self) { return self && state_of(&self->ent) == kEntDone; }

// All but those that are being unwound themselves, of which this may be one's clean-up: they end with that.
void abandon_children(weft_group *g) {
  for (Child *c = g->first; c;) {
    Task *task = find_task(c->task);
    if (c->begun && (!task || !is_alive(task->ent))) { // it is being unwound, further out
      c = c->next;
      continue;
    }
    const bool begun = c->begun;
    if (task && is_alive(task->ent))
      abandon(g->rt, task);
    if (!begun) { // nor will it
      unlink(c);
      delete c;
    }
    c = g->first; // clean-ups may have ended others
  }
}

class Waiting {
public:
  Waiting(weft_group *g, Task *self) : group_(g), self_(self) { g->waiter = self; }
  ~Waiting() {
    if (is_unwound(self_))
      abandon_children(group_);
    group_->waiter = nullptr;
  }
  Waiting(const Waiting &) = delete;
  weft_status park() {
    self_->group = group_;
    return park_running(self_, WaitKind::Group, WEFT_NEVER);
  }

private:
  weft_group *group_;
  Task *self_;
};

class Shielded {
public:
  explicit Shielded(Task *self) { begin_shield(&scope_, self); }
  ~Shielded() { end_shield(&scope_); }
  Shielded(const Shielded &) = delete;

private:
  Scope scope_;
};

void wait_for_all(weft_group *g, Task *self) {
  Waiting waiting(g, self);
  while (waiting.park() == WEFT_OK)
    if (!g->first) // else somebody spawned before this task was picked
      return;
  bool told = false;
  const bool is_cancel = !was_passed(self);
  if (g->first) {
    told = stop(g, WEFT_E_CANCELLED);
    flush_unless_running(g->rt);
    Shielded shielded(self);
    while (g->first)
      waiting.park();
  }
  if (is_cancel && !told)
    give_cancel(self);
}

} // namespace

extern "C" {

weft_group *weft_group_new(weft_runtime *rt) {
  if (!rt)
    rt = runtime_here();
  if (!rt || !on_loop(rt))
    return nullptr;
  auto *g = new (std::nothrow) weft_group{};
  if (g)
    g->rt = rt;
  return g;
}

weft_status weft_group_spawn(weft_group *g, weft_group_fn fn, void *arg,
                             const weft_spawn_attr *attr, weft_task *out) {
  if (!g || !fn || !on_loop(g->rt) || (attr && attr->size < offsetof(weft_spawn_attr, deadline_ns)))
    return WEFT_E_INVAL;
  weft_spawn_attr detached = {};
  if (attr)
    memcpy(&detached, attr, attr->size < sizeof detached ? attr->size : sizeof detached);
  detached.size = sizeof detached;
  detached.flags |= WEFT_SPAWN_DETACHED;
  Hold hold(g->rt);
  if (g->error != WEFT_OK || g->over)
    return WEFT_E_CLOSED;
  auto *c = new (std::nothrow) Child{g, fn, arg, 0, false, nullptr, nullptr};
  if (!c)
    return WEFT_E_NOMEM;
  weft_status status = weft_spawn(g->rt, run_child, c, &detached, &c->task);
  if (status != WEFT_OK) {
    delete c;
    return status;
  }
  link(c);
  if (out)
    *out = c->task;
  return WEFT_OK;
}

weft_status weft_group_cancel(weft_group *g, weft_status error) {
  if (!g || error == WEFT_OK || !on_loop(g->rt))
    return WEFT_E_INVAL;
  Hold hold(g->rt);
  if (is_unwound(running_task()))
    return WEFT_E_STALE;
  if (g->over)
    return WEFT_E_CLOSED;
  return stop(g, error) ? WEFT_OK : WEFT_E_CLOSED;
}

weft_status weft_group_wait(weft_group *g) {
  if (!g || !on_loop(g->rt))
    return WEFT_E_INVAL;
  Task *self = running_task();
  Hold hold(g->rt);
  if (g->waiter)
    return WEFT_E_BUSY;
  if (g->over)
    return WEFT_E_STALE;
  if (is_unwound(self)) {
    abandon_children(g);
    if (g->first) // itself, or who gave it up
      return WEFT_E_BUSY;
  }
  if (g->first) {
    if (!self || on_native_stack())
      return WEFT_E_NOTASK;
    if (self->rt != g->rt)
      return WEFT_E_INVAL;
    wait_for_all(g, self);
  }
  g->over = true;
  return g->error;
}

weft_status weft_group_free(weft_group *g) {
  if (!g)
    return WEFT_OK;
  if (!on_loop(g->rt))
    return WEFT_E_INVAL;
  Hold hold(g->rt);
  if (is_unwound(running_task()) && !g->waiter)
    abandon_children(g);
  if (g->first || g->waiter)
    return WEFT_E_BUSY;
  delete g;
  return WEFT_OK;
}
}
