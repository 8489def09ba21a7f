// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Awaiting and yielding are ordinary effects: a scheduler written with handlers inside a task may
// take its children's awaits, park once for all of them, and decide which child goes on. The host's
// event reaches the child only through it.
#include "on_manual.h"
#include "weft/lowered.h"

namespace {

const struct {
  uint32_t count, flags;
  weft_handler entry[2];
} kTakes = {2, 0, {{&weft_await_tag, WEFT_ON_SUSPEND, 0}, {&weft_yield_tag, WEFT_ON_SUSPEND, 0}}};

// Round robin over children that are continuations of the language, in one task.
class Children {
public:
  explicit Children(weft_runtime *rt) : cq_(weft_cq_new(rt)) {}
  ~Children() { weft_cq_free(cq_); }

  void add(std::function<void()> body) {
    bodies_.push_back(std::make_unique<std::function<void()>>(std::move(body)));
    ready_.push_back({weft_rt_cont_new_mem(enter, bodies_.back().get(), WEFT_STACK_256K), {}});
    live_++;
  }

  void run(std::vector<std::string> &log) {
    while (live_) {
      if (ready_.empty()) {
        log.push_back("scheduler parks");
        weft_cq_event e;
        if (weft_cq_wait(cq_, WEFT_NEVER, &e) != WEFT_OK)
          return;
        log.push_back("scheduler woken for " + std::to_string(e.key));
        weft_payload answer = {};
        answer.i[0] = static_cast<uint32_t>(e.status);
        answer.i[1] = e.value;
        ready_.push_back({waiting_[e.key], answer});
        continue;
      }
      auto [k, answer] = ready_.front();
      ready_.erase(ready_.begin());
      weft_payload out = {};
      weft_cont next = 0;
      switch (weft_rt_resume(k, reinterpret_cast<const weft_handlers *>(&kTakes), &answer, &out,
                             &next)) {
      case 0:
        live_--;
        break;
      case 1:
        waiting_.push_back(next);
        CHECK(weft_cq_add(cq_, out.i[0], waiting_.size() - 1) == WEFT_OK);
        break;
      case 2:
        ready_.push_back({next, {}});
        break;
      }
    }
  }

private:
  static void enter(void *env, weft_payload *) { (*static_cast<std::function<void()> *>(env))(); }

  weft_cq *cq_;
  std::vector<std::pair<weft_cont, weft_payload>> ready_;
  std::vector<weft_cont> waiting_;
  std::vector<std::unique_ptr<std::function<void()>>> bodies_;
  int live_ = 0;
};

} // namespace

TEST_CASE("a child's await goes to the scheduler above it, which parks once for all") {
  OnManual m;
  weft_token tokens[2] = {weft_token_new(m.rt), weft_token_new(m.rt)};
  std::vector<std::string> log;
  m.go([&] {
    Children children(m.rt);
    for (int i = 0; i < 2; ++i)
      children.add([&, i] {
        uint64_t value = 0;
        log.push_back("child awaits " + std::to_string(i));
        weft_status status = weft_await(tokens[i], &value);
        log.push_back("child got " + std::to_string(value) + (status ? "!" : ""));
      });
    children.run(log);
  });
  m.settle();
  CHECK(log == std::vector<std::string>{"child awaits 0", "child awaits 1", "scheduler parks"});
  log.clear();
  weft_complete(tokens[1], WEFT_OK, 11);
  m.settle();
  CHECK(log ==
        std::vector<std::string>{"scheduler woken for 1", "child got 11", "scheduler parks"});
  log.clear();
  weft_complete(tokens[0], -7, 10);
  m.settle();
  CHECK(log == std::vector<std::string>{"scheduler woken for 0", "child got 10!"});
}

TEST_CASE("a child's yield goes to the scheduler above it, not to the task's") {
  OnManual m;
  std::string order;
  std::vector<std::string> log;
  m.go([&] {
    Children children(m.rt);
    for (char c : {'a', 'b'})
      children.add([&, c] {
        for (int i = 0; i < 3; ++i) {
          order += c;
          weft_yield();
        }
      });
    children.run(log);
  });
  m.go([&] { order += "|"; });
  m.settle();
  CHECK(order == "ababab|");
}

TEST_CASE("a child's sleep is an await that time completes") {
  OnManual m;
  std::vector<std::string> log;
  m.go([&] {
    Children children(m.rt);
    children.add([&] {
      CHECK(weft_sleep(100) == WEFT_OK);
      log.push_back("slept");
    });
    children.add([&] { log.push_back("other"); });
    children.run(log);
  });
  m.settle();
  CHECK(log == std::vector<std::string>{"other", "scheduler parks"});
  m.pass(100);
  CHECK(log.back() == "slept");
}

TEST_CASE("a child's sleep that is dropped leaves no token behind") {
  OnManual m;
  bool unwound = false;
  m.go([&] {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *env, weft_payload *) {
          struct Says {
            bool *unwound;
            ~Says() { *unwound = true; }
          } says{static_cast<bool *>(env)};
          weft_sleep(100);
        },
        &unwound, WEFT_STACK_256K);
    weft_payload in = {}, out = {};
    weft_cont next = 0;
    CHECK(weft_rt_resume(k, reinterpret_cast<const weft_handlers *>(&kTakes), &in, &out, &next) == 1);
    weft_rt_cont_drop(next);
    CHECK(weft_complete(out.i[0], WEFT_OK, 0) == WEFT_E_STALE);
  });
  m.settle();
  CHECK(unwound);
}

TEST_CASE("such schedulers nest, and the event finds its way through both") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  std::vector<std::string> outer_log, inner_log;
  uint64_t value = 0;
  m.go([&] {
    Children outer(m.rt);
    outer.add([&] {
      Children inner(m.rt);
      inner.add([&] { weft_await(token, &value); });
      inner.run(inner_log);
    });
    outer.run(outer_log);
  });
  m.settle();
  CHECK(inner_log == std::vector<std::string>{"scheduler parks"});
  CHECK(outer_log == std::vector<std::string>{"scheduler parks"});
  weft_complete(token, WEFT_OK, 5);
  m.settle();
  CHECK(value == 5);
  CHECK(inner_log.back() == "scheduler woken for 0");
  CHECK(outer_log.back() == "scheduler woken for 0");
}

TEST_CASE("a park is not for the language: it stops the whole task") {
  OnManual m;
  bool other = false, woken = false;
  weft_task task = m.go([&] {
    std::vector<std::string> log;
    Children children(m.rt);
    children.add([&] {
      CHECK(weft_park() == WEFT_OK);
      woken = true;
    });
    children.add([&] { other = true; });
    children.run(log);
  });
  m.settle();
  CHECK_FALSE(other);
  weft_wake(task);
  m.settle();
  CHECK(woken);
  CHECK(other);
}
