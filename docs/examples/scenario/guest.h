// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A scheduler written *in the language*: an ordinary task that runs its children as continuations and
// handles their effects itself. The host knows nothing of it; it is what the host must not bypass.
//
// Its state is what the scenario is about: who runs, who is ready, who waits for what. It keeps these
// facts about each child: a child runs only between `picked` and its next effect, and only by run_one.
#pragma once

#include "weft/host.h"
#include "weft/markers.h"
#include "weft/task.h"

#include <deque>
#include <string>
#include <vector>

namespace guest {

enum class State { Ready, Running, Waiting, Done };

struct Child {
  std::string name;
  weft_cont k;
  State state = State::Ready;
  weft_token waits_for = 0;
  uint64_t status = 0, value = 0; // what its wait is answered with
};

class Scheduler {
public:
  explicit Scheduler(weft_runtime *rt) : cq_(weft_cq_new(rt)) {}
  ~Scheduler() { weft_cq_free(cq_); }

  void add(const char *name, weft_marker_body body, void *env);
  // Takes what has completed from the queue, then runs the next ready child until its next effect.
  // False when none is ready.
  bool run_one();
  // Takes what has completed; waits for it if `wait` and nothing has.
  void collect(bool wait);

  bool all_done() const;
  Child &child(size_t i) { return children_[i]; }
  unsigned picks() const { return picks_; }
  // "running: nobody; ready: -; waiting: A"
  std::string state() const;
  // What it believes; the scenario compares it with what happens.
  const Child *running() const { return running_; }

private:
  std::deque<Child> children_;
  std::deque<size_t> ready_;
  const Child *running_ = nullptr;
  weft_cq *cq_;
  unsigned picks_ = 0;
};

} // namespace guest
