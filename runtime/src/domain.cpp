// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Domains: the tree of scheduler instances, and how "ready" travels up it.
//
// The invariant: a domain with something ready is queued in its parent or on the path that is being
// run. So ready makes a domain ready in its parent exactly when its count leaves zero and it is not
// on that path; what is on the path is looked at when its slice ends.
//
// A task's wake is gathered in rt->woken first and handed over on the native stack, because a task
// may wake another from its own small stack, where no scheduler's function may run. Nothing is
// picked in between, so for the order of picks it is the same.
#include "binding.h"
#include "cont.h"
#include "count.h"
#include "held.h"
#include "lend.h"
#include "only.h"
#include "parallel.h"
#include "runtime.h"
#include "trace.h"
#include "worker.h"

#include <cstring>

namespace weft {

namespace {

void tell_ready(weft_worker *w, weft_domain *d, weft_ent_list *list, weft_worker *from, weft_why why) {
  weft_runtime *rt = d->rt;
  bool was_empty = d->ready == 0;
  no_longer_only(w, d);
  d->ready += static_cast<uint32_t>(list->count);
  count(w, d, kReadied, list->count);
  if (rt->trace)
    for (weft_ent *e = list->head; e; e = e->next)
      event::ready(d, e, why);
  const bool for_any = !is_bound(list->head);
  d->ops.ready(d->self, list, from, why);
  if (__builtin_expect(d->held != 0, 0)) { // it may have something now that may run
    forget_hold(d);
    was_empty = true;
  }
  if (!d->parent && rt->workers > 1) {
    more_work(w, for_any);
    return;
  }
  if (no_longer_hollow(d)) {
    give_back(w, d);
    more_work(w);
    return;
  }
  if (was_empty && !d->in_slice)
    ready_in_parent(w, d, from, WEFT_WHY_CHILD);
}

} // namespace

void ready_in_parent(weft_worker *w, weft_domain *d, weft_worker *from, weft_why why) {
  weft_runtime *rt = d->rt;
  if (!d->parent) {
    if (!w->in_turn)
      request_turn(rt);
    return;
  }
  d->ent.reserved = kEntReady;
  d->ent.next = nullptr;
  rt->ready_children += !d->parent->parent;
  is_queued(d);
  weft_ent_list one{&d->ent, &d->ent, 1};
  tell_ready(w, d->parent, &one, from, why);
}

void flush_ready(weft_worker *w, weft_worker *from) {
  Task *task = w->woken_head;
  w->woken_head = nullptr;
  w->attention &= ~kWoken;
  while (task) {
    weft_domain *domain = task->domain;
    weft_why why = why_of(task);
    weft_ent_list list{&task->ent, &task->ent, 1};
    // A storm arrives as one batch per domain and reason.
    task->readied_by = from ? from->index & kNobody : kNobody;
    while ((task = woken_after(task)) && task->domain == domain && task->why == why) {
      task->readied_by = from ? from->index & kNobody : kNobody;
      list.tail = &task->ent;
      list.count++;
    }
    list.tail->next = nullptr;
    tell_ready(w, domain, &list, from, why);
  }
}

void flush_now(weft_worker *w) {
  call_native(
      [](void *arg) {
        auto *of = static_cast<weft_worker *>(arg);
        flush_ready(of, of);
      },
      w);
}

void request_turn(weft_runtime *rt) {
  if (rt->turn_wanted)
    return;
  rt->turn_wanted = true;
  home_awake(rt);
  rt->host.post(rt->host_self);
}

weft_status make_domain(weft_runtime *rt, weft_domain *parent, const weft_domain_attr *attr,
                        weft_domain **out, char *error, size_t error_size) {
  uint32_t bind;
  if (weft_status wrong = read_binding(parent, attr, &bind, error, error_size); wrong != WEFT_OK)
    return wrong;
  auto *d = new (std::nothrow) weft_domain{};
  if (!d)
    return refuse(WEFT_E_NOMEM, error, error_size, "no memory for a domain");
  d->rt = rt;
  d->parent = parent;
  d->bind = bind;
  d->ent.kind = WEFT_ENT_DOMAIN;
  d->ent.reserved = kEntParked;
  d->held_timer.kind = TimerKind::Domain;
  d->ent.id = ++rt->next_domain_id;
  d->picks = attr && attr->picks ? attr->picks : 1;
  d->priority = attr ? attr->priority : 0;
  d->deadline = WEFT_NEVER;
  d->weight = attr && attr->weight ? attr->weight : 1;
  copy_name(d->name, attr && attr->name ? attr->name : parent ? "" : "root");
  if (!rt->timers.reserve(rt->records.load(std::memory_order_relaxed) + rt->token_timers + ++rt->domain_timers)) {
    rt->domain_timers--;
    delete d;
    return refuse(WEFT_E_NOMEM, error, error_size, "no memory for a domain");
  }
  const char *spec = attr && attr->sched ? attr->sched : "fifo";
  weft_status status = make_scheduler(spec, d, error, error_size);
  if (status != WEFT_OK) {
    rt->domain_timers--;
    delete d;
    return status;
  }
  d->settled = d->ops.pick_many && !d->ops.ran;
  if (d->ops.attr)
    any_lends.store(true, std::memory_order_relaxed);
  if (d->ops.choose) // calls ask it on their way with locks: the common one stays as short as it is
    any_parallel.store(true, std::memory_order_relaxed);
  uint32_t entered = 0;
  for (; d->ops.worker_enter && entered < rt->workers; ++entered) {
    status = d->ops.worker_enter(d->self, worker_at(rt, entered));
    if (status == WEFT_OK)
      continue;
    refuse(status, error, error_size, "scheduler '%s' refuses worker %u: %s", d->ops.name, entered,
           weft_status_text(status));
    break;
  }
  if (status == WEFT_OK && parent && parent->ops.admit) {
    weft_ent_attr ent_attr = {};
    ent_attr.size = sizeof ent_attr;
    ent_attr.priority = d->priority;
    ent_attr.deadline_ns = d->deadline;
    ent_attr.weight = d->weight;
    ent_attr.name = d->name;
    status = parent->ops.admit(parent->self, &d->ent, &ent_attr);
    if (status != WEFT_OK)
      refuse(status, error, error_size, "scheduler '%s' refuses the domain: %s", parent->ops.name,
             weft_status_text(status));
  }
  if (status != WEFT_OK) {
    while (d->ops.worker_leave && entered != 0)
      d->ops.worker_leave(d->self, worker_at(rt, --entered));
    d->ops.destroy(d->self);
    rt->domain_timers--;
    delete d;
    return status;
  }
  if (parent) {
    d->next_sibling = parent->first_child;
    parent->first_child = d;
  }
  if (rt->trace)
    event::domain_made(d, spec);
  *out = d;
  return WEFT_OK;
}

void destroy_domain(weft_domain *d) {
  weft_domain *parent = d->parent;
  weft_runtime *rt = d->rt;
  if (rt->trace)
    event::domain_gone(d);
  forget_hold(d);
  rt->domain_timers--;
  if (parent) {
    weft_domain **link = &parent->first_child;
    while (*link != d)
      link = &(*link)->next_sibling;
    *link = d->next_sibling;
    if (parent->ops.retire)
      parent->ops.retire(parent->self, &d->ent);
  }
  if (d->ops.stop)
    d->ops.stop(d->self);
  for (uint32_t i = rt->workers; d->ops.worker_leave && i-- != 0;)
    d->ops.worker_leave(d->self, worker_at(rt, i));
  d->ops.destroy(d->self);
  inherit_counts(d);
  delete d;
}

namespace {

// A task of it or of a domain below; or somebody stands in the close of a domain below and will
// look at it again.
bool used(const weft_domain *d) {
  if (d->tasks != 0)
    return true;
  for (weft_domain *c = d->first_child; c; c = c->next_sibling)
    if (c->closer || used(c))
      return true;
  return false;
}

// Children first. Only when nobody uses it or stands in its close, on the native stack.
void destroy_tree(weft_domain *d) {
  while (d->first_child)
    destroy_tree(d->first_child);
  destroy_domain(d);
}

} // namespace

void domain_emptied(weft_domain *d) {
  for (; d && !used(d); d = d->parent)
    if (d->closer)
      unpark_if(d->closer, WaitKind::Close);
}

void slice_ended(weft_domain *d) {
  if (d->close_unattended && !d->closer && !used(d))
    destroy_tree(d);
}

namespace {

struct CreateCall {
  weft_runtime *rt;
  weft_domain *parent;
  const weft_domain_attr *attr;
  weft_domain **out;
  char *error;
  size_t error_size;
  weft_status status;
};

// Marks it and all below closed and cancels their tasks; nothing is destroyed yet.
void begin_close(weft_domain *d) {
  if (!d->closed) {
    d->closed = true;
    task_table().each([d](Task &t) {
      if (t.domain == d && is_alive(t.ent))
        cancel_here(&t);
    });
  }
  for (weft_domain *c = d->first_child; c; c = c->next_sibling)
    begin_close(c);
}

// A closer has left d: who waits for a domain above is told, and the highest of those that were
// closed from within goes, as at the end of its last task.
void closer_left(weft_domain *d) {
  domain_emptied(d);
  weft_domain *gone = nullptr;
  for (; d && !d->closer && !used(d); d = d->parent)
    if (d->close_unattended)
      gone = d;
  if (gone)
    call_native([](void *domain) { destroy_tree(static_cast<weft_domain *>(domain)); }, gone);
}

bool within(weft_domain *d, weft_domain *ancestor) {
  while (d && d != ancestor)
    d = d->parent;
  return d != nullptr;
}

} // namespace

} // namespace weft

using namespace weft;

extern "C" {

weft_domain *weft_root_domain(weft_runtime *rt) {
  if (!rt)
    rt = weft_runtime_current();
  return rt ? rt->root : nullptr;
}

weft_domain *weft_self_domain(void) {
  Task *self = running_task();
  return self ? self->domain : nullptr;
}

uint64_t weft_domain_id(const weft_domain *domain) { return domain ? domain->ent.id : 0; }

weft_status weft_domain_create(weft_domain *parent, const weft_domain_attr *attr, weft_domain **out,
                               char *error, size_t error_size) {
  weft_runtime *rt = parent ? parent->rt : weft_runtime_current();
  constexpr uint32_t kLeast = offsetof(weft_domain_attr, picks) + sizeof attr->picks;
  if (!out)
    return refuse(WEFT_E_INVAL, error, error_size, "weft_domain_create: no place for the domain: out is NULL");
  if (attr && attr->size < kLeast)
    return refuse(WEFT_E_INVAL, error, error_size,
                  "weft_domain_create: attr->size is %u; accepted: sizeof(weft_domain_attr), at least %u", attr->size, kLeast);
  if (attr && attr->size >= sizeof *attr && attr->reserved != 0)
    return refuse(WEFT_E_INVAL, error, error_size, "weft_domain_create: attr->reserved is %u; accepted: 0", attr->reserved);
  if (!rt)
    return refuse(WEFT_E_INVAL, error, error_size, "weft_domain_create: this thread has no runtime, and no parent was given (TASK-01)");
  if (!on_loop(rt))
    return refuse(WEFT_E_INVAL, error, error_size,
                  "weft_domain_create: another thread than the loop's, and no task of the runtime (TASK-01)");
  *out = nullptr;
  if (!parent)
    parent = rt->root;
  Hold hold(rt);
  if (parent->closed || rt->closing)
    return refuse(WEFT_E_CLOSED, error, error_size, "the parent domain is closed");
  CreateCall call{rt, parent, attr, out, error, error_size, WEFT_OK};
  call_native(
      [](void *arg) {
        auto *c = static_cast<CreateCall *>(arg);
        c->status = make_domain(c->rt, c->parent, c->attr, c->out, c->error, c->error_size);
      },
      &call);
  return call.status;
}

weft_status weft_domain_close(weft_domain *d) {
  if (!d || !d->parent || !on_loop(d->rt))
    return WEFT_E_INVAL;
  Hold hold(d->rt);
  {
    Halt halt(d->rt);
    begin_close(d);
  }
  flush_unless_running(d->rt);
  Task *self = running_task();
  if (self && within(self->domain, d)) {
    d->close_unattended = true;
    return WEFT_OK;
  }
  while (d->closer || used(d)) {
    if (!self || on_native_stack() || d->closer)
      return WEFT_E_BUSY;
    d->closer = self;
    self->closes = d;
    weft_status status = park_running(self, WaitKind::Close, WEFT_NEVER);
    d->closer = nullptr;
    if (status != WEFT_OK) {
      closer_left(d);
      return status;
    }
  }
  weft_domain *parent = d->parent;
  call_native([](void *domain) { destroy_tree(static_cast<weft_domain *>(domain)); }, d);
  closer_left(parent);
  return WEFT_OK;
}
}
