// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// priority through its table: against a model that looks at everything, the bounds of SCHED-05 and that they are
// reached, and what a program's priorities and deadlines do.
#include "weft/scheduler.h"
#include "weft/host.h"
#include "weft/task.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <dlfcn.h>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace {

const weft_sched_ops *table() {
  void *library = dlopen(WEFT_PRIORITY_PLUGIN, RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library);
  auto plugin = reinterpret_cast<weft_sched_plugin_fn>(dlsym(library, WEFT_SCHED_SYMBOL));
  REQUIRE(plugin);
  return plugin();
}

weft_ent_attr attr_of(int priority, uint64_t deadline = UINT64_MAX) {
  weft_ent_attr a = {};
  a.size = sizeof a;
  a.priority = priority;
  a.deadline_ns = deadline;
  a.weight = 1;
  return a;
}

using Params = std::vector<weft_sched_param>;

class Policy {
public:
  explicit Policy(Params params = {}) : ops(table()) {
    weft_sched_config config = {};
    config.size = sizeof config;
    config.workers = 1;
    config.params = params.data();
    config.param_count = params.size();
    config.error = error;
    config.error_size = sizeof error;
    status = ops->create(&config, &self);
  }
  ~Policy() {
    if (status == WEFT_OK)
      ops->destroy(self);
  }

  weft_ent *admit(int priority, uint64_t deadline = UINT64_MAX) {
    weft_ent *e = &ents.emplace_back();
    e->id = ents.size();
    weft_ent_attr a = attr_of(priority, deadline);
    REQUIRE(ops->admit(self, e, &a) == WEFT_OK);
    return e;
  }
  void ready(std::vector<weft_ent *> list) {
    for (size_t i = 0; i < list.size(); ++i)
      list[i]->next = i + 1 < list.size() ? list[i + 1] : nullptr;
    weft_ent_list linked = {list.front(), list.back(), list.size()};
    ops->ready(self, &linked, nullptr, WEFT_WHY_WAKE);
  }
  void attr(weft_ent *e, int priority, uint64_t deadline = UINT64_MAX) {
    weft_ent_attr a = attr_of(priority, deadline);
    ops->attr(self, e, &a);
  }
  weft_ent *pick() {
    weft_slice slice = {};
    return ops->pick(self, nullptr, 0, &slice);
  }
  std::vector<weft_ent *> picks(size_t n) {
    std::vector<weft_ent *> out;
    while (out.size() < n)
      out.push_back(pick());
    return out;
  }

  const weft_sched_ops *ops;
  void *self = nullptr;
  weft_status status;
  char error[256] = "";
  std::deque<weft_ent> ents;
};

using Ents = std::vector<weft_ent *>;

} // namespace

TEST_CASE("a higher level goes first, one level in the order of arrival, and far ones count as the nearest") {
  Policy p;
  weft_ent *low = p.admit(-1), *one = p.admit(0), *two = p.admit(0), *high = p.admit(3), *least = p.admit(INT32_MIN),
           *most = p.admit(INT32_MAX), *most2 = p.admit(31);
  p.ready({low, one, least, two, most, high, most2});
  CHECK(p.picks(7) == Ents{most, most2, high, one, two, low, least});
  CHECK(p.pick() == nullptr);
}

TEST_CASE("without ageing there are levels alone, and an old one waits as long as there is a higher one") {
  Policy p(Params{{"ageing", "1000000"}});
  weft_ent *low = p.admit(0), *high = p.admit(1);
  p.ready({low, high});
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(p.pick() == high);
    p.ready({high});
  }
}

TEST_CASE("of n that yield at once each is picked within n + levels * ageing picks, and that bound is reached") {
  for (int ageing : {0, 1, 7, 16})
    for (int levels : {0, 1, 5, 40})
      for (size_t n : {2, 3, 50}) {
        Policy p(Params{{"ageing", std::to_string(ageing).c_str()}});
        REQUIRE(p.status == WEFT_OK);
        Ents others;
        for (size_t i = 1; i < n; ++i)
          others.push_back(p.admit(levels - 20));
        weft_ent *low = p.admit(-20);
        p.ready(others);
        p.ready({low});
        size_t bound = n + static_cast<size_t>(levels) * static_cast<size_t>(ageing), at = 0;
        for (size_t pick = 1; pick <= bound && at == 0; ++pick) {
          weft_ent *e = p.pick();
          if (e == low)
            at = pick;
          p.ready({e});
        }
        INFO(ageing << " " << levels << " " << n);
        CHECK(at == bound);
      }
}

TEST_CASE("deadlines go before all others, the earliest first, but for one pick of `reserve`") {
  Policy p(Params{{"reserve", "4"}});
  weft_ent *late = p.admit(31, 900), *soon = p.admit(-5, 100), *soon_too = p.admit(9, 100), *never = p.admit(31),
           *middle = p.admit(0, 500), *low = p.admit(-32);
  p.ready({never, late, soon, low, middle, soon_too});
  CHECK(p.picks(6) == Ents{soon, soon_too, middle, never, late, low});
}

TEST_CASE("whatever their deadlines, each of n is picked within reserve * (n + levels * ageing) picks") {
  Policy p(Params{{"reserve", "3"}, {"ageing", "10"}});
  Ents urgent;
  for (uint64_t i = 0; i < 20; ++i)
    urgent.push_back(p.admit(2, i));
  weft_ent *never = p.admit(0), *far = p.admit(0, UINT64_MAX - 1);
  p.ready(urgent);
  p.ready({never, far});
  size_t bound = 3 * (22 + 2 * 10), worst = 0;
  std::vector<size_t> since(p.ents.size(), 0);
  for (size_t pick = 1; pick < 20000; ++pick) {
    weft_ent *e = p.pick();
    worst = std::max(worst, pick - since[e->id - 1]);
    since[e->id - 1] = pick;
    p.ready({e});
  }
  CHECK(worst <= bound);
  CHECK(worst >= bound / 2);
}

TEST_CASE("an attribute that changes while its entity is queued counts at once, and its age stays") {
  Policy p;
  weft_ent *a = p.admit(0), *b = p.admit(0), *c = p.admit(0), *d = p.admit(0);
  p.ready({a, b, c, d});
  p.attr(c, 5);
  p.attr(a, -5);
  CHECK(p.pick() == c);
  p.attr(a, 0); // and so it was first again
  p.attr(d, 0, 10);
  CHECK(p.picks(3) == Ents{d, a, b});
  p.attr(b, 7); // not queued
  p.ready({a, b});
  CHECK(p.picks(2) == Ents{b, a});
}

TEST_CASE("as a model that looks at everything") {
  struct Model {
    int level;
    uint64_t deadline, arrival;
    bool queued;
  };
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    auto draw = [&](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
    int ageing = draw(20), reserve = 2 + draw(6);
    std::string ageing_text = std::to_string(ageing), reserve_text = std::to_string(reserve);
    Policy p(Params{{"ageing", ageing_text.c_str()}, {"reserve", reserve_text.c_str()}});
    REQUIRE(p.status == WEFT_OK);
    auto level = [&] { return draw(90) - 45; };
    auto deadline = [&] { return draw(2) ? UINT64_MAX : static_cast<uint64_t>(draw(30)); };
    auto clamped = [](int l) { return std::max(-32, std::min(31, l)); };
    std::vector<Model> model;
    uint64_t arrivals = 0;
    int by_deadline = 0;
    for (int step = 0; step < 600; ++step) {
      std::vector<size_t> queued, idle;
      for (size_t i = 0; i < model.size(); ++i)
        (model[i].queued ? queued : idle).push_back(i);
      switch (int what = draw(8)) {
      case 0: {
        int l = level();
        uint64_t d = deadline();
        p.admit(l, d);
        model.push_back({clamped(l), d, 0, false});
        break;
      }
      case 1:
      case 2:
      case 3: {
        std::shuffle(idle.begin(), idle.end(), random);
        idle.resize(std::min(idle.size(), static_cast<size_t>(what)));
        Ents list;
        for (size_t i : idle) {
          list.push_back(&p.ents[i]);
          model[i].arrival = ++arrivals;
          model[i].queued = true;
        }
        if (!list.empty())
          p.ready(list);
        break;
      }
      case 4:
        if (!model.empty()) {
          size_t i = static_cast<size_t>(draw(static_cast<int>(model.size())));
          int l = level();
          uint64_t d = deadline();
          p.attr(&p.ents[i], l, d);
          model[i].level = clamped(l);
          model[i].deadline = d;
        }
        break;
      case 5:
        if (!model.empty()) {
          size_t i = static_cast<size_t>(draw(static_cast<int>(model.size())));
          REQUIRE(p.ops->remove(p.self, &p.ents[i]) == (model[i].queued ? WEFT_OK : WEFT_E_NOTFOUND));
          model[i].queued = false;
        }
        break;
      default: {
        std::optional<size_t> want;
        bool dated = std::any_of(queued.begin(), queued.end(), [&](size_t i) { return model[i].deadline != UINT64_MAX; });
        bool line = !dated || ++by_deadline == reserve;
        if (line)
          by_deadline = 0;
        auto less = [&](size_t i, size_t j) {
          const Model &a = model[i], &b = model[j];
          auto age = [&](const Model &m) { return static_cast<int64_t>(m.arrival) - ageing * static_cast<int64_t>(m.level); };
          if (line)
            return age(a) != age(b) ? age(a) < age(b) : a.level > b.level;
          return a.deadline != b.deadline ? a.deadline < b.deadline : a.arrival < b.arrival;
        };
        for (size_t i : queued)
          if (!want || less(i, *want))
            want = i;
        weft_ent *got = p.pick();
        REQUIRE(got == (want ? &p.ents[*want] : nullptr));
        if (want)
          model[*want].queued = false;
      }
      }
      size_t visited = 0;
      p.ops->snapshot(p.self, [](void *arg, const weft_ent *) { ++*static_cast<size_t *>(arg); }, &visited);
      REQUIRE(visited == static_cast<size_t>(std::count_if(model.begin(), model.end(), [](const Model &m) { return m.queued; })));
    }
  }
}

TEST_CASE("wrong parameters are refused in a line that says what it takes") {
  Params wrong = {{"aging", "3"},   {"ageing", ""},     {"ageing", "1000001"}, {"ageing", "-1"},
                                         {"ageing", "3x"}, {"reserve", "1"}, {"reserve", "1001"}};
  for (weft_sched_param param : wrong) {
    Policy p(Params{param});
    CHECK(p.status == WEFT_E_INVAL);
    std::string said = p.error;
    CHECK(said.find(std::string("'priority': '") + param.key + "=" + param.value + "': it takes ageing=0..1000000") != std::string::npos);
    CHECK(said.find('\n') == std::string::npos);
  }
}

TEST_CASE("a program's priorities and deadlines") {
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.sched = "priority:ageing=2";
  config.workers = 1;
  weft_runtime *rt = nullptr;
  char error[256] = "";
  INFO(error);
  REQUIRE(weft_runtime_create(&config, &rt, error, sizeof error) == WEFT_OK);
  static std::string order;
  order.clear();
  auto spawn = [&](const char *name, int priority, uint64_t deadline = 0) {
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.name = name;
    attr.priority = priority;
    attr.deadline_ns = deadline;
    REQUIRE(weft_spawn(rt,
                       [](void *) {
                         for (int i = 0; i < 3; ++i) {
                           order += weft_task_name(weft_self());
                           weft_yield();
                         }
                       },
                       nullptr, &attr, nullptr) == WEFT_OK);
  };
  SECTION("levels, and the lower ones' age") {
    spawn("l", 0);
    spawn("h", 1);
    spawn("H", 3);
    REQUIRE(weft_run(rt) == WEFT_OK);
    CHECK(order.substr(0, 3) == "HHH"); // six arrivals' worth: l and h are not yet as old
    CHECK(order.find('h') < order.find('l'));
    CHECK(order.rfind('h') > order.find('l')); // but l had its turn in between
  }
  SECTION("deadlines") {
    spawn("n", 5);
    spawn("b", 0, 2000);
    spawn("a", 0, 1000);
    REQUIRE(weft_run(rt) == WEFT_OK);
    CHECK(order == "aaabbbnnn");
  }
  weft_runtime_destroy(rt);
}
