// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The conformance suite for hosts: does an adapter keep the rules HOST-nn of abi/rules.md? weft-host-check is its command. No
// function of an adapter is called in the calling process, which must have one thread.
#pragma once

#include "weft/host_check.h"

#include <functional>
#include <string>
#include <vector>

namespace host_conformance {

struct Result {
  std::string id, rule, shows; // the rule that was broken may be another one than the case's
  uint32_t verdict = WEFT_HOST_CHECK_PASSED;
  std::string why; // it failed, or was skipped
};

struct Options {
  std::string params;
  std::vector<std::string> only; // rules, or RULE/name
  uint64_t seed = 1, rounds = 0;
  unsigned patience = 20; // seconds without an iteration of the loop that are taken for never
};

// The adapter's own word on parameters that it refuses; "" if it takes them, or is to be judged.
std::string cannot_be_tried(const weft_host_check_adapter &adapter, const Options &options);

// As soon as each is known.
std::vector<Result> check(const weft_host_check_adapter &adapter, const Options &options, const std::function<void(const Result &)> &tell);

} // namespace host_conformance
