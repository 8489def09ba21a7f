// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "scope.h"

#include "fatal.h"
#include "runtime.h"
#include "trace.h"
#include "worker.h"

#include <new>

using namespace weft;

namespace weft {

namespace {

Scope *first_shield(Task *task) {
  Scope *s = task->scopes;
  while (s && s->kind != ScopeKind::Shield)
    s = s->outer;
  return s;
}

// From s outwards, up to a shield.
bool any_passed(const Scope *s) {
  for (; s && s->kind != ScopeKind::Shield; s = s->outer)
    if (s->kept)
      return true;
  return false;
}

void set_passed(Task *self) {
  if (any_passed(self->scopes))
    __atomic_fetch_or(&self->cancels, kCancelPassed, __ATOMIC_SEQ_CST);
  else
    __atomic_fetch_and(&self->cancels, kCancelCount, __ATOMIC_RELAXED);
}

void set_flag(Task *self, bool on) {
  uint8_t rest = static_cast<uint8_t>(self->flags & ~kTaskScoped);
  __atomic_store_n(&self->flags, static_cast<uint8_t>(on ? rest | kTaskScoped : rest),
                   __ATOMIC_RELAXED);
}

void open(Scope *scope, Task *self, ScopeKind kind) {
  scope->outer = self->scopes;
  scope->task = self;
  scope->kind = kind;
  self->scopes = scope;
  set_flag(self, true);
}

void close(Scope *scope) {
  Task *self = scope->task;
  Scope **link = &self->scopes;
  while (*link != scope)
    link = &(*link)->outer;
  *link = scope->outer;
  scope->kind = ScopeKind::None;
  if (!self->scopes)
    set_flag(self, false);
}

void disarm(Scope *scope) {
  if (!scope->timer.armed())
    return;
  weft_runtime *rt = scope->task->rt;
  rt->timers.disarm(&scope->timer);
  rt->token_timers--;
}

bool is_open(const weft_scope *given, const Task *self) {
  for (const Scope *s = self->scopes; s; s = s->outer)
    if (s == reinterpret_cast<const Scope *>(given))
      return true;
  return false;
}

// The open scope of the running task that it is; null.
Scope *as_open(weft_scope *given, ScopeKind kind) {
  auto *scope = reinterpret_cast<Scope *>(given);
  Task *self = running_task();
  for (Scope *s = self ? self->scopes : nullptr; s; s = s->outer)
    if (s == scope)
      return s->kind == kind ? s : nullptr;
  return nullptr;
}

} // namespace

void begin_shield(Scope *shield, Task *self) {
  shield->kept = __atomic_exchange_n(&self->cancels, 0, __ATOMIC_ACQ_REL) & kCancelCount;
  open(shield, self, ScopeKind::Shield);
}

void end_shield(Scope *shield) {
  if (shield->kind != ScopeKind::Shield)
    return; // forgotten
  Task *self = shield->task;
  close(shield);
  if (Scope *other = first_shield(self))
    other->kept += shield->kept;
  else if (shield->kept)
    __atomic_fetch_add(&self->cancels, shield->kept, __ATOMIC_SEQ_CST);
  set_passed(self);
}

bool kept_by_shield(Task *task) {
  Scope *shield = first_shield(task);
  if (!shield)
    return false;
  shield->kept++;
  return true;
}

void deadline_passed(Timer *timer) {
  auto *scope = reinterpret_cast<Scope *>(reinterpret_cast<char *>(timer) - offsetof(Scope, timer));
  Task *task = scope->task;
  task->rt->token_timers--;
  scope->kept = 1;
  for (Scope *s = task->scopes; s != scope; s = s->outer)
    if (s->kind == ScopeKind::Shield)
      return; // its end looks
  if (task->rt->trace)
    event::wake(task, "deadline");
  __atomic_fetch_or(&task->cancels, kCancelPassed, __ATOMIC_SEQ_CST);
  interrupt_here(task);
}

void forget_scopes(Task *task) {
  while (Scope *scope = task->scopes) {
    disarm(scope);
    close(scope);
  }
}

void refuse_open_scopes(const Task *task) {
  fatal("weft: task '%s' #%llu ended inside of a deadline or a shield that it had begun (GROUP-06)",
        task->name, static_cast<unsigned long long>(task->ent.id));
}

} // namespace weft

extern "C" {

weft_status weft_deadline_begin(weft_scope *given, uint64_t deadline_ns) {
  Task *self = running_task();
  if (!given || !self)
    return given ? WEFT_E_NOTASK : WEFT_E_INVAL;
  if (is_open(given, self))
    return WEFT_E_INVAL;
  weft_runtime *rt = self->rt;
  Hold hold(rt);
  auto *scope = new (given) Scope{};
  scope->task = self;
  if (deadline_ns != WEFT_NEVER) {
    if (!rt->timers.reserve(rt->records.load(std::memory_order_relaxed) + rt->token_timers +
                            rt->domain_timers + 1))
      return WEFT_E_NOMEM;
    rt->token_timers++;
    rt->timers.arm(&scope->timer, deadline_ns);
    deadline_moved(worker_here(rt));
  }
  open(scope, self, ScopeKind::Deadline);
  return WEFT_OK;
}

weft_status weft_deadline_end(weft_scope *given) {
  Scope *scope = as_open(given, ScopeKind::Deadline);
  if (!scope)
    return WEFT_E_INVAL;
  Task *self = scope->task;
  Hold hold(self->rt);
  // Its time may have come while the task computed, and nobody have looked.
  bool passed = any_passed(scope) || (scope->timer.armed() && self->rt->timers.deadline(&scope->timer) <= weft_now());
  disarm(scope);
  close(scope);
  set_passed(self);
  return passed ? WEFT_E_TIMEOUT : WEFT_OK;
}

weft_status weft_shield_begin(weft_scope *given) {
  Task *self = running_task();
  if (!given || !self)
    return given ? WEFT_E_NOTASK : WEFT_E_INVAL;
  if (is_open(given, self))
    return WEFT_E_INVAL;
  Hold hold(self->rt);
  begin_shield(new (given) Scope{}, self);
  return WEFT_OK;
}

weft_status weft_shield_end(weft_scope *given) {
  Scope *shield = as_open(given, ScopeKind::Shield);
  if (!shield)
    return WEFT_E_INVAL;
  Hold hold(shield->task->rt);
  end_shield(shield);
  return WEFT_OK;
}
}
