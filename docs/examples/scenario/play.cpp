// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What all plays use.
#include "play.h"

#include <cstdio>
#include <cstdlib>
#include <map>

namespace play {

weft_runtime *rt;
uint64_t (*host_work)();

namespace {
void compute(uint64_t ns) {
  for (const uint64_t end = weft_now() + ns; weft_now() < end;)
    ;
}
} // namespace
void (*work_for)(uint64_t ns) = compute;
int failures;

void say(const char *who, const std::string &what) { printf("  %-10s %s\n", who, what.c_str()); }

void expect(bool right, const char *what) {
  if (right)
    return;
  ++failures;
  printf("  UNEXPECTED: %s\n", what);
}

weft_domain *make_domain(weft_domain *parent, const char *name, const char *sched) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  attr.sched = sched;
  weft_domain *domain = nullptr;
  char error[256];
  if (weft_domain_create(parent, &attr, &domain, error, sizeof error) != WEFT_OK) {
    fprintf(stderr, "scenario: %s\n", error);
    exit(1);
  }
  return domain;
}

void spawn(weft_domain *domain, const char *name, weft_task_fn fn, void *arg, int32_t priority) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  attr.domain = domain;
  attr.priority = priority;
  attr.flags = WEFT_SPAWN_DETACHED;
  if (weft_spawn(rt, fn, arg, &attr, nullptr) != WEFT_OK) {
    fprintf(stderr, "scenario: cannot spawn %s\n", name);
    exit(1);
  }
}

namespace {

const std::map<std::string, std::function<Play()>> &all() {
  static const std::map<std::string, std::function<Play()>> plays = {
      {"wrong", wrong},       {"right", right},   {"levels", levels},    {"collects", collects},
      {"components", components}, {"frames", frames}, {"composed", composed},
  };
  return plays;
}

} // namespace

const std::function<Play()> *find(const std::string &name) {
  auto at = all().find(name);
  return at == all().end() ? nullptr : &at->second;
}

std::string names() {
  std::string text;
  for (const auto &[name, play] : all())
    text += (text.empty() ? "" : "|") + name;
  return text;
}

} // namespace play
