// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// One instance of a policy with the runtime's side of the contract around it, one call at a time: workers are numbers,
// tasks are records that never run. What the policy answers is held against what is ready.
//
// What the runtime lends for a call (lists, attributes, parameters, the error's place) is overwritten after it, and what it
// takes back at retire, too: a policy that keeps it meets that here and not by chance.
#pragma once

#include "apart.h"
#include "guard.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace conformance {

using Params = std::vector<std::pair<std::string, std::string>>;

// What is wrong, and the rule that says so.
struct Broken {
  std::string rule, text;
};

struct Entity {
  enum State : uint8_t { Free, Held, Queued, Running };
  weft_ent ent = {};
  State state = Free;
  uint8_t why = 0;    // of the last ready
  uint8_t by = 0;     // its worker, or kInbox
  uint64_t id = 0;        // as it was given
  bool taken_out = false; // by remove, since the last ready
  int32_t priority = 0;
  uint64_t deadline = UINT64_MAX;
  uint64_t since = 0; // picks when it became ready
  bool timed = false; // its last pick had a limit of ns, so `ran` says how long it took
};

// What a test looks at beside SCHED-01 and SCHED-02.
struct Watch {
  bool order = false;    // of priorities and deadlines (SCHED-14)
  bool guarded = false;  // allocations and sleeps (SCHED-04)
  bool told_by_attr = false; // who is born has its attributes by `attr`, if there is no `admit` (SCHED-15)
};

class Model {
public:
  // Makes the instance; one that cannot be made has wrong().
  Model(const weft_sched_ops &ops, const Params &params, uint32_t workers, size_t entities, Report *report, Watch watch = {});
  ~Model();
  Model(const Model &) = delete;

  // False when the policy broke a rule, now or before: broken().
  bool run(const Step &step);
  // What is left is picked, ends and is retired; the workers leave, and the instance goes.
  bool finish();
  const Broken &broken() const { return broken_; }
  bool wrong() const { return !broken_.rule.empty(); }

  uint32_t workers() const { return static_cast<uint32_t>(present_.size()); }
  bool present(uint32_t worker) const { return present_[worker]; }
  size_t size() const { return entities_.size(); }
  const Entity &entity(size_t at) const { return entities_[at]; } // numbers are indices + 1
  const std::vector<uint16_t> &running(uint32_t worker) const { return running_[worker]; }
  size_t queued() const { return queued_; }
  uint64_t picks() const { return picks_; }
  uint64_t refused_removals() const { return refused_; }
  uint64_t holds() const { return holds_; } // picks that held back (SCHED-18)
  const std::vector<uint16_t> &order() const { return order_; } // of all picks
  void pass_time(uint64_t ns) { now_ += ns; }
  // For tests that look at one call themselves; answers the entities' numbers.
  std::vector<uint16_t> pick(uint32_t worker, size_t line);
  void fail(const std::string &rule, const std::string &text);
  void blocked(); // fails for the last call that slept

  uint64_t sleeps = 0; // calls that slept; three in one run are the policy's
  uint32_t weight = 1; // of who is born next
  uint64_t ran_ns = 1000; // how long the next one took whose run ends

private:
  struct Seat { // stands for weft_worker, which policies do not look into
    uint32_t index;
  };
  template <typename F> void call(const char *name, bool guarded, F &&f);
  weft_worker *seat(uint32_t worker) { return reinterpret_cast<weft_worker *>(&seats_[worker]); }
  std::string name_of(const Entity &e) const;
  std::string waiting() const;
  void enter(uint32_t worker);
  void leave(uint32_t worker);
  void admit(const Step &s, uint32_t kind);
  void ready(const uint16_t *who, size_t count, uint8_t worker, weft_why why);
  bool took(weft_ent *ent, const char *how, uint32_t worker);
  void check_order(const Entity &picked);
  bool held_back(const char *how, const weft_slice &slice, uint32_t times);
  static uint64_t turn_of(void *self) { return static_cast<Model *>(self)->turn_; }
  void told(uint32_t worker, Entity &e, weft_outcome outcome);
  void retire(Entity &e);
  void remove(Entity &e);
  void set_attr(Entity &e, int32_t priority, uint64_t deadline, bool tell);
  void snapshot();
  void outcome(const Step &s);

  const weft_sched_ops &given_;
  weft_sched_ops ops_ = {}; // the instance's own
  Report *report_;
  Watch watch_;
  const char *slept_in_ = nullptr;
  void *self_ = nullptr;
  bool made_ = false;
  weft_sched_services services_ = {};
  std::vector<Seat> seats_;
  std::vector<bool> present_;
  std::vector<Entity> entities_;
  std::vector<std::vector<uint16_t>> running_;
  std::vector<uint16_t> order_;
  size_t queued_ = 0;
  uint64_t picks_ = 0, refused_ = 0, last_id_ = 0, holds_ = 0, turn_ = 1;
  uint64_t now_ = UINT64_C(1'000'000'000'000);
  Broken broken_;
};

// An instance for who does not want a model of it. What create was given is gone when this returns.
struct Made {
  weft_status status;
  void *self;
  std::string said;
  bool wrote_past; // the end of config->error
  weft_sched_ops ops; // the table as create left it
};
Made make_policy(const weft_sched_ops &ops, const Params &params, uint32_t workers, Report *report,
                 const weft_sched_services *services = nullptr);

} // namespace conformance
