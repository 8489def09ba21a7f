// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Looks for an order in which a program fails, and makes one that was found shorter.
#pragma once

#include "order.h"
#include "run.h"

#include <cstdint>
#include <optional>
#include <string>

namespace explore {

struct Failure {
  End end;
  Order order;
  std::string parameters; // by which it was found
  uint64_t runs;          // until it was; 0: it is the usual order
};

// The program runs, but not as it has to be to be explored.
struct NotExplorable {
  std::string why;
  bool unrepeatable; // else it cannot be run so at all
};

class Search {
public:
  // `folder`: for logs, exists, and is the caller's to remove.
  Search(Program program, std::string folder, uint64_t steps, std::string strategy)
      : program_(std::move(program)), folder_(std::move(folder)), steps_(steps), strategy_(std::move(strategy)) {}

  // The usual order: its end, and how many choices it has. If it is no failure, it is the measure for same_output; and it is
  // run again by its log. Throws NotExplorable when the program takes no scheduler from the environment, or
  // when the log does not repeat it.
  std::optional<Failure> usual();
  // `runs` orders from `seed` on.
  std::optional<Failure> search(uint64_t seed, uint64_t runs);
  // An order that ends in the same way, with as few deviations from the usual one as were found: it ends early, and no
  // one of them can be left out (delta debugging: Zeller and Hildebrandt 2002). At most `most` runs.
  Failure shortened(const Failure &failure, uint64_t most);
  // The run again, by the order as it is; what it chose, a line each.
  End replayed(const Order &order, std::string *chosen);

  uint64_t usual_choices() const { return usual_choices_; }

private:
  std::string log() const { return folder_ + "/log"; }
  std::string given() const { return folder_ + "/given"; }
  std::string common() const { return "steps=" + std::to_string(steps_); }
  std::string parameters_of(uint64_t seed) const;

  Program program_;
  std::string folder_;
  uint64_t steps_;
  std::string strategy_; // "" for all in turn
  uint64_t usual_choices_ = 1;
};

} // namespace explore
