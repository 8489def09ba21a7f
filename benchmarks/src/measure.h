// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Runs the rows: checks each answer on the small input, finds how many operations fill a round,
// then measures. Rounds are the outer loop and systems the inner one, so that whatever else the
// machine does hits all systems of a row alike, and ratios hold when absolute figures do not.
#pragma once

#include "system.h"
#include "workloads.h"
#include <deque>
#include <map>

namespace bench {

struct Figures {
  uint64_t ops = 0;            // per round
  std::vector<double> samples; // per operation, one per round
  std::vector<double> busy;    // the least busy worker's share, where it is told
  double busy_median() const;
  double min() const;
  double median() const;
  double max() const;
};

struct Verdict {
  std::string peer;
  double most;  // the reach
  double ratio; // the row's first system's median / the peer's; 0 when one is absent
  bool known() const { return ratio > 0; }
  bool met() const { return known() && ratio <= most; }
};

struct Measured {
  const Row *row;
  std::map<std::string, Figures> figures; // by system; the yardstick is in each row
  std::vector<Verdict> verdicts;
  // Whether the row's goal for busy workers is met; nothing where there is none, or it was not told.
  std::optional<bool> busy_enough() const;
  // The row's first system's median over that one's, 0 when one is absent; and the same of minimums, which a busy
  // machine disturbs less.
  double ratio(const std::string &to) const;
  double ratio_of_mins(const std::string &to) const;
};

struct Options {
  std::string filter; // a regular expression on workload/param and title
  unsigned rounds = 25;
  double round_ms = 20;
  bool quick = false; // small inputs only: answers, not figures
};

struct Session {
  std::deque<System> systems;
  std::map<std::string, std::string> absent; // name, and why it is not measured
  System *find(const std::string &name);
};

// Starts what is built: its programs, with its scheduler plug-ins. Those with several workers may use all these CPUs.
void start_systems(Session &session, const std::string &build, const cpu_set_t &all_cpus);

// Every answer wrong is a line in `wrong`.
std::vector<Measured> measure(Session &session, const Options &options,
                              std::vector<std::string> &wrong);

} // namespace bench
