// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Two components that know only each other's functions. `orders` is written in direct style, on tasks under the policy `priority`;
// `prices` in a language with handlers, whose scheduler (guest.h) is a task under `fifo`. They call each other both ways, and
// while a call blocks, up to the host, both components go on.
#include "guest.h"
#include "play.h"

#include <memory>

namespace play {
namespace {

std::unique_ptr<guest::Scheduler> prices_scheduler;
weft_token stock_of_host;
uint64_t bought[2], ticks, ticks_in_call;
bool served_inside, second_first;

// A call into a component whose tasks are not ours: what is asked goes to a token that one of them awaits, what is answered to ours.
struct Line {
  weft_token question, answer;
  void open() { question = weft_token_new(rt), answer = weft_token_new(rt); }
  uint64_t call(uint64_t asked) {
    uint64_t value = 0;
    weft_complete(question, WEFT_OK, asked);
    weft_await(answer, &value);
    return value;
  }
  uint64_t taken() {
    uint64_t asked = 0;
    weft_await(question, &asked);
    return asked;
  }
  void answered(uint64_t value) { weft_complete(answer, WEFT_OK, value); }
};
Line quote[2], stock;

// --- orders ---------------------------------------------------------------------------------------------

void buyer(void *arg) {
  const auto i = static_cast<int>(reinterpret_cast<intptr_t>(arg));
  say(i ? "buyer 2" : "buyer 1", "asks for a price, and blocks");
  bought[i] = quote[i].call(100 + static_cast<uint64_t>(i));
  second_first |= i == 1 && bought[0] == 0;
}

void clerk(void *) {
  const uint64_t article = stock.taken(), asked_at = ticks;
  uint64_t count = 0;
  say("clerk", "is asked by the other component, asks the host, and blocks");
  weft_await(stock_of_host, &count);
  while (ticks == asked_at) // on a machine that stood still
    weft_sleep(1000000);
  stock.answered(article + count);
}

void ticker(void *) {
  while (bought[0] == 0) {
    ++ticks;
    weft_sleep(500000);
  }
}

// --- prices ---------------------------------------------------------------------------------------------

void quote_from_stock(void *, weft_payload *) {
  const uint64_t article = quote[0].taken();
  say("quote 1", "has to call back, and blocks");
  const uint64_t before = ticks;
  const uint64_t answer = stock.call(article);
  ticks_in_call = ticks - before;
  served_inside = prices_scheduler->running() && prices_scheduler->running()->name == "quote 1";
  quote[0].answered(answer * 2);
}

void quote_from_list(void *, weft_payload *) { quote[1].answered(quote[1].taken() * 3); }

void prices_task(void *) {
  while (!prices_scheduler->all_done())
    if (!prices_scheduler->run_one())
      prices_scheduler->collect(true);
}

void begin() {
  quote[0].open(), quote[1].open(), stock.open();
  stock_of_host = weft_token_new(rt);
  weft_domain *orders = make_domain(nullptr, "orders", "priority");
  weft_domain *prices = make_domain(nullptr, "prices", "fifo");
  prices_scheduler = std::make_unique<guest::Scheduler>(rt);
  prices_scheduler->add("quote 1", quote_from_stock, nullptr);
  prices_scheduler->add("quote 2", quote_from_list, nullptr);
  spawn(prices, "prices", prices_task);
  spawn(orders, "ticker", ticker, nullptr, -1);
  spawn(orders, "buyer 2", buyer, reinterpret_cast<void *>(1));
  spawn(orders, "buyer 1", buyer, nullptr, 1);
  spawn(orders, "clerk", clerk, nullptr, 2);
}

void host_answers() {
  expect(bought[0] == 0 && bought[1] == 303, "one call is blocked up to the host, the other was answered meanwhile");
  say("host", "has the answer; " + prices_scheduler->state());
  weft_complete(stock_of_host, WEFT_OK, 7);
}

} // namespace

Play components() {
  return {"two components with schedulers of their own call each other, and one blocks",
          {{"", begin, {{20, host_answers}}, [] {
              expect(bought[0] == (100 + 7) * 2, "the answer went host, clerk, quote 1, buyer 1");
              expect(second_first, "the second buyer was served while the first was blocked");
              expect(ticks_in_call != 0, "the first component went on while it was called back");
              expect(served_inside, "the answer ran inside of its own component's scheduler");
              say("buyers", "paid " + std::to_string(bought[0]) + " and " + std::to_string(bought[1]));
              prices_scheduler.reset();
            }}}};
}

} // namespace play
