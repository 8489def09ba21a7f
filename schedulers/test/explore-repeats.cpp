// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// explore through its table: a seed is an order, a log is that order again, and what differs from it is said.
#include "weft/host.h"
#include "weft/scheduler.h"
#include "weft/sync.h"
#include "weft/task.h"

#include <catch2/catch.hpp>

#include <cstdio>
#include <cstring>
#include <deque>
#include <dlfcn.h>
#include <filesystem>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

class Policy {
public:
  // "key=value" each.
  explicit Policy(std::vector<std::string> params, size_t entities = 0, uint32_t workers = 1) : texts_(std::move(params)) {
    void *library = dlopen(WEFT_EXPLORE_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library);
    auto plugin = reinterpret_cast<weft_sched_plugin_fn>(dlsym(library, WEFT_SCHED_SYMBOL));
    REQUIRE(plugin);
    ops = plugin();
    std::vector<weft_sched_param> split;
    for (std::string &t : texts_) {
      size_t at = t.find('=');
      t[at] = '\0';
      split.push_back({t.c_str(), t.c_str() + at + 1});
    }
    weft_sched_config config = {};
    config.size = sizeof config;
    config.workers = workers;
    config.params = split.data();
    config.param_count = split.size();
    config.error = error;
    config.error_size = sizeof error;
    status = ops->create(&config, &self);
    for (size_t i = 0; i < entities; ++i)
      ready({admit()});
  }
  ~Policy() {
    if (status != WEFT_OK)
      return;
    for (weft_ent &e : ents)
      ops->retire(self, &e);
    ops->destroy(self);
  }
  Policy(const Policy &) = delete;
  Policy &operator=(const Policy &) = delete;

  weft_ent *admit() {
    weft_ent *e = &ents.emplace_back();
    e->id = ents.size();
    std::string name = "task" + std::to_string(e->id);
    weft_ent_attr a = {};
    a.size = sizeof a;
    a.deadline_ns = UINT64_MAX;
    a.weight = 1;
    a.name = name.c_str();
    REQUIRE(ops->admit(self, e, &a) == WEFT_OK);
    return e;
  }
  void ready(std::vector<weft_ent *> list, weft_why why = WEFT_WHY_WAKE) {
    for (size_t i = 0; i < list.size(); ++i)
      list[i]->next = i + 1 < list.size() ? list[i + 1] : nullptr;
    weft_ent_list linked = {list.front(), list.back(), list.size()};
    ops->ready(self, &linked, nullptr, why);
  }
  weft_ent *pick() {
    weft_slice slice = {};
    return ops->pick(self, nullptr, 0, &slice);
  }
  // Who was picked in so many picks, where each yields at once.
  std::vector<uint64_t> yields(size_t n) {
    std::vector<uint64_t> order;
    while (order.size() < n) {
      weft_ent *e = pick();
      order.push_back(e->id);
      ready({e}, WEFT_WHY_YIELD);
    }
    return order;
  }

  const weft_sched_ops *ops;
  void *self = nullptr;
  weft_status status;
  char error[256] = "";
  std::deque<weft_ent> ents;

private:
  std::vector<std::string> texts_;
};

std::string file_in(const std::string &name) { return std::filesystem::temp_directory_path() / ("explore-" + std::to_string(getpid()) + name); }

// What `f` says on standard error before it dies of an abort.
std::string last_words(const std::function<void()> &f) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  fflush(nullptr);
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 2);
    f();
    _exit(0);
  }
  close(ends[1]);
  std::string said;
  char part[4096];
  for (ssize_t n; (n = read(ends[0], part, sizeof part)) > 0;)
    said.append(part, static_cast<size_t>(n));
  close(ends[0]);
  int status;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
  return said;
}

} // namespace

TEST_CASE("a seed is an order, and another seed another one, with each strategy") {
  for (std::string how : {"random", "bounded", "pct"}) {
    std::set<std::vector<uint64_t>> orders;
    for (int seed = 0; seed < 20; ++seed) {
      std::vector<std::string> params = {"strategy=" + how, "seed=" + std::to_string(seed), "horizon=40", "bound=3"};
      Policy one(params, 5), two(params, 5);
      std::vector<uint64_t> order = one.yields(60);
      REQUIRE(order == two.yields(60));
      orders.insert(order);
    }
    CHECK(orders.size() > 15);
  }
}

TEST_CASE("random picks each of three equally often, in whatever order they came") {
  Policy p({"seed=3"});
  weft_ent *e[3] = {p.admit(), p.admit(), p.admit()};
  int first[3] = {};
  for (int i = 0; i < 3000; ++i) {
    p.ready({e[0], e[1], e[2]});
    ++first[p.pick()->id - 1];
    p.pick();
    p.pick();
  }
  for (int n : first)
    CHECK((n > 880 && n < 1120));
}

TEST_CASE("bounded is first come, first served, but for so many picks") {
  for (int bound : {0, 1, 4})
    for (int seed = 0; seed < 30; ++seed) {
      Policy p({"strategy=bounded", "seed=" + std::to_string(seed), "horizon=100", "bound=" + std::to_string(bound)}, 4);
      std::vector<uint64_t> line = {1, 2, 3, 4};
      int other = 0;
      for (uint64_t id : p.yields(200)) {
        other += id != line.front();
        line.erase(std::find(line.begin(), line.end(), id));
        line.push_back(id);
      }
      CHECK(other <= bound); // two places may be one
      if (bound != 0)
        CHECK(other != 0);
    }
}

TEST_CASE("pct runs one until it waits, and who yields lets all others go first") {
  Policy p({"strategy=pct", "bound=1", "seed=11"}, 4);
  weft_ent *first = p.pick();
  p.ready({first}, WEFT_WHY_WAKE); // as one that was woken: it is still above the others
  CHECK(p.pick() == first);
  p.ready({first}, WEFT_WHY_YIELD);
  std::set<weft_ent *> others = {p.pick(), p.pick(), p.pick()};
  CHECK(others.size() == 3);
  CHECK(others.count(first) == 0);
  CHECK(p.pick() == first);
  CHECK(p.pick() == nullptr);
}

TEST_CASE("a log is the same order again, choices of the runtime included; and behind its end the usual order") {
  std::string log = file_in("log");
  std::vector<uint64_t> picked, chosen;
  auto mixed = [&](Policy &p, std::vector<uint64_t> &picks, std::vector<uint64_t> &choices) {
    for (int i = 0; i < 50; ++i) {
      picks.push_back(p.yields(1).front());
      choices.push_back(p.ops->choose(p.self, i % 2 ? "select" : "preempt", 2 + static_cast<uint32_t>(i % 3)));
    }
  };
  {
    Policy p({"seed=5", "log=" + log}, 5);
    mixed(p, picked, chosen);
  }
  CHECK(std::filesystem::file_size(log) == 8 * 102); // a header, 100 choices, the end
  std::vector<uint64_t> again, chosen_again;
  Policy p({"replay=" + log}, 5);
  mixed(p, again, chosen_again);
  CHECK(again == picked);
  CHECK(chosen_again == chosen);
  std::vector<uint64_t> after = p.yields(10);
  CHECK(std::vector<uint64_t>(after.begin(), after.begin() + 5) == std::vector<uint64_t>(after.begin() + 5, after.end()));
  std::filesystem::remove(log);
}

TEST_CASE("a run that is not the recorded one is told, with the first choice that differs") {
  std::string log = file_in("other-log");
  Policy({"seed=5", "log=" + log}, 5).yields(20);
  CHECK_THAT(last_words([&] { Policy({"replay=" + log}, 4).yields(20); }),
             Catch::Contains("this run is not the recorded one: choice 0 was one of 5, and is one of 4"));
  std::string said = last_words([&] {
    Policy p({"replay=" + log});
    std::vector<weft_ent *> all = {p.admit(), p.admit(), p.admit(), p.admit(), p.admit()};
    std::swap(all[0], all[4]);
    std::swap(all[1], all[3]);
    std::swap(all[1], all[2]);
    p.ready(all);
    p.yields(20);
  });
  CHECK_THAT(said, Catch::Contains("this run is not the recorded one: choice ") && Catch::Contains(" was of #") && Catch::Contains("WEFT_CLOCK=virtual"));
  Policy loose({"replay=" + log, "loose=1"}, 4);
  CHECK(loose.yields(30).size() == 30); // takes what there is
  std::filesystem::remove(log);
}

TEST_CASE("a run without an end is told, by who runs") {
  CHECK_THAT(last_words([] { Policy({"steps=100"}, 2).yields(101); }),
             Catch::Contains("weft: explore: no end after 100 picks (steps=); the last 256 picks were of 'task") && Catch::Contains("' #1") &&
                 Catch::Contains("' #2"));
}

TEST_CASE("a log is of the first runtime that opens it, and others have the usual order") {
  std::string log = file_in("shared-log");
  std::vector<uint64_t> usual = {1, 2, 3, 1, 2, 3};
  std::vector<uint64_t> order;
  {
    Policy one({"log=" + log, "seed=4"}, 3), two({"log=" + log, "seed=4"}, 3);
    CHECK(two.yields(6) == usual);
    order = one.yields(6);
    CHECK(order != usual);
  }
  CHECK(Policy({"strategy=random", "log=" + log}, 3).yields(6) == usual);
  CHECK(std::filesystem::file_size(log) == 8 * 8);
  Policy again({"replay=" + log}, 3), late({"replay=" + log}, 3);
  CHECK(late.yields(6) == usual);
  CHECK(again.yields(6) == order);
  std::filesystem::remove(log);
}

TEST_CASE("what is queued may be removed, and is seen") {
  Policy p({"strategy=bounded", "bound=0"}, 4);
  CHECK(p.ops->remove(p.self, &p.ents[1]) == WEFT_OK);
  CHECK(p.ops->remove(p.self, &p.ents[1]) == WEFT_E_NOTFOUND);
  std::vector<uint64_t> seen;
  p.ops->snapshot(p.self, [](void *arg, const weft_ent *e) { static_cast<std::vector<uint64_t> *>(arg)->push_back(e->id); }, &seen);
  CHECK(seen == std::vector<uint64_t>{1, 3, 4});
  CHECK(p.yields(4) == std::vector<uint64_t>{1, 3, 4, 1});
}

TEST_CASE("random comings and goings: what is ready comes out once") {
  for (std::string how : {"random", "bounded", "pct"}) {
    Policy p({"strategy=" + how, "bound=20"});
    std::mt19937 random(7);
    std::set<weft_ent *> queued, idle;
    for (int i = 0; i < 20000; ++i) {
      uint32_t what = random() % 8;
      if (what == 0 && p.ents.size() < 300) {
        idle.insert(p.admit());
      } else if (what < 4 && !idle.empty()) {
        weft_ent *e = *idle.begin();
        idle.erase(e);
        queued.insert(e);
        p.ready({e}, what == 1 ? WEFT_WHY_YIELD : WEFT_WHY_WAKE);
      } else {
        weft_ent *e = p.pick();
        REQUIRE((e == nullptr) == queued.empty());
        if (e) {
          REQUIRE(queued.erase(e) == 1);
          idle.insert(e);
        }
      }
    }
  }
}

TEST_CASE("wrong parameters are refused in a line that says what it takes") {
  std::string no_log = file_in("no-log");
  FILE *f = fopen(no_log.c_str(), "w");
  fputs("not a log at all", f);
  fclose(f);
  const std::pair<std::string, std::string> wrong[] = {
      {"seed=x", "it takes seed=0..18446744073709551615"},
      {"bound=65", "it takes bound=0..64"},
      {"horizon=0", "it takes horizon=1.."},
      {"steps=-1", "it takes steps=1.."},
      {"strategy=luck", "it takes random, bounded and pct"},
      {"loose=2", "it takes seed, strategy,"},
      {"speed=3", "it takes seed, strategy,"},
      {"log=/nowhere/x", "No such file or directory"},
      {"replay=/nowhere/x", "No such file or directory"},
      {"replay=" + no_log, "it is no log of choices"},
  };
  for (const auto &[param, says] : wrong) {
    Policy p({param});
    CHECK(p.status == WEFT_E_INVAL);
    CHECK_THAT(p.error, Catch::Contains("scheduler 'explore': '" + param + "': " + says));
  }
  std::filesystem::remove(no_log);
  Policy many({}, 0, 2);
  CHECK(many.status == WEFT_E_INVAL);
  CHECK_THAT(many.error, Catch::Contains("WEFT_WORKERS=2: it is for one"));
}

TEST_CASE("all of a program's choices are made from the seed") {
  struct Run {
    std::string order;
    weft_chan *x, *y;
    weft_mutex m = {};
  };
  auto order_of = [](int seed) {
    Run run;
    run.x = weft_chan_new(1, 8), run.y = weft_chan_new(1, 8);
    weft_runtime_config config = {};
    config.size = sizeof config;
    config.flags = WEFT_RT_IGNORE_ENV;
    std::string sched = "explore:seed=" + std::to_string(seed);
    config.sched = sched.c_str();
    weft_runtime *rt = nullptr;
    REQUIRE(weft_runtime_create(&config, &rt, nullptr, 0) == WEFT_OK);
    for (int i = 0; i < 3; ++i)
      REQUIRE(weft_spawn(
                  rt,
                  [](void *arg) {
                    auto *r = static_cast<Run *>(arg);
                    char c = 'a';
                    weft_mutex_lock(&r->m);
                    r->order += std::to_string(weft_task_id(weft_self()));
                    weft_mutex_unlock(&r->m);
                    weft_chan_send(r->x, &c);
                    weft_chan_send(r->y, &c);
                    weft_select_case cases[2] = {};
                    cases[0] = {r->x, &c, WEFT_SELECT_RECV, 0};
                    cases[1] = {r->y, &c, WEFT_SELECT_RECV, 0};
                    r->order += weft_select(cases, 2, 0, WEFT_NEVER) == 0 ? 'x' : 'y';
                  },
                  &run, nullptr, nullptr) == WEFT_OK);
    REQUIRE(weft_run(rt) == WEFT_OK);
    weft_runtime_destroy(rt);
    weft_chan_free(run.x);
    weft_chan_free(run.y);
    return run.order;
  };
  std::set<std::string> orders;
  for (int seed = 0; seed < 40; ++seed) {
    std::string order = order_of(seed);
    REQUIRE(order == order_of(seed));
    orders.insert(order);
  }
  CHECK(orders.size() > 20);
  bool between = false; // who holds a lock may be preempted before the next wait, not in between
  for (const std::string &o : orders)
    between |= o.substr(0, 3).find_first_of("xy") != std::string::npos;
  CHECK(between);
}
