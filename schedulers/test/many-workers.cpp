// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Policies driven by threads that play workers: each ready leads to one pick, whatever overlaps, and
// nothing waits while a worker sleeps (SCHED-01, SCHED-09).
#include "drive.h"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace {

// WEFT_SEED chooses another run; a failure says which it was.
uint64_t first_seed() {
  const char *text = getenv("WEFT_SEED");
  return text ? strtoull(text, nullptr, 10) : 1;
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
constexpr uint64_t kSteps = 500'000;
#else
constexpr uint64_t kSteps = 2'000'000;
#endif
#else
constexpr uint64_t kSteps = 2'000'000;
#endif

void survives(const char *plugin, DrivePlan plan, bool removes, bool sleeps) {
  const weft_sched_ops ops = load_policy(plugin);
  CAPTURE(ops.name, plan.seed, plan.workers, plan.entities);
  DriveResult r = drive(ops, plan);
  CHECK(r.wrong == "");
  CHECK(r.picks >= plan.steps);
  CHECK(r.readied == r.picks + r.removed);
  CHECK((r.removed != 0) == removes);
  CHECK((r.left != 0) == (plan.leave && plan.steps > 20'000));
  if (sleeps)
    CHECK(r.sleeps != 0); // else the protocol of sleep and wake was not there to be broken
}

} // namespace

TEST_CASE("work_stealing by many: few entities, so that workers sleep and steal all the time") {
  for (uint64_t seed = first_seed(); seed < first_seed() + 3; ++seed) {
    DrivePlan plan;
    plan.seed = seed;
    plan.steps = kSteps;
    plan.workers = 2 + seed % 3;
    plan.entities = 24;
    survives(WEFT_WORK_STEALING_PLUGIN, plan, true, true);
  }
}

TEST_CASE("work_stealing by many: more than the rings hold") {
  for (uint64_t seed = first_seed(); seed < first_seed() + 3; ++seed) {
    DrivePlan plan;
    plan.seed = seed;
    plan.steps = kSteps;
    plan.workers = 2 + seed % 3;
    plan.entities = 5000;
    plan.yields = seed % 2 ? 95 : 40;
    survives(WEFT_WORK_STEALING_PLUGIN, plan, true, false);
  }
}

TEST_CASE("work_stealing by many: no lines, nobody leaves, waves of wakes") {
  DrivePlan plan;
  plan.seed = first_seed();
  plan.steps = kSteps;
  plan.entities = 600;
  plan.yields = 5;
  plan.wakes_max = 200;
  plan.lines = plan.leave = plan.remove = false;
  survives(WEFT_WORK_STEALING_PLUGIN, plan, false, false);
}

TEST_CASE("work_stealing by one: by the injection queue alone") {
  DrivePlan plan;
  plan.seed = first_seed();
  plan.steps = kSteps;
  plan.workers = 1;
  plan.entities = 300;
  survives(WEFT_WORK_STEALING_PLUGIN, plan, true, false);
}

TEST_CASE("fifo by many, one call at a time") {
  for (uint64_t seed = first_seed(); seed < first_seed() + 2; ++seed) {
    DrivePlan plan;
    plan.seed = seed;
    plan.steps = kSteps / 4;
    plan.workers = 2 + seed % 3;
    plan.entities = seed % 2 ? 24 : 1000;
    survives(WEFT_FIFO_PLUGIN, plan, true, seed % 2);
  }
}

TEST_CASE("what a thief has carried away is found by the next worker") {
  for (const char *plugin : {WEFT_WORK_STEALING_PLUGIN, WEFT_FIFO_PLUGIN})
    CHECK(drive_meetings(load_policy(plugin), static_cast<uint32_t>(kSteps / 400), first_seed()) ==
          "");
}
