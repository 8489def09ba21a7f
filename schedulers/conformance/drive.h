// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Threads that play the runtime's workers, and drive a policy's table as hard as they can.
//
// What a worker does with what it picks is drawn from a seed: it yields, parks, wakes what it had
// parked (one or hundreds), hands something to a thread that is no worker, removes, leaves and enters
// again. It parks itself by the runtime's protocol (SCHED-10), so a policy that answers NULL too
// early makes everybody sleep. Each entity has a state that its holder alone may change and a plain
// counter that is only safe if the policy orders `ready` before `pick`: then TSan has nothing to say.
//
// Nothing that the threads share for their own sake goes from who readies to who picks, but for
// relaxed counts; else it would order for the policy what the policy has to order itself.
#pragma once

#include "weft/scheduler.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using DriveParams = std::vector<std::pair<std::string, std::string>>; // of create, beside a seed that it may take

struct DrivePlan {
  uint32_t workers = 4;
  uint32_t entities = 1000;
  uint64_t steps = 1'000'000; // picks, over all workers; then what is left is drained
  uint64_t seed = 1;
  uint32_t yields = 60;   // of 100 picked; the others park
  uint32_t wakes_max = 8; // how many a worker wakes at once
  bool births = true;     // some are readied as new ones: these fill no ring
  bool lines = true;      // by pick_many, where the policy has it
  bool leave = true;
  bool remove = true;
  DriveParams params;
  std::atomic<uint64_t> *progress = nullptr; // is told now and then that it goes on
};

struct DriveResult {
  std::string wrong; // "" when all was right
  uint64_t picks = 0, readied = 0, removed = 0, sleeps = 0, left = 0;
};

// As long as it is used, nothing else may call the policy.
DriveResult drive(const weft_sched_ops &ops, const DrivePlan &plan);

// Rounds in which one worker readies two entities and picks nothing until both have been picked by
// others, each of which runs until the other does. So a worker must be woken for what a thief has
// carried away. "" or what was wrong; `seconds` without progress are taken for never.
std::string drive_meetings(const weft_sched_ops &ops, uint32_t rounds, uint64_t seed,
                           uint32_t seconds = 60, const DriveParams &params = {},
                           std::atomic<uint64_t> *progress = nullptr);

// The table of a plug-in; exits with a text when it cannot be loaded.
weft_sched_ops load_policy(const char *path);
