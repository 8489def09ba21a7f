// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A play is what a scenario shows, whoever the host is: acts, each with what begins it, what the host's own loop brings later, and
// what has to be true when no guest is left. A stage (stage.h) is a host on which it is played.
//
// Rejected: a play as one function that runs the loop in its middle. In Node, the loop is not ours to run.
#pragma once

#include "weft/host.h"
#include "weft/task.h"

#include <functional>
#include <string>
#include <vector>

namespace play {

// Comes from the host's loop, `after_ms` after the one before, on the loop's thread and its native stack: never inside a guest.
struct Event {
  unsigned after_ms;
  std::function<void()> fn;
};

struct Act {
  std::string title; // "": none
  std::function<void()> begin;
  std::vector<Event> events;
  std::function<void()> end; // no guest is left
};

struct Play {
  std::string title;
  std::vector<Act> acts;
};

// wrong.cpp and so on: what they show is said there.
Play wrong(), right(), levels(), collects(), components(), frames(), composed();

// The runtime that the stage has made; how many things of its own the host's loop has done between turns.
extern weft_runtime *rt;
extern uint64_t (*host_work)();
// Lets that much of the runtime's time pass, computing.
extern void (*work_for)(uint64_t ns);

void say(const char *who, const std::string &what);
void expect(bool right, const char *what);
extern int failures;

weft_domain *make_domain(weft_domain *parent, const char *name, const char *sched = nullptr);
void spawn(weft_domain *domain, const char *name, weft_task_fn fn, void *arg = nullptr, int32_t priority = 0);

// nullptr: there is none of that name.
const std::function<Play()> *find(const std::string &name);
std::string names();

} // namespace play
