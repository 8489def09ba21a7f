// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Domains three levels deep that turn from empty to ready and back all the time, on several workers, under policies that share time
// and such that do not: nothing is lost, and everybody ends.
#include "on_workers.h"

#include <array>
#include <vector>

namespace {

weft_domain *domain(weft_domain *parent, const char *sched, uint32_t weight) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.sched = sched;
  attr.weight = weight;
  weft_domain *d = nullptr;
  weft_domain_create(parent, &attr, &d, nullptr, 0);
  return d;
}

} // namespace

TEST_CASE("a storm of edges from empty to ready, three levels deep") {
  for (const char *root : {"fair:slice=20us", "work_stealing", "fair:slice=1ns"}) {
    OnWorkers w(3, root);
    static constexpr std::array<const char *, 4> policies = {"fair:slice=5us", "fifo", "priority", "fair"};
    std::vector<weft_domain *> leaves;
    for (uint32_t i = 0; i < 4; ++i) {
      weft_domain *outer = domain(weft_root_domain(w.rt), policies[i], i + 1);
      REQUIRE(outer);
      for (uint32_t j = 0; j < 2; ++j) {
        leaves.push_back(domain(outer, policies[(i + j) % 4], j + 1));
        REQUIRE(leaves.back());
      }
    }
    // Balls go round between domains that are else empty, and meanwhile others yield and end.
    const int rounds = 300 * thoroughly(10);
    std::vector<weft_chan *> balls(leaves.size());
    for (weft_chan *&c : balls)
      c = weft_chan_new(sizeof(int), 1);
    std::atomic<int> passed{0}, ended{0}, wrong{0};
    for (size_t i = 0; i < leaves.size(); ++i) {
      w.go(
          [&, i] {
            int n;
            for (int r = 0; r < rounds; ++r) {
              if (weft_chan_recv(balls[i], &n) != WEFT_OK)
                wrong++;
              passed++;
              if (weft_chan_send(balls[(i + 1) % balls.size()], &n) != WEFT_OK)
                wrong++;
              if (r % 16 == 0 && OnWorkers::go(
                                     [&] {
                                       for (int y = 0; y < 5; ++y)
                                         weft_yield();
                                       ended++;
                                     },
                                     nullptr, leaves[(i + 3) % leaves.size()]) != WEFT_OK)
                wrong++;
            }
          },
          nullptr, leaves[i]);
    }
    for (int ball : {0, 1, 2}) // each stays in the end where it was in the beginning
      weft_chan_send(balls[static_cast<size_t>(ball) * 2], &ball);
    INFO(root);
    CHECK(w.run() == WEFT_OK);
    CHECK(wrong == 0);
    CHECK(passed == rounds * static_cast<int>(leaves.size()));
    CHECK(ended == (rounds + 15) / 16 * static_cast<int>(leaves.size()));
    for (weft_chan *c : balls)
      weft_chan_free(c);
  }
}
