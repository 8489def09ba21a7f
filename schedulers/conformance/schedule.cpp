// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "schedule.h"

#include <cstdlib>
#include <sstream>

namespace conformance {

namespace {

// In the order of Op, and of what follows the word.
enum Form { Entities, Listed, Worker, WorkerCount, Entity, Alone, Count };
struct Word {
  const char *text;
  Form form;
};
constexpr Word words[] = {
    {"admit", Entities}, {"domain", Entities}, {"ready", Listed}, {"pick", Worker},  {"line", WorkerCount}, {"yield", WorkerCount},
    {"park", Worker},    {"end", Worker},      {"again", Worker}, {"empty", Worker}, {"remove", Entity},    {"attr", Entities},
    {"leave", Worker},   {"enter", Worker},    {"snapshot", Alone}, {"choose", Count},
};
constexpr const char *whys[] = {"new", "wake", "yield", "preempt", "timer", "cancel", "child"};
constexpr int kWords = sizeof words / sizeof *words, kWhys = sizeof whys / sizeof *whys;

std::string list_of(const Step &s) {
  std::string text;
  for (size_t i = 0; i < s.count; ++i)
    text += (i ? "," : "") + std::to_string(s.who[i]);
  return text;
}

bool number(const std::string &text, uint64_t most, uint64_t &out) {
  char *end = nullptr;
  out = strtoull(text.c_str(), &end, 10);
  return !text.empty() && text[0] >= '0' && text[0] <= '9' && !*end && out <= most;
}

bool small(const std::string &text, uint16_t &out) {
  uint64_t n;
  bool good = number(text, 60000, n);
  out = static_cast<uint16_t>(n);
  return good;
}

bool worker(const std::string &text, uint8_t &out) {
  uint64_t n;
  if (text == "inbox")
    out = kInbox;
  else if (number(text, 63, n))
    out = static_cast<uint8_t>(n);
  else
    return false;
  return true;
}

bool entities(const std::string &text, Step &s) {
  std::istringstream in(text);
  for (std::string one; std::getline(in, one, ',');)
    if (s.count == kListed || !small(one, s.who[s.count++]))
      return false;
  return s.count != 0;
}

// "" or what it should have been.
std::string read_step(std::istringstream &in, const std::string &first, Step &s) {
  std::string op = first, a, b;
  if (op == "other" && in >> op)
    s.instance = 1;
  int at = 0;
  while (at < kWords && op != words[at].text)
    ++at;
  if (at == kWords)
    return "'" + op + "' is no step";
  s.op = static_cast<Op>(at);
  switch (words[at].form) {
  case Entities:
    if (!(in >> a) || !entities(a, s))
      return op + " takes entities, such as 1,2";
    while (in >> a >> b) {
      uint64_t n;
      bool good = a == "priority" || (a == "deadline" && number(b, UINT64_MAX, n));
      if (!good)
        return op + " takes `priority N` and `deadline N`";
      if (a == "priority")
        s.priority = static_cast<int32_t>(strtol(b.c_str(), nullptr, 10));
      else
        s.deadline = n;
    }
    return "";
  case Listed: {
    std::string by, why;
    if (!(in >> a >> by >> b >> why) || by != "by" || !entities(a, s) || !worker(b, s.worker))
      return "ready takes `1,2 by WORKER|inbox WHY`";
    for (s.why = 0; s.why < kWhys && why != whys[s.why];)
      ++s.why;
    return s.why < kWhys ? "" : "'" + why + "' is no reason to be ready";
  }
  case Worker:
  case WorkerCount:
    if (!(in >> a) || !worker(a, s.worker) || s.worker == kInbox)
      return op + " takes a worker";
    if (words[at].form == WorkerCount && (!(in >> b) || !small(b, s.count)))
      return op + " takes a worker and a count";
    return "";
  case Entity:
    s.count = 1;
    return in >> a && small(a, s.who[0]) ? "" : op + " takes an entity";
  case Count:
    return in >> a && small(a, s.count) ? "" : op + " takes a count";
  case Alone:
    return "";
  }
  return "";
}

} // namespace

const char *text_of(weft_why why) { return static_cast<int>(why) < kWhys ? whys[why] : "?"; }

std::string text_of(const Step &s) {
  const Word &word = words[static_cast<int>(s.op)];
  std::string text = std::string(s.instance ? "other " : "") + word.text;
  switch (word.form) {
  case Entities:
    text += " " + list_of(s);
    if (s.priority != 0)
      text += " priority " + std::to_string(s.priority);
    if (s.deadline != UINT64_MAX)
      text += " deadline " + std::to_string(s.deadline);
    return text;
  case Listed:
    return text + " " + list_of(s) + " by " + (s.worker == kInbox ? "inbox" : std::to_string(s.worker)) + " " + whys[s.why];
  case Worker:
    return text + " " + std::to_string(s.worker);
  case WorkerCount:
    return text + " " + std::to_string(s.worker) + " " + std::to_string(s.count);
  case Entity:
    return text + " " + std::to_string(s.who[0]);
  case Count:
    return text + " " + std::to_string(s.count);
  case Alone:
    return text;
  }
  return text;
}

std::string text_of(const Schedule &schedule) {
  std::string text = "rule " + schedule.rule + "\nseed " + std::to_string(schedule.seed) + "\nworkers " + std::to_string(schedule.workers) + "\n";
  for (const Step &s : schedule.steps)
    text += text_of(s) + "\n";
  return text;
}

std::string parse(const std::string &text, Schedule &out) {
  std::istringstream lines(text);
  std::string line;
  for (int at = 1; std::getline(lines, line); ++at) {
    auto wrong = [&](const std::string &what) { return "line " + std::to_string(at) + ": " + what; };
    std::istringstream in(line.substr(0, line.find('#')));
    std::string first;
    if (!(in >> first))
      continue;
    uint64_t n;
    std::string value;
    if (first == "rule") {
      if (!(in >> out.rule))
        return wrong("rule takes a name, such as SCHED-01");
    } else if (first == "seed" || first == "workers") {
      if (!(in >> value) || !number(value, first == "seed" ? UINT64_MAX : 64, n) || (first == "workers" && n == 0))
        return wrong(first + " takes a number");
      if (first == "seed")
        out.seed = n;
      else
        out.workers = static_cast<uint32_t>(n);
    } else {
      Step s;
      if (std::string what = read_step(in, first, s); !what.empty())
        return wrong(what);
      out.steps.push_back(s);
    }
  }
  return out.rule.empty() ? "it names no rule" : "";
}

} // namespace conformance
