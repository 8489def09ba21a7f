// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "binding.h"

#include "parallel.h"
#include "trace.h"
#include "worker.h"

namespace weft {

bool send_to_its_side(weft_worker *w, weft_domain *child, uint32_t picks) {
  weft_runtime *rt = w->rt;
  if (child->bind == WEFT_BIND_ANY || child->bind == side_of(w) || rt->workers <= 1)
    return false;
  SentLine &line = rt->sent[child->bind];
  child->sent_picks = picks;
  w->sent_some = true;
  child->sent_next = nullptr;
  if (line.count == 0)
    line.head = child;
  else
    line.tail->sent_next = child;
  line.tail = child;
  __atomic_store_n(&line.count, line.count + 1, __ATOMIC_RELAXED);
  if (rt->trace)
    event::sent(child);
  more_work(w, false);
  return true;
}

weft_domain *take_sent(weft_worker *w) {
  SentLine &line = w->rt->sent[side_of(w)];
  if (line.count == 0)
    return nullptr;
  weft_domain *d = line.head;
  line.head = d->sent_next;
  __atomic_store_n(&line.count, line.count - 1, __ATOMIC_RELAXED);
  if (w->rt->trace)
    event::taken(d);
  return d;
}

// The sum of what is ready comes first: what then begins to run was ready, and what ends before it is looked at does no harm.
bool something_for(const weft_worker *w, bool took_child) {
  weft_runtime *rt = w->rt;
  uint32_t tasks = root_ready(rt) - rt->ready_children, running = 0;
  for (uint32_t i = 0; i < rt->workers; ++i)
    running += worker_at(rt, i)->runs.load(std::memory_order_relaxed);
  const uint32_t others = rt->queued_for[w->index == 0 ? WEFT_BIND_POOL : WEFT_BIND_HOST];
  return tasks > running || rt->ready_children - rt->root->running - took_child != others;
}

Spare spare_work(const weft_worker *w) {
  const weft_runtime *rt = w->rt;
  if (rt->root->held != 0)
    return {0, rt->sent[WEFT_BIND_POOL].count, rt->sent[WEFT_BIND_HOST].count};
  const uint32_t host = rt->queued_for[WEFT_BIND_HOST], pool = rt->queued_for[WEFT_BIND_POOL];
  if (rt->parallel)
    return {0, pool + rt->sent[WEFT_BIND_POOL].count, host + rt->sent[WEFT_BIND_HOST].count};
  Spare spare = {queued(rt) - host - pool, pool + rt->sent[WEFT_BIND_POOL].count, host + rt->sent[WEFT_BIND_HOST].count};
  // It picks one itself, when it is at picking.
  if (!w->running && w->in_turn) {
    uint32_t &own = w->index == 0 ? spare.home : spare.pool;
    if (own != 0)
      own--;
    else if (spare.any != 0)
      spare.any--;
  }
  return spare;
}

weft_status read_binding(const weft_domain *parent, const weft_domain_attr *attr, uint32_t *bind, char *error,
                         size_t error_size) {
  const uint32_t above = parent ? parent->bind : uint32_t{WEFT_BIND_ANY};
  // What was compiled against an older header has no such field.
  const bool has = attr && attr->size >= offsetof(weft_domain_attr, bind) + sizeof attr->bind;
  const uint32_t wanted = has ? attr->bind : uint32_t{WEFT_BIND_ANY};
  *bind = wanted != WEFT_BIND_ANY ? wanted : above;
  if (wanted > WEFT_BIND_POOL)
    return refuse(WEFT_E_INVAL, error, error_size,
                  "weft_domain_create: bind is %u; accepted: WEFT_BIND_ANY, WEFT_BIND_HOST, WEFT_BIND_POOL (TASK-08)", wanted);
  if (above != WEFT_BIND_ANY && *bind != above)
    return refuse(WEFT_E_INVAL, error, error_size,
                  "weft_domain_create: '%s' cannot be bound to the %s, as its parent '%s' #%llu is bound to the %s (TASK-08)",
                  attr->name ? attr->name : "", binding_name(*bind), parent->name, (unsigned long long)parent->ent.id,
                  binding_name(above));
  return WEFT_OK;
}

const char *binding_name(uint32_t bind) {
  return bind == WEFT_BIND_HOST ? "host" : bind == WEFT_BIND_POOL ? "pool" : "";
}

} // namespace weft
