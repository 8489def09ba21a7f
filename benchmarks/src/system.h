// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A measured system is a program of its own that answers one line per run (systems/serve.h). This
// is the other end of the conversation.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <sched.h>
#include <string>
#include <sys/types.h>

namespace bench {

struct Run {
  uint64_t ops, figure, answer;
  uint64_t busy; // of the least busy worker's time, in thousandths; 0: not told
};

// A program and how it is started; several systems may be one program.
struct Setting {
  std::string name;
  std::string program;
  std::string sched;    // for WEFT_SCHED; empty: as this process's
  unsigned workers = 1; // for WEFT_WORKERS and GOMAXPROCS
  cpu_set_t cpus;
};

class System {
public:
  // Starts the program; throws std::runtime_error when it does not greet.
  explicit System(Setting setting);
  System(const System &) = delete;
  ~System();

  // Nothing when the system lacks the workload; throws when the program ends instead of answering.
  std::optional<Run> run(const std::string &workload, uint64_t param, uint64_t ops);
  // A fresh process, as after a failure or for a figure that depends on what ran before.
  void restart();

  const std::string &name() const { return setting_.name; }
  const std::string &version() const { return version_; }

private:
  void start();
  void stop();
  std::string line();

  Setting setting_;
  std::string version_;
  pid_t pid_ = 0;
  std::FILE *to_ = nullptr, *from_ = nullptr;
};

} // namespace bench
