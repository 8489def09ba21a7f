// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The cases: what each shows, what it needs to be judged, and on which rules it stands. A case may rely on what those before it
// show: one whose ground has gone is skipped, so that an adapter that is wrong in one way fails in one place.
#pragma once

#include "stage.h"

#include <vector>

namespace host_conformance {

struct Case {
  weft_host_check_case what;
  const char *stands_on; // "05 06": rules that no case before it has found broken
  const char *(*lacks)(const weft_host_check_adapter &adapter); // NULL: nothing
  void (*run)(const Context &context);
};

// Each file's own, in order; suite.cpp puts them in a line.
const std::vector<Case> &table_cases();      // HOST-01, 02, 15
const std::vector<Case> &post_cases();       // HOST-05, 03, 09
const std::vector<Case> &interrupt_cases();  // HOST-20, with the posts'
const std::vector<Case> &time_cases();       // HOST-06, 12
const std::vector<Case> &told_cases();       // HOST-12, of descriptors
const std::vector<Case> &busy_cases();       // HOST-10, 11
const std::vector<Case> &worker_cases();     // HOST-05, with the posts'
const std::vector<Case> &descriptor_cases(); // HOST-13, 14
const std::vector<Case> &end_cases();        // HOST-16, 07, 17, 18
const std::vector<Case> &block_cases();      // HOST-08, 19
const std::vector<Case> &block_interrupt_cases(); // HOST-20, of block; with the posts'

} // namespace host_conformance
