// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What levels of domains add to a yield: the same tasks in domains and in fewer of them, or none, in one run.
// Each domain is fifo, and makes one pick in a slice, as is the default: so each run of a task is a pick at each level above it.
#include "tasks.h"
#include "weft.h"

#include <algorithm>
#include <vector>

namespace {

using bench::must, bench::runtime, bench::spawn_detached;

struct Yields {
  uint64_t tasks, each, started, ended, first, last, sum;
};
void yields(void *arg) {
  auto &y = *static_cast<Yields *>(arg);
  weft_yield(); // until all of them are there
  if (++y.started == 1)
    y.first = bench::now();
  for (uint64_t i = 0; i < y.each; ++i) {
    ++y.sum;
    weft_yield();
  }
  if (++y.ended == y.tasks)
    y.last = bench::now();
}

// At the root `wide` children, at each level below `fork` for each; `tasks` tasks in each innermost domain.
struct Shape {
  uint64_t depth, wide, fork, tasks;
  uint64_t leaves() const {
    uint64_t n = wide;
    for (uint64_t i = 1; i < depth; ++i)
      n *= fork;
    return n;
  }
};

void grow(const Shape &shape, weft_domain *at, uint64_t level, std::vector<weft_domain *> &tops, std::vector<weft_domain *> &leaves) {
  if (level == shape.depth) {
    leaves.push_back(at);
    return;
  }
  for (uint64_t i = 0; i < (level ? shape.fork : shape.wide); ++i) {
    weft_domain_attr attr = {};
    attr.size = sizeof attr;
    attr.sched = "fifo";
    weft_domain *child = nullptr;
    must(weft_domain_create(at, &attr, &child, nullptr, 0), "domain");
    if (level == 0)
      tops.push_back(child);
    grow(shape, child, level + 1, tops, leaves);
  }
}

// `tasks` tasks in the innermost domains by turns.
struct Taken {
  uint64_t ns, sum;
};
Taken take(const Shape &shape, uint64_t tasks, uint64_t each) {
  std::vector<weft_domain *> tops, leaves;
  grow(shape, weft_root_domain(runtime()), 0, tops, leaves);
  Yields y = {tasks, each, 0, 0, 0, 0, 0};
  for (uint64_t i = 0; i < tasks; ++i)
    spawn_detached(yields, &y, leaves[i % leaves.size()]);
  must(weft_run(runtime()), "run");
  for (weft_domain *top : tops)
    must(weft_domain_close(top), "close");
  return {y.last - y.first, y.sum};
}

// What `more` takes longer than `less` with the same tasks, by the level. At least a sixteenth of the whole: something to scale up
// from where levels cost nothing.
bench::Result added(const Shape &more, const Shape &less, uint64_t ops) {
  constexpr uint64_t kParts = 4;
  const uint64_t tasks = more.leaves() * more.tasks, levels = more.depth - less.depth;
  const uint64_t each = std::max<uint64_t>(ops / (kParts * levels * tasks), 1);
  uint64_t with = 0, without = 0, sum = 0;
  for (uint64_t i = 0; i < kParts; ++i) { // by turns, as the machine's speed changes
    Taken t = take(more, tasks, each);
    with += t.ns;
    sum += t.sum;
    without += take(less, tasks, each).ns;
  }
  const uint64_t least = with / 16;
  return {kParts * levels * tasks * each, with > without + least ? with - without : least, sum * levels};
}

constexpr Shape kNone = {0, 1, 1, 1};

} // namespace

namespace bench {

Result nesting(uint64_t depth, uint64_t ops) { return added({depth, 1, 1, 16}, kNone, ops); }
Result nesting_by_turns(uint64_t depth, uint64_t ops) { return added({depth, 2, 1, 1}, depth > 1 ? Shape{1, 2, 1, 1} : kNone, ops); }
Result nesting_tree(uint64_t depth, uint64_t ops) { return added({depth, 2, 2, 1}, kNone, ops); }

} // namespace bench
