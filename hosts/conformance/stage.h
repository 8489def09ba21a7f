// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// One loop of the adapter and a runtime on it, as a case uses them. Functions of the suite stand before the adapter's: they see who
// calls what from inside of what, so a turn that is given where none may be is told by the function that gave it. Nobody
// looks into weft_turn: how many turns there were the runtime counts.
#pragma once

#include "apart.h"
#include "weft/host_check.h"
#include "weft/task.h"

#include <atomic>
#include <functional>
#include <pthread.h>

namespace host_conformance {

struct Context {
  const weft_host_check_adapter &adapter;
  const char *params;
  const char *rule; // the case's
  uint64_t seed, rounds;
  Report *report;

  bool claims(uint32_t flag) const { return adapter.flags & flag; }
  uint64_t rounds_or(uint64_t usual) const { return rounds ? rounds : usual; }
  bool failed() const { return report->failed.load(std::memory_order_acquire); }
  // The first one counts. Any thread.
  __attribute__((format(printf, 3, 4))) void fail(const char *broken, const char *format, ...) const;
  void skip(const char *why) const;
  void expect(const char *what) const; // what a process that ends or sleeps here did not do; a literal
};

class Stage {
public:
  struct Wish {
    uint32_t workers = 1;
    const char *sched = nullptr;
    bool keeper = true; // a task that waits as long as the stage stands, so that the loop has a reason to
    bool attached = true; // else the case calls attach
  };
  explicit Stage(const Context &context) : Stage(context, Wish()) {}
  Stage(const Context &context, const Wish &wish);
  ~Stage(); // end(), if the case has not failed
  Stage(const Stage &) = delete;

  // A task. From the loop's thread or a task.
  weft_task go(const char *name, std::function<void()> body, bool detached = true);
  // Runs the loop until `until` says so, and then is true. False: the case has failed.
  bool run(const char *expected, const std::function<bool()> &until);
  // After a post, whatever the loop makes of it.
  void once();
  void attach();
  // The adapter's `fatal`, which the runtime is not given: what it says then is for the suite's standard error.
  void fatal(const char *text);
  // Shut down (cancelling), run to the end, destroyed; the first one leaves the loop. Tasks that are left run in it: where they look at what the
  // case has behind its stage, the case calls it itself.
  void end_runtime();
  void end();

  uint64_t turns() const;
  uint64_t iterations() const { return iterations_; }
  uint64_t live() const;

  const Context &context;
  void *host = nullptr;        // the adapter's
  weft_host_ops ops = {};      // the suite's, whose `host` is this
  weft_runtime *rt = nullptr;
  std::atomic<uint64_t> posts{0}, blocks{0}, foreign_posts{0}; // not by the thread that made the stage
  uint64_t armed = WEFT_NEVER;
  int holds = 0;

private:
  static void post_through(void *self);
  static void arm_through(void *self, uint64_t deadline);
  static uint64_t now_through(void *self);
  static int on_loop_through(void *self);
  static void hold_through(void *self, int delta);
  static weft_status watch_through(void *self, weft_fd_cell *cell);
  static void unwatch_through(void *self, weft_fd_cell *cell);
  static int block_through(void *self, uint64_t deadline);
  static int asked(void *self);

  const pthread_t maker_ = pthread_self();
  const std::function<bool()> *until_ = nullptr;
  uint64_t iterations_ = 0;
  bool reached_ = false;
};

// Of the suite, whatever the adapter's clock says.
uint64_t real_time();
uint64_t thread_time(); // that the calling thread has run

} // namespace host_conformance
