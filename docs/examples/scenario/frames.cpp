// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A scheduler that leaves the host time to paint (the policy `frame`: 4 ms in a turn, then the loop's own work) beside a general
// one, whose tasks are always ready too. Runs are long enough by the clock that their number says how much time passed at least.
#include "play.h"

#include <string>

namespace play {
namespace {

constexpr unsigned kPainters = 2, kRuns = 60;                   // each
constexpr uint64_t kRun = 250000, kBudget = 4000000;            // ns
constexpr unsigned kRunsInFrame = static_cast<unsigned>(kBudget / kRun) + 1; // the last one passes the budget

unsigned painting, general_runs, most_in_turn, turns_without_work, frames_without_general;
uint64_t last_turn, last_work;
unsigned in_turn, general_in_turn;

void run_counted() {
  weft_stats stats = {};
  stats.size = sizeof stats;
  weft_get_stats(rt, &stats);
  if (stats.turns == last_turn)
    return;
  if (last_turn != 0) {
    turns_without_work += host_work() == last_work;
    frames_without_general += in_turn > 1 && general_in_turn == 0;
  }
  last_turn = stats.turns;
  last_work = host_work();
  in_turn = general_in_turn = 0;
}

void painter(void *) {
  for (unsigned i = 0; i < kRuns; ++i) {
    run_counted();
    if (++in_turn > most_in_turn)
      most_in_turn = in_turn;
    work_for(kRun);
    weft_yield();
  }
  --painting;
}

void general(void *) {
  while (painting != 0) {
    run_counted();
    ++general_in_turn;
    ++general_runs;
    work_for(kRun / 10);
    weft_yield();
  }
}

void begin() {
  weft_domain *frame = make_domain(nullptr, "frame", "frame:budget=4ms");
  weft_domain *others = make_domain(nullptr, "general", "fifo");
  painting = kPainters;
  for (unsigned i = 0; i < kPainters; ++i)
    spawn(frame, "painter", painter);
  spawn(others, "general", general);
}

} // namespace

Play frames() {
  return {"4 ms of a turn for what paints, and the host's own work between the turns",
          {{"", begin, {}, [] {
              expect(painting == 0, "all was painted");
              expect(most_in_turn <= kRunsInFrame, "no turn had more than 4 ms of it, and the run that passes them");
              expect(turns_without_work == 0, "the host did work of its own between any two turns");
              expect(frames_without_general == 0, "the general scheduler's task ran in each of these turns");
              say("painters", "had no turn of more than their 4 ms; the loop came between");
            }}}};
}

} // namespace play
