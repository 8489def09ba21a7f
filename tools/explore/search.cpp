// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "search.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

namespace explore {

namespace {

// Choices behind the last one that is not the usual need not be written down.
Order without_tail(Order order) {
  while (!order.empty() && order.back().taken == 0)
    order.pop_back();
  return order;
}

Order with_only(const Order &order, const std::vector<size_t> &kept) {
  Order out = order;
  for (Choice &c : out)
    c.taken = 0;
  for (size_t i : kept)
    out[i].taken = order[i].taken;
  return without_tail(std::move(out));
}

} // namespace

std::optional<Failure> Search::usual() {
  std::string parameters = common() + ",strategy=bounded,bound=0";
  std::remove(log().c_str());
  End end = run(program_, parameters + ",log=" + log());
  std::optional<Order> order = read_order(log());
  if (!order)
    throw NotExplorable{end.failed() ? end.text() + "\n" + end.err
                                     : "it took no scheduler from WEFT_SCHED: a program whose runtime has one of its own, or ignores the "
                                       "environment, cannot be explored",
                        false};
  if (end.kind == End::TooMuch)
    throw NotExplorable{end.text() + ", which is more than is kept of a run; print less of it, or to a file", false};
  usual_choices_ = std::max<uint64_t>(1, order->size());
  if (end.failed())
    return Failure{end, *order, parameters, 0};
  program_.expected = end.out;
  // Differently every second time is found at once; what is rarer shows as a failure that does not repeat.
  for (int again = 0; again < 2; ++again)
    if (End second = run(program_, common() + ",replay=" + log()); second.kind != End::Exit || second.code != end.code)
      throw NotExplorable{"run again in the same order: " + second.text() + "\n" + second.err, true};
  return {};
}

std::string Search::parameters_of(uint64_t seed) const {
  std::string how = strategy_, bound;
  uint64_t depth = 1 + seed / 4 % 4;
  if (how.empty())
    how = seed % 4 == 0 ? "random" : seed % 4 == 1 ? "bounded" : "pct";
  if (how == "bounded")
    bound = ",bound=" + std::to_string(depth);
  if (how == "pct")
    bound = ",bound=" + std::to_string(depth + 1);
  return common() + ",seed=" + std::to_string(seed) + ",strategy=" + how + bound + ",horizon=" + std::to_string(usual_choices_ + usual_choices_ / 4);
}

std::optional<Failure> Search::search(uint64_t seed, uint64_t runs) {
  for (uint64_t i = 0; i < runs; ++i) {
    std::string parameters = parameters_of(seed + i);
    End end = run(program_, parameters + ",log=" + log());
    if (end.failed())
      return Failure{end, read_order(log()).value_or(Order{}), parameters, i + 1};
  }
  return {};
}

Failure Search::shortened(const Failure &failure, uint64_t most) {
  Failure best = failure;
  uint64_t runs = 0;
  auto till = std::chrono::steady_clock::now() + std::chrono::minutes(2); // each may take the whole timeout
  // Whether it still fails so; then it is what was really chosen.
  auto fails = [&](const Order &order) {
    if (runs++ >= most || std::chrono::steady_clock::now() > till || !write_order(given(), order))
      return false;
    End end = run(program_, common() + ",loose=1,replay=" + given() + ",log=" + log());
    if (!end.same_as(failure.end))
      return false;
    best.end = end;
    best.order = read_order(log()).value_or(Order{});
    return true;
  };
  if (!fails(without_tail(best.order)))
    return best; // by chance, then, and not by its order
  std::vector<size_t> at = deviations(best.order);
  // The failure may need only the first so many of them.
  for (size_t low = 0, high = at.size(); low < high;) {
    size_t middle = (low + high) / 2;
    if (fails(with_only(best.order, {at.begin(), at.begin() + static_cast<std::ptrdiff_t>(middle)}))) {
      at = deviations(best.order);
      high = std::min(middle, at.size());
    } else {
      low = middle + 1;
    }
  }
  at = deviations(best.order);
  for (size_t chunk = (at.size() + 1) / 2; chunk != 0 && runs < most;) {
    bool shorter = false;
    for (size_t from = 0; from < at.size() && runs < most;) {
      std::vector<size_t> kept(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(from));
      kept.insert(kept.end(), at.begin() + static_cast<std::ptrdiff_t>(std::min(at.size(), from + chunk)), at.end());
      Order before = best.order;
      if (fails(with_only(before, kept)) && deviations(best.order).size() < at.size()) {
        at = deviations(best.order);
        shorter = true;
      } else {
        best.order = std::move(before);
        from += chunk;
      }
    }
    chunk = chunk > 1 ? (chunk + 1) / 2 : shorter ? 1 : 0;
  }
  return best;
}

End Search::replayed(const Order &order, std::string *chosen) {
  std::string show = folder_ + "/show";
  write_order(given(), order);
  End end = run(program_, common() + ",replay=" + given() + ",show=" + show);
  std::ifstream in(show);
  std::ostringstream text;
  text << in.rdbuf();
  *chosen = text.str();
  return end;
}

} // namespace explore
