// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A scheduler in the language takes its children's awaits: their tokens are in its completion queue, it parks once for all of them,
// and is told which came, in the order in which the host completed them.
#include "guest.h"
#include "play.h"

#include <memory>

namespace play {
namespace {

constexpr int kChildren = 3;
std::unique_ptr<guest::Scheduler> scheduler;
weft_domain *domain;
weft_token promises[kChildren];
std::string order;
uint64_t parked_before;

uint64_t parks() {
  weft_domain_stats stats = {};
  stats.size = sizeof stats;
  weft_get_domain_stats(domain, &stats);
  return stats.parked;
}

void child(void *env, weft_payload *) {
  const auto i = static_cast<int>(reinterpret_cast<intptr_t>(env));
  uint64_t value = 0;
  weft_status status = weft_await(promises[i], &value);
  order += scheduler->running()->name + (status == WEFT_OK ? " " + std::to_string(value) : " failed") + "; ";
}

void schedule(void *) {
  while (!scheduler->all_done())
    if (!scheduler->run_one())
      scheduler->collect(true);
}

void begin() {
  domain = make_domain(nullptr, "guests");
  scheduler = std::make_unique<guest::Scheduler>(rt);
  static const char *const names[kChildren] = {"A", "B", "C"};
  for (int i = 0; i < kChildren; ++i) {
    promises[i] = weft_token_new(rt);
    scheduler->add(names[i], child, reinterpret_cast<void *>(static_cast<intptr_t>(i)));
  }
  parked_before = parks();
  spawn(domain, "scheduler", schedule);
}

void third_and_first_come() {
  say("scheduler", scheduler->state());
  expect(parks() - parked_before == 1, "three children wait, and one task is parked");
  weft_complete(promises[2], WEFT_OK, 30);
  weft_complete(promises[0], WEFT_OK, 10);
  expect(order.empty(), "completing runs nobody");
}

void second_fails() {
  expect(order == "C 30; A 10; ", "they were picked in the order of completion");
  weft_complete(promises[1], -5, 0);
}

} // namespace

Play collects() {
  return {"a scheduler in the language takes its children's awaits",
          {{"", begin, {{10, third_and_first_come}, {10, second_fails}}, [] {
              expect(order == "C 30; A 10; B failed; ", "each got what its token was completed with");
              expect(parks() - parked_before == 2, "it parked once for three children, and once for the last");
              say("order:", order);
              scheduler.reset();
            }}}};
}

} // namespace play
