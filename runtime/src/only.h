// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Levels that cost nothing: an entity that is the only one ready in its domain.
//
// The idea: whom a policy would give is known where one is all that it has. So it need not be asked, nor told that this one
// is ready again, where it is so written that nothing but the order of picks comes of it: pick_many, which settles the next picks
// whatever comes meanwhile, and no `ran`, which would have to hear of each (`settled`; weft_yield stays in a lone task by the same right).
// With one worker and no trace:
//   - A slice that leaves its only entity ready *keeps* it: it stands in the domain's line, as if it had been made ready and
//     picked ahead. The next slice finds it there.
//   - A child that is kept so, in a domain that makes one pick in a slice, is the domain's `only`: who picks the domain
//     runs the last of such a chain straight away.
//   - A child that is alone in a domain that goes on picking has as many slices in one as that would give it.
// All of it ends when something else becomes ready there: that clears `only` and marks the worker (not_only), so that slices which
// stand for several end where the present one would have, and who was kept is made ready after whoever came meanwhile.
// Which picks are made, in which order, is the same with and without it.
//
// Counted they are as picks that were asked for and entities that were told of, as yields into the next task are.
//
// Rejected: a path from the root to a leaf, valid while no edge changes (an edge far away would end all paths); to batch who is ready
// again where several are (the order among those who come meanwhile would change, and a yield is a list already).
#pragma once

#include "count.h"

namespace weft {

constexpr uint32_t kNotOnly = 1u << 31; // beside how many handed over

// Before something becomes ready in d.
inline void no_longer_only(weft_worker *w, weft_domain *d) {
  if (__builtin_expect(d->only != nullptr, 0)) {
    d->only = nullptr;
    w->not_only = w->in_only ? kNotOnly : 0;
  }
}

// Of the picks that d's slice has, the present one included: one that stands for several ends where the present one would have.
inline uint32_t rest_of_slice(weft_domain *d, uint32_t picks) {
  if (d->unit == 0)
    return picks;
  const uint32_t rest = (picks - 1) % d->unit + 1;
  d->given_up += picks - rest;
  return rest;
}

// ent, which is about to be made ready again in d, is all that is: it stands in the line instead.
inline void keep(weft_domain *d, weft_ent *ent) {
  d->line[0] = ent;
  d->line_at = 0;
  d->line_end = 1;
  set_state(ent, kEntAhead);
}

// Around slices that stand for several.
class Only {
public:
  explicit Only(weft_worker *w) : w_(w), outermost_(!w->in_only) { w->in_only = true; }
  ~Only() {
    if (outermost_) {
      w_->in_only = false;
      w_->not_only = 0;
    }
  }
  Only(const Only &) = delete;

private:
  weft_worker *w_;
  bool outermost_;
};

} // namespace weft
