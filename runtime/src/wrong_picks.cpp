// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "wrong_picks.h"

#include "fatal.h"
#include "worker.h"

#include <cstdio>

namespace weft {

[[gnu::cold]] void picked_unready(weft_domain *d, weft_ent *ent) {
  fatal("weft: scheduler '%s' of domain '%s' #%llu picked %s #%llu, which is not ready (SCHED-01)",
        d->ops.name, d->name, (unsigned long long)d->ent.id,
        ent->kind == WEFT_ENT_TASK ? "task" : "domain", (unsigned long long)ent->id);
}

[[gnu::cold]] void picked_too_many(weft_domain *d, size_t n) {
  fatal("weft: scheduler '%s' of domain '%s' #%llu picked %zu at once, where at most %u were asked "
        "for (SCHED-08)",
        d->ops.name, d->name, (unsigned long long)d->ent.id, n, kLine);
}

[[gnu::cold]] void lost(weft_domain *d, uint32_t ready) {
  const weft_ent *example = nullptr;
  const char *name = "";
  task_table().each([&](Task &t) {
    if (example || t.domain != d || !is_ready(t.ent) || runs_on(d->rt, &t))
      return;
    example = &t.ent;
    name = t.name;
  });
  for (weft_domain *c = d->first_child; c && !example; c = c->next_sibling)
    if (is_ready(c->ent) && !c->in_slice && !c->hollow) {
      example = &c->ent;
      name = c->name;
    }
  char which[96] = "";
  if (example)
    snprintf(which, sizeof which, "%s%s '%s' #%llu", ready == 1 ? ": " : ", one of them ",
             example->kind == WEFT_ENT_TASK ? "task" : "domain", name, (unsigned long long)example->id);
  fatal("weft: scheduler '%s' of domain '%s' #%llu picks nothing, but %u of its entities %s ready%s (SCHED-02)",
        d->ops.name, d->name, (unsigned long long)d->ent.id, ready, ready == 1 ? "is" : "are", which);
}

} // namespace weft
