// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What is measured: the table of workloads, each with an input small enough to know its answer, and
// how far Weft wants to reach beside each peer. systems/ has the programs; nothing here runs
// anything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

// "the row's first system costs at most `most` times what `peer` costs": a system, or another row of weft's own by
// its workload and parameter ("driver/4").
struct Reach {
  const char *peer;
  double most;
};

struct Row {
  const char *workload; // as the systems know it
  uint64_t param;
  const char *title;
  const char *operation; // what one figure is the cost of
  const char *about;
  uint64_t small_ops;                // the small input,
  uint64_t answer;                   // and its known answer
  std::vector<const char *> systems; // the first is ours: ratios and reaches are its
  std::vector<Reach> reach;
  bool bytes = false; // the figure is memory; each run is then in a process of its own
  bool fresh =
      false; // a run leaves much behind: in a process of its own, warmed up by another run, and not in all rounds
  double busy =
      0; // the least share of its time that each worker of the first system should be at work
};

extern const char *const kWeft;      // the system of nearly all rows
extern const char *const kLoaded;    // the same program with fifo loaded by its path,
extern const char *const kExploring; // in a process of its own, whose calls all ask for choices from then on,
extern const char *const kStealing;  // the same program on one worker under work_stealing,
extern const char *const kStealing2; // on two,
extern const char *const kFifo2;     // and on two under fifo
extern const char *const kGo2;       // Go on two processors
extern const char *const kYardstick; // the system whose one figure everything is a multiple of

const std::vector<Row> &rows();

} // namespace bench
