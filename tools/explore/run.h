// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// One run of the program that is explored: with which scheduler, and how it ended.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace explore {

struct Program {
  std::vector<std::string> command;
  std::string input; // a file; "" is nothing
  double timeout;    // seconds
  bool same_output;  // what it prints has to be what `expected` is
  std::optional<std::string> expected;
};

struct End {
  enum Kind { Exit, Signal, Timeout, Output, TooMuch } kind = Exit;
  int code = 0; // status or signal
  std::string out, err;

  bool failed() const { return kind != Exit || code != 0; }
  // Whether another one is the same failure, so that a shorter order is still one of this.
  bool same_as(const End &other) const { return kind == other.kind && code == other.code; }
  std::string text() const;
};

// Under WEFT_SCHED=explore:PARAMETERS, one worker, virtual time, and deadlocks that end it. Throws std::system_error when the program
// cannot be started at all, Interrupted after stop_runs.
struct Interrupted {};
// For a signal handler: the present run is ended, and no other one begins.
void stop_runs();
End run(const Program &program, const std::string &parameters);

} // namespace explore
