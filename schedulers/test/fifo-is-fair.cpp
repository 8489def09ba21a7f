// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// fifo through its table alone, as loaded by path: order, fairness, removal.
#include "weft/scheduler.h"

#include <catch2/catch.hpp>

#include <dlfcn.h>
#include <vector>

namespace {

class Fifo {
public:
  Fifo() {
    void *library = dlopen(WEFT_FIFO_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library);
    auto plugin = reinterpret_cast<weft_sched_plugin_fn>(dlsym(library, WEFT_SCHED_SYMBOL));
    REQUIRE(plugin);
    ops = plugin();
    weft_sched_config config = {};
    config.size = sizeof config;
    config.workers = 1;
    REQUIRE(ops->create(&config, &self) == WEFT_OK);
  }
  ~Fifo() { ops->destroy(self); }

  void ready(std::vector<weft_ent *> ents) {
    for (size_t i = 0; i < ents.size(); ++i)
      ents[i]->next = i + 1 < ents.size() ? ents[i + 1] : nullptr;
    weft_ent_list list = {ents.front(), ents.back(), ents.size()};
    ops->ready(self, &list, nullptr, WEFT_WHY_WAKE);
  }
  weft_ent *pick() {
    weft_slice slice = {};
    return ops->pick(self, nullptr, 0, &slice);
  }

  const weft_sched_ops *ops;
  void *self = nullptr;
};

std::vector<weft_ent *> visited(Fifo &f) {
  std::vector<weft_ent *> all;
  f.ops->snapshot(
      f.self,
      [](void *arg, const weft_ent *e) {
        static_cast<std::vector<weft_ent *> *>(arg)->push_back(const_cast<weft_ent *>(e));
      },
      &all);
  return all;
}

} // namespace

TEST_CASE("entities come out in the order they came in, lists as a whole") {
  Fifo f;
  weft_ent e[4] = {};
  CHECK(f.pick() == nullptr);
  f.ready({&e[2], &e[0]});
  f.ready({&e[3]});
  f.ready({&e[1]});
  CHECK(visited(f) == std::vector<weft_ent *>{&e[2], &e[0], &e[3], &e[1]});
  for (int i : {2, 0, 3, 1})
    CHECK(f.pick() == &e[i]);
  CHECK(f.pick() == nullptr);
  f.ready({&e[0]});
  CHECK(f.pick() == &e[0]);
}

TEST_CASE("of n that always yield, each is picked once in n picks") {
  Fifo f;
  weft_ent e[5] = {};
  f.ready({&e[0], &e[1], &e[2], &e[3], &e[4]});
  for (int i = 0; i < 1000; ++i) {
    weft_ent *picked = f.pick();
    REQUIRE(picked == &e[i % 5]);
    f.ready({picked});
  }
}

TEST_CASE("remove takes out the first, a middle one and the last") {
  Fifo f;
  weft_ent e[4] = {};
  f.ready({&e[0], &e[1], &e[2], &e[3]});
  CHECK(f.ops->remove(f.self, &e[1]) == WEFT_OK);
  CHECK(f.ops->remove(f.self, &e[0]) == WEFT_OK);
  CHECK(f.ops->remove(f.self, &e[3]) == WEFT_OK);
  CHECK(f.ops->remove(f.self, &e[3]) == WEFT_E_NOTFOUND);
  f.ready({&e[0]});
  CHECK(f.pick() == &e[2]);
  CHECK(f.pick() == &e[0]);
  CHECK(f.pick() == nullptr);
}
