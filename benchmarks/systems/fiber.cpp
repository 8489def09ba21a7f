// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Boost.Fiber on one thread with its own scheduler (round robin) and default stacks.
#include "serve.h"
#include <boost/fiber/all.hpp>
#include <boost/version.hpp>
#include <vector>

namespace {

namespace fibers = boost::fibers;
using boost::this_fiber::yield;

bench::Result yield_all(uint64_t n, uint64_t ops) {
  uint64_t each = ops / n ? ops / n : 1, started = 0, ended = 0, first = 0, last = 0, sum = 0;
  std::vector<fibers::fiber> all;
  for (uint64_t i = 0; i < n; ++i)
    all.emplace_back([&] {
      yield(); // until all of them are there
      if (++started == 1)
        first = bench::now();
      for (uint64_t j = 0; j < each; ++j) {
        ++sum;
        yield();
      }
      if (++ended == n)
        last = bench::now();
    });
  for (fibers::fiber &f : all)
    f.join();
  return {n * each, last - first, sum};
}

bench::Result spawn(uint64_t batch, uint64_t ops) {
  uint64_t ran = 0, rounds = (ops + batch - 1) / batch, pending = 0, start = 0;
  fibers::mutex m;
  fibers::condition_variable done;
  for (uint64_t r = 0; r <= rounds; ++r) {
    if (r == 1) { // the first is the warm-up
      ran = 0;
      start = bench::now();
    }
    pending = batch;
    for (uint64_t i = 0; i < batch; ++i)
      fibers::fiber([&] {
        ++ran;
        if (--pending == 0)
          done.notify_one();
      }).detach();
    std::unique_lock<fibers::mutex> hold(m);
    done.wait(hold, [&] { return pending == 0; });
  }
  return {rounds * batch, bench::now() - start, ran};
}

bench::Result channel(uint64_t, uint64_t ops) {
  fibers::unbuffered_channel<uint64_t> there, back;
  fibers::fiber echo([&] {
    uint64_t v;
    while (there.pop(v) == fibers::channel_op_status::success)
      back.push(v + 1);
  });
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i) {
    there.push(i);
    sum += back.value_pop();
  }
  uint64_t ns = bench::now() - start;
  there.close();
  echo.join();
  return {ops, ns, sum};
}

} // namespace

int main() {
  return bench::serve("fiber", "Boost " BOOST_LIB_VERSION,
                      {{"yield", yield_all}, {"spawn", spawn}, {"channel", channel}});
}
