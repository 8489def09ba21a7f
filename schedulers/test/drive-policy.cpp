// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Drives one plug-in by threads, from as many seeds as it is told; exit 1 and a text when it is wrong.
// For mutants, which may corrupt their process, and for long runs by hand.
#include "drive.h"

#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: drive-policy PLUGIN [STEPS [SEEDS [FIRST-SEED [PATIENCE]]]]\n");
    return 2;
  }
  const weft_sched_ops ops = load_policy(argv[1]);
  uint64_t steps = argc > 2 ? strtoull(argv[2], nullptr, 10) : 1'000'000;
  uint64_t seeds = argc > 3 ? strtoull(argv[3], nullptr, 10) : 8;
  uint64_t first = argc > 4 ? strtoull(argv[4], nullptr, 10) : 1;
  uint32_t seconds = argc > 5 ? static_cast<uint32_t>(atoi(argv[5])) : 60;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    DrivePlan plan;
    plan.seed = seed;
    plan.steps = steps;
    plan.workers = 2 + seed % 5;
    plan.entities = seed % 2 ? 40 : 3000;
    plan.births = seed % 3 == 0;
    plan.yields = seed % 4 == 0 ? 90 : 50;
    DriveResult r = drive(ops, plan);
    if (r.wrong.empty())
      r.wrong = drive_meetings(ops, static_cast<uint32_t>(steps / 1000), seed, seconds);
    printf("%s seed %llu: %u workers, %u entities, %llu picks, %llu removed, %llu sleeps, %llu "
           "left: %s\n",
           ops.name, static_cast<unsigned long long>(seed), plan.workers, plan.entities,
           static_cast<unsigned long long>(r.picks), static_cast<unsigned long long>(r.removed),
           static_cast<unsigned long long>(r.sleeps), static_cast<unsigned long long>(r.left),
           r.wrong.empty() ? "right" : r.wrong.c_str());
    fflush(stdout);
    if (!r.wrong.empty())
      return 1;
  }
}
