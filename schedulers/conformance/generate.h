// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Schedules from seeds: what runs on a model's workers yields, parks, ends, wakes others, is woken from the inbox. A profile
// says what else happens; each rule's test adds one thing to what the tests before it have shown to work.
#pragma once

#include "model.h"
#include "random.h"

namespace conformance {

struct Profile {
  bool domains = false, lines = false, removes = false, attrs = false, leaves = false, snapshots = false, chooses = false;
  bool crowds = false; // of some seeds: many entities, which are born and become ready by the dozen
};

class Generator {
public:
  Generator(uint64_t seed, const Profile &profile);
  uint32_t workers(uint32_t most) { return 1 + static_cast<uint32_t>(random_.below(most)); }
  size_t entities() const { return entities_; }
  Step next(const Model &model);

private:
  bool list_of(const Model &model, Entity::State state, size_t most, Step &step);
  Step ready(const Model &model, uint8_t worker);
  Step after_pick(const Model &model, uint8_t worker);
  uint8_t worker_of(const Model &model);

  Profile profile_;
  Random random_;
  bool crowd_;
  size_t entities_;
  uint64_t yields_, wakes_, foreign_; // of 100
};

} // namespace conformance
