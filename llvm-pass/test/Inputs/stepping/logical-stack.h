// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Judges a row of stacks, taken at one instruction after the other: is each what the program's logic
// demands?
//
// A frame is a function and its CFA, so two activations of a function are two frames. From one
// instruction to the next a stack may
//   * stay as it is, gain the frame of a callee, lose the innermost one, or replace it by a tail call;
//   * be handed over: one end is cut off at a continuation's start (or, between tasks and the loop that
//     runs them, the whole stack is exchanged). What is cut off is remembered, and when it is back, it
//     must be back as it was, frame by frame. A fresh continuation is back with its start alone.
// In the middle of a switch either side's view is legal: each instruction is judged for itself, and a
// view that flickers is still made of remembered parts. Each stack ends in _start or at a task's root,
// and has nothing without a name in it.
//
// Between two instructions of watched code, code of other objects may have run (libc, the unwinder):
// only then may several frames be gone at once.
#pragma once

#include "symbols.h"

#include <cstdio>
#include <map>
#include <set>

class LogicalStack {
public:
  struct Frame {
    uintptr_t ip, cfa; // cfa 0: the outermost
  };

  explicit LogicalStack(const Symbols &symbols) : symbols_(symbols) {}

  // Frames from the innermost outwards. Empty when all is well, else what is wrong.
  std::string judge(const std::vector<Frame> &frames, bool others_ran) {
    Stack now;
    std::string names;
    for (size_t i = 0; i < frames.size(); ++i) {
      // A return address may lie behind the function that never returns.
      std::string name = symbols_.name(frames[i].ip - (i ? 1 : 0));
      names += (i ? " < " : "") + name;
      // Code that is jumped to in the middle of a switch: it stands for who jumped.
      static const std::set<std::string> passing = {"weft_rt_suspend_slow", "weft_rt_return",
                                                    "weft_rt_raise_entry",  "weft_rt_bind_entry",
                                                    "weft_rt_bind_entry_fresh"};
      if (passing.count(name))
        continue;
      now.insert(now.begin(), {name, frames[i].cfa});
    }
    seen_.insert(names);
    bool entered = !frames.empty() && symbols_.enters(frames[0].ip);
    std::string why = judge(now, names, entered, others_ran);
    if (!why.empty())
      why += "\n  stack:  " + names + "\n  before: " + last_names_;
    last_ = now;
    last_names_ = names;
    return why;
  }

  // All different stacks so far, as "leaf < body < __morestack < main < ...".
  const std::set<std::string> &seen() const { return seen_; }
  size_t handed_over() const { return handed_over_; }

private:
  struct Named {
    std::string name;
    uintptr_t cfa;
    bool operator==(const Named &) const = default;
    bool start() const { return name == "__morestack" || name == "weft_rt_entry" || root(); }
    bool root() const { return name == "weft_rt_entry_root"; }
  };
  using Stack = std::vector<Named>; // from the outermost inwards

  static std::string hex(uintptr_t value) {
    char text[32];
    snprintf(text, sizeof text, "%#zx", size_t(value));
    return text;
  }

  static bool any_start(const Stack &part) {
    return std::any_of(part.begin(), part.end(), [](const Named &f) { return f.start(); });
  }

  // A part that begins with a start is known by the frame after it: the start's own CFA is the resumer's.
  static uintptr_t key(const Stack &part) { return part[part[0].start() ? 1 : 0].cfa; }

  std::string judge(const Stack &now, const std::string &names, bool entered, bool others_ran) {
    if (names.find("??") != std::string::npos)
      return "a frame without a name";
    if (now.empty() || !(now[0].root() || now[0].name == "_start"))
      return "ends neither in _start nor at a task's root";
    if (!now[0].root() && names.find("main < (") == std::string::npos)
      return "main is missing";
    if (last_.empty())
      return "";
    size_t common = 0;
    while (common < now.size() && common < last_.size() && now[common] == last_[common])
      ++common;
    Stack gone(last_.begin() + common, last_.end()), come(now.begin() + common, now.end());
    if (gone.empty() && come.empty())
      return "";
    bool called = gone.empty() && come.size() == 1 && entered;
    bool tail_called = gone.size() == 1 && come.size() == 1 && gone[0].cfa == come[0].cfa && entered;
    if (common && (called || tail_called) && !come[0].start())
      return "";
    // A switch: both starts are the same frame, as they have one resumer.
    if (common && last_[common - 1].start() && !others_ran) {
      --common;
      gone.insert(gone.begin(), last_[common]);
      come.insert(come.begin(), now[common]);
    }
    if (!any_start(gone) && !any_start(come) && common) {
      bool returned = gone.size() == 1 && come.empty();
      return returned || others_ran ? "" : "neither a call nor a return";
    }
    if (others_ran && come.empty())
      return ""; // unwound
    for (const Stack *part : {&gone, &come})
      if (!part->empty() && common && !(*part)[0].start())
        return "handed over in the middle of a continuation";
    ++handed_over_;
    if (gone.size() > 1)
      suspended_[key(gone)] = gone;
    if (come.size() <= 1)
      return "";
    auto found = suspended_.find(key(come));
    if (found == suspended_.end())
      return "what came was never suspended";
    const Stack &then = found->second;
    size_t first = come[0].start(); // a start's CFA is its resumer's: not the same each time
    if (then[0].name != come[0].name ||
        !std::equal(then.begin() + first, then.end(), come.begin() + first, come.end())) {
      std::string why = "what came back is not what was suspended:";
      for (const Named &f : then)
        why += "\n    " + f.name + " cfa " + hex(f.cfa);
      return why;
    }
    return "";
  }

  const Symbols &symbols_;
  Stack last_;
  std::string last_names_;
  std::map<uintptr_t, Stack> suspended_;
  std::set<std::string> seen_;
  size_t handed_over_ = 0;
};

// The end of both steppers: prints what was seen, and 1 for the exit code when something was wrong.
struct Verdict {
  const Symbols &symbols;
  LogicalStack stack{symbols};
  size_t steps = 0, unwound = 0, bad = 0;

  void take(uintptr_t ip, const std::vector<LogicalStack::Frame> &frames, bool others_ran) {
    ++unwound;
    std::string why = stack.judge(frames, others_ran);
    if (why.empty())
      return;
    if (++bad > 20)
      return;
    printf("BAD at %s: %s\n", symbols.place(ip).c_str(), why.c_str());
    for (const LogicalStack::Frame &f : frames)
      printf("    %#zx %s cfa %#zx\n", size_t(f.ip), symbols.place(f.ip).c_str(), size_t(f.cfa));
    if (bad <= 3)
      symbols.disassemble(ip);
  }

  int end() {
    for (const std::string &s : stack.seen())
      printf("saw %s\n", s.c_str());
    printf("%zu steps, %zu unwound, %zu different stacks, handed over %zu times, %zu bad\n", steps,
           unwound, stack.seen().size(), stack.handed_over(), bad);
    fflush(stdout);
    return bad || stack.handed_over() == 0;
  }
};
