// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What a trace has to show: running travels down. In one turn each run of a task follows a pick of
// the task by its domain, which itself was picked by its parent, up to the root that got the turn.
//
// The checker replays the events against a model that knows only who is ready, who is on the path
// of picks, and who runs; it believes nothing that the trace does not show. Unknown events are
// skipped, so that newer traces can be read.
//
// Several workers have a path each; events say whose they are ("w"; 0 is the host's thread, which alone has turns: the others are
// always at it). What is picked or runs on one is not picked on another. A domain that is bound may be sent by the
// worker that picked it, and is taken by one of its side, where it is the first below the root; what is bound runs on its side.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace trace_check {

// A line that is no event: not JSON, or a field that is missing or of the wrong type.
struct Malformed {
  std::string why;
};

class Checker {
public:
  // Takes the next event. Empty: it may happen; else the sentence that says why not. Throws
  // Malformed.
  std::string take(const nlohmann::json &event);

  uint64_t turns() const { return turns_; }
  uint64_t runs() const { return runs_; }
  size_t workers() const { return workers_.size(); }

private:
  enum class State { Fresh, Ready, Picked, Running, Sent, Parked, Done };
  enum class Bind { Any, Host, Pool };
  struct Task {
    uint64_t domain;
    State state;
  };
  struct Domain {
    uint64_t parent; // 0: the root
    State state;     // Parked: empty; Ready; Running: on a path; Sent
    Bind bind;       // its parent's too
  };
  struct Worker {
    std::vector<uint64_t> path; // root first
    bool in_turn = false;
    uint64_t running = 0;
    uint64_t picked = 0; // the task picked last and not run yet
  };
  using Event = nlohmann::json;

  std::string turn_begins();
  std::string turn_ends();
  std::string domain_made(const Event &e);
  std::string spawned(const Event &e);
  std::string made_ready(const Event &e);
  std::string picked(const Event &e);
  std::string runs(const Event &e);
  std::string stops(const Event &e, const std::string &kind);
  std::string slice_ends(const Event &e);
  std::string sent(const Event &e);
  std::string taken(const Event &e);

  std::string not_on_path(uint64_t domain) const;
  std::string lost_pick() const;
  bool fits(Bind bind) const;

  std::map<uint64_t, Task> tasks_;
  std::map<uint64_t, Domain> domains_;
  std::map<uint64_t, Worker> workers_;
  Worker *w_ = nullptr; // whose event it is
  uint64_t number_ = 0; // its number
  bool several_ = false;
  uint64_t root_ = 0;
  uint64_t last_time_ = 0;
  uint64_t turns_ = 0;
  uint64_t runs_ = 0;
};

} // namespace trace_check
