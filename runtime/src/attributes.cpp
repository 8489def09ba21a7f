// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Attributes that change while a task or domain lives. The policy is told under a halt, so an entity cannot end meanwhile, also where
// several workers are in the policy; what it does with them is its affair (SCHED-15).
#include "attributes.h"

#include "cont.h"
#include "lend.h"
#include "parallel.h"
#include "runtime.h"

#include <type_traits>

namespace weft {

namespace {

using AttributeTable = RecordTable<Attributes>;
constinit AttributeTable table;
static_assert(std::is_trivially_destructible_v<AttributeTable>); // threads may look while the process ends

struct AttrCall {
  weft_domain *domain;
  weft_ent *ent;
  const weft_ent_attr *attr;
};

// On the native stack, as all functions of a policy.
void tell_policy(weft_domain *domain, weft_ent *ent, const weft_ent_attr &attr) {
  if (!domain->ops.attr)
    return;
  AttrCall call{domain, ent, &attr};
  call_native(
      [](void *arg) {
        auto *c = static_cast<AttrCall *>(arg);
        c->domain->ops.attr(c->domain->self, c->ent, c->attr);
      },
      &call);
}

// What follows `weight` came with it.
constexpr uint32_t kLeast = offsetof(weft_ent_attr, name) + sizeof(weft_ent_attr::name);
bool is_right(const weft_ent_attr *attr) { return attr && attr->size >= kLeast && attr->home == 0 && !attr->name && attr->weight != 0; }

weft_ent_attr made_of(int32_t priority, uint64_t deadline, uint32_t weight) {
  return {sizeof(weft_ent_attr), priority, deadline, weight, 0, nullptr};
}

weft_status give(const weft_ent_attr &from, weft_ent_attr *out) {
  if (!out || out->size < kLeast)
    return WEFT_E_INVAL;
  uint32_t size = out->size;
  *out = from;
  out->size = size;
  return WEFT_OK;
}

// WEFT_OK, in its runtime; WEFT_E_STALE, WEFT_E_INVAL. A record that is free may have been another runtime's, and become one's at any time.
weft_status find_runtime(weft_task handle, weft_runtime **out) {
  Task *task = find_task(handle);
  if (!task)
    return WEFT_E_STALE;
  *out = runtime_of(task);
  if (on_loop(*out))
    return WEFT_OK;
  return find_task(handle) ? WEFT_E_INVAL : WEFT_E_STALE;
}

// Under a halt of that one. WEFT_E_STALE.
weft_status find_alive(weft_task handle, Task **out) {
  Task *task = find_task(handle);
  if (!task || !is_alive(task->ent))
    return WEFT_E_STALE;
  *out = task;
  return WEFT_OK;
}

} // namespace

std::mutex &attributes_lock() { return table.lock(); }

Attributes *own_attrs(const Task *task) { return task->inbox.word ? table.at(task->inbox.word - 1) : nullptr; }

Attributes attrs_of(const Task &task) {
  const Attributes *own = own_attrs(&task);
  return own ? *own : Attributes();
}

Attributes *take_attrs(Task *task) {
  if (task->inbox.word)
    return own_attrs(task);
  Attributes *own = table.take(1);
  if (!own)
    return nullptr;
  task->inbox.word = own->slot + 1;
  __atomic_store_n(&task->flags, static_cast<uint8_t>(task->flags | kTaskUnclean), __ATOMIC_RELAXED);
  return own;
}

void tell_attrs(Task *task, const Attributes &own) {
  if (is_alive(task->ent))
    tell_policy(task->domain, &task->ent, made_of(own.told_priority, own.told_deadline, own.weight));
}

Attributes attrs_of(const weft_domain &d) {
  Attributes own;
  own.priority = d.priority;
  own.deadline = d.deadline;
  own.weight = d.weight;
  return own;
}

bool keep_attrs(Task *task, int32_t priority, uint64_t deadline, uint32_t weight) {
  Attributes *own = take_attrs(task);
  if (!own)
    return false;
  own->told_priority = own->priority = priority;
  own->told_deadline = own->deadline = deadline ? deadline : WEFT_NEVER;
  own->weight = weight ? weight : 1;
  return true;
}

void forget_attrs(Task *task) {
  Attributes *own = own_attrs(task);
  end_loans(task, own);
  task->inbox.word = 0;
  uint32_t slot = own->slot;
  *own = Attributes();
  own->slot = slot;
  table.give(own);
}

} // namespace weft

using namespace weft;

extern "C" {

weft_status weft_task_set_attr(weft_task handle, const weft_ent_attr *attr) {
  weft_runtime *rt;
  if (!is_right(attr))
    return WEFT_E_INVAL;
  if (weft_status status = find_runtime(handle, &rt); status != WEFT_OK)
    return status;
  Halt halt(rt);
  Task *task;
  if (weft_status status = find_alive(handle, &task); status != WEFT_OK)
    return status;
  const bool had_some = own_attrs(task) != nullptr;
  if (!keep_attrs(task, attr->priority, attr->deadline_ns, attr->weight))
    return WEFT_E_NOMEM;
  tell_attrs(task, *own_attrs(task));
  if (!had_some && attr->priority < 0)
    ask_its_waiters(task);
  loans_changed(task);
  return WEFT_OK;
}

weft_status weft_task_get_attr(weft_task handle, weft_ent_attr *out) {
  weft_runtime *rt;
  if (weft_status status = find_runtime(handle, &rt); status != WEFT_OK)
    return status;
  Halt halt(rt);
  Task *task;
  if (weft_status status = find_alive(handle, &task); status != WEFT_OK)
    return status;
  Attributes own = attrs_of(*task);
  return give(made_of(own.priority, own.deadline, own.weight), out);
}

weft_status weft_domain_set_attr(weft_domain *d, const weft_ent_attr *attr) {
  if (!is_right(attr) || !d || !d->parent || !on_loop(d->rt))
    return WEFT_E_INVAL;
  Halt halt(d->rt);
  d->priority = attr->priority;
  d->deadline = attr->deadline_ns ? attr->deadline_ns : WEFT_NEVER;
  d->weight = attr->weight;
  tell_policy(d->parent, &d->ent, made_of(d->priority, d->deadline, d->weight));
  return WEFT_OK;
}

weft_status weft_domain_get_attr(const weft_domain *d, weft_ent_attr *out) {
  if (!d || !d->parent || !on_loop(d->rt))
    return WEFT_E_INVAL;
  Hold hold(d->rt);
  return give(made_of(d->priority, d->deadline, d->weight), out);
}
}
