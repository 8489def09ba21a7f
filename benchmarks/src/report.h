// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What was measured, for people (a table, Markdown) and for programs (JSON), always with the
// machine, the date and the versions, without which figures mean nothing.
#pragma once

#include "measure.h"

namespace bench {

struct Machine {
  std::string cpu, kernel, date, load, command;
  int cpus = 0;
  int pinned = -1;      // the CPU that all with one worker ran on; -1: not pinned
  cpu_set_t all_cpus{}; // for those with several
};

// Pins this process, and so all that it starts, to one CPU.
Machine look_at_machine(int argc, char **argv);

void print_table(const Session &session, const Machine &machine, const std::vector<Measured> &all);
bool write_json(const std::string &file, const Session &session, const Machine &machine,
                const Options &options, const std::vector<Measured> &all,
                const std::vector<std::string> &wrong);
bool write_markdown(const std::string &file, const Session &session, const Machine &machine,
                    const Options &options, const std::vector<Measured> &all);

} // namespace bench
