// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A schedule: what a runtime does to a policy, step by step, as a text that replays.
//
// A step that does not fit (it wakes a task that runs, say) does nothing. So each part of a schedule is a schedule, which
// is what shrinking needs, and one that was written for one policy can be tried on another.
#pragma once

#include "weft/scheduler.h"

#include <cstdint>
#include <string>
#include <vector>

namespace conformance {

enum class Op : uint8_t {
  Admit,    // entities, with attributes: are born, and wait
  Domain,   // the same as child domains
  Ready,    // entities that wait, as one list, by a worker or from the inbox
  Pick,     // worker
  Line,     // worker, count: pick_many
  Yield,    // worker, count: that many of those that it runs, the oldest first, as one list
  Park,     // worker: the oldest that it runs
  End,      // worker
  Again,    // worker: the child domain that it runs has more
  Empty,    // worker: it has no more
  Remove,   // entity
  Attr,     // entity, attributes
  Leave,    // worker
  Enter,    // worker
  Snapshot,
  Choose,   // count
};

constexpr uint8_t kInbox = 255; // instead of a worker: foreign threads
constexpr size_t kListed = 96;  // entities in one step
constexpr size_t kMostEntities = 160;

struct Step {
  Op op = Op::Pick;
  uint8_t worker = 0;
  uint8_t why = 0;
  uint8_t instance = 0; // of two, where a test has two
  uint16_t count = 0;   // of `who`; or as the operation says
  uint16_t who[kListed] = {};
  int32_t priority = 0;
  uint64_t deadline = UINT64_MAX;
};

struct Schedule {
  std::string rule;
  uint64_t seed = 0;
  uint32_t workers = 1;
  std::vector<Step> steps;
};

// What stands before a step's dash is what replays it.
std::string text_of(const Step &step);
std::string text_of(const Schedule &schedule);
const char *text_of(weft_why why);
// "" or what is wrong with it, with the line.
std::string parse(const std::string &text, Schedule &out);

} // namespace conformance
