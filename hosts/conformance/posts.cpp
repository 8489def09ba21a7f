// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Posts: from other threads, from inside a turn, from the loop's own callbacks and from signals; none is lost, many are few turns,
// and none is a turn itself.
#include "cases.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <pthread.h>
#include <string>
#include <sys/time.h>
#include <thread>
#include <ucontext.h>
#include <unistd.h>

namespace host_conformance {

namespace {

const char *nothing(const weft_host_check_adapter &) { return nullptr; }

void before_run(const Context &c) {
  Stage stage(c, {1, nullptr, false});
  if (c.failed())
    return;
  bool done = false;
  stage.go("first", [&] { done = true; });
  stage.run("a turn by a post that was made before the loop ran", [&] { return done; });
}

// weft_runtime_create answers before anybody can be told of the runtime.
void before_attach(const Context &c) {
  Stage stage(c, {1, nullptr, false, false});
  if (c.failed())
    return;
  bool done = false;
  stage.go("first", [&] { done = true; });
  stage.attach();
  stage.run("a turn by a post that was made between weft_runtime_create and `attach`", [&] { return done; });
}

// Rounds in which a thread completes what a task waits for.
void awaited_rounds(const Context &c, uint64_t rounds, bool pauses, const char *expected) {
  Stage stage(c);
  if (c.failed())
    return;
  std::atomic<weft_token> offered{0};
  std::atomic<bool> stop{false};
  uint64_t got = 0;
  std::thread thread([&] {
    weft_token last = 0;
    for (int idle = 0; !stop.load(std::memory_order_relaxed) && !c.failed();) {
      weft_token token = offered.load();
      if (token == last || token == 0) {
        if (++idle > 3000) // the loop is at something else for long, or for ever
          usleep(200);
        continue;
      }
      idle = 0;
      if (pauses)
        usleep(1000); // the loop goes to sleep meanwhile, mostly
      if (weft_complete(token, WEFT_OK, 7) == WEFT_OK)
        last = token;
    }
  });
  stage.go("waits", [&] {
    for (uint64_t i = 0; i < rounds; ++i) {
      weft_token token = weft_token_new(nullptr);
      offered = token;
      uint64_t value = 0;
      if (weft_await(token, &value) != WEFT_OK || value != 7)
        return c.fail("HOST-07", "a token that another thread completed once, by 7, answered otherwise");
      got++;
      c.report->progress.fetch_add(1, std::memory_order_relaxed);
    }
  });
  stage.run(expected, [&] { return got == rounds; });
  stop = true;
  thread.join();
}

void foreign(const Context &c) {
  awaited_rounds(c, c.rounds_or(20), true, "a turn by another thread's post while the loop sleeps");
}
void racing(const Context &c) {
  awaited_rounds(c, c.rounds_or(3000), false, "a turn by another thread's post, made while the loop goes to sleep");
}

// Turns may come for other reasons, for stacks to be trimmed: none does so soon.
void own_callback(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  weft_token token = 0;
  uint64_t rounds = 0;
  bool completed = true;
  stage.go("waits", [&] {
    for (; rounds < 50; ++rounds) {
      token = weft_token_new(nullptr);
      completed = false;
      weft_await(token, nullptr);
    }
  });
  stage.run("a turn by a post of the loop's own thread, made between turns", [&] {
    if (token && !completed) {
      completed = true;
      uint64_t turns = stage.turns();
      weft_complete(token, WEFT_OK, 0);
      if (stage.turns() != turns)
        c.fail("HOST-05", "`post` gave a turn: it has to return, and the loop to give it when nothing else runs");
    }
    return rounds == 50;
  });
}

// A post that comes while a turn runs asks for another one, whatever that turn serves.
void busy(const Context &c) {
  for (bool foreign : {false, true}) {
    Stage stage(c);
    if (c.failed())
      return;
    for (int round = 0; round < 10; ++round) {
      uint64_t posted_in = 0;
      stage.go("posts", [&] {
        auto post = [&] { stage.ops.post(&stage); };
        if (foreign)
          std::thread(post).join();
        else
          weft_call_native([](void *arg) { (*static_cast<decltype(post) *>(arg))(); }, &post);
        posted_in = stage.turns();
      });
      if (!stage.run(foreign ? "another turn, after a post by another thread during a turn" : "another turn, after a post by the loop's thread during a turn",
                     [&] { return posted_in && stage.turns() > posted_in; }))
        return;
    }
  }
}

void coalesced(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  constexpr int kPosts = 150'000; // more than what a pipe takes
  uint64_t posted_in = 0;
  bool done = false;
  stage.go("posts", [&] {
    auto post = [&] {
      c.expect("`post` returns, however many came before it");
      for (int i = 0; i < kPosts; ++i) {
        stage.ops.post(&stage);
        if (i % 1000 == 0)
          c.report->progress.fetch_add(1, std::memory_order_relaxed);
      }
    };
    weft_call_native([](void *arg) { (*static_cast<decltype(post) *>(arg))(); }, &post);
    posted_in = stage.turns();
  });
  if (!stage.run("a turn after many posts", [&] { return posted_in && stage.turns() > posted_in; }))
    return;
  // Then only what follows asks for turns.
  std::thread later;
  stage.go("waits", [&] {
    weft_token token = weft_token_new(nullptr);
    later = std::thread([token] {
      usleep(50000);
      weft_complete(token, WEFT_OK, 0);
    });
    weft_await(token, nullptr);
    done = true;
  });
  stage.run("a turn by another thread's post", [&] { return done || stage.turns() > posted_in + 200; });
  if (!c.failed() && stage.turns() > posted_in + 200)
    c.fail("HOST-05", "expected: many posts in one turn ask for another one; seen: more than 200 turns");
  if (later.joinable())
    later.join();
}

void threads(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  constexpr int kThreads = 4;
  const int each = static_cast<int>(c.rounds_or(500));
  std::unique_ptr<std::atomic<weft_token>[]> tokens(new std::atomic<weft_token>[kThreads]{});
  std::atomic<bool> stop{false};
  int ended = 0;
  std::vector<std::thread> foreign;
  for (int t = 0; t < kThreads; ++t) {
    stage.go("waits", [&, t] {
      for (int i = 0; i < each; ++i) {
        weft_token token = weft_token_new(nullptr);
        tokens[t] = token;
        weft_await(token, nullptr);
      }
      ended++;
    });
    foreign.emplace_back([&, t] {
      while (!stop && !c.failed()) {
        if (weft_token token = tokens[t].exchange(0))
          weft_complete(token, WEFT_OK, 0);
        else
          usleep(20);
      }
    });
  }
  stage.run("turns by the posts of four threads at once", [&] { return ended == kThreads; });
  stop = true;
  for (std::thread &t : foreign)
    t.join();
}

// Workers of the runtime post and read the clock too.
void workers(const Context &c) {
  Stage stage(c, {3, "work_stealing", true});
  if (c.failed())
    return;
  std::atomic<int> ended{0};
  const int tasks = 8, rounds = static_cast<int>(c.rounds_or(200));
  weft_domain *home = nullptr;
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = "home";
  attr.bind = WEFT_BIND_HOST;
  char error[200] = "";
  if (weft_domain_create(weft_root_domain(stage.rt), &attr, &home, error, sizeof error) != WEFT_OK)
    return c.fail(c.rule, "weft_domain_create: %s", error);
  struct Shared {
    Stage *stage;
    weft_domain *home;
    std::atomic<int> *ended;
    int rounds;
  } shared{&stage, home, &ended, rounds};
  for (int i = 0; i < tasks; ++i)
    stage.go("crosses", [&shared] {
      for (int k = 0; k < shared.rounds; ++k) {
        weft_spawn_attr there = {};
        there.size = sizeof there;
        there.domain = shared.home;
        weft_task task = 0;
        if (weft_spawn(nullptr, [](void *) { weft_yield(); }, nullptr, &there, &task) != WEFT_OK)
          return;
        weft_join(task);
        shared.stage->context.report->progress.fetch_add(1, std::memory_order_relaxed);
      }
      shared.ended->fetch_add(1);
    });
  stage.run("turns by the posts of the runtime's own threads, for tasks that are bound to the loop's", [&] { return ended.load() == tasks; });
}

#if (defined(__x86_64__) || defined(__aarch64__)) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STACK_IS_NOT_ITS_OWN 1
#endif
#endif
#else
#define STACK_IS_NOT_ITS_OWN 1
#endif

#ifndef STACK_IS_NOT_ITS_OWN
// How much of a stack of its own a call uses.
struct Measured {
  ucontext_t back, there;
  Stage *stage;
  const weft_host_ops *ops;
  void *host;
};
Measured *measured;
void call_nothing() {}
void call_post() { measured->ops->post(measured->host); }

size_t stack_of(Measured &m, void (*call)()) {
  constexpr size_t kSize = 64 * 1024;
  static unsigned char memory[kSize];
  memset(memory, 0xA5, kSize);
  measured = &m;
  getcontext(&m.there);
  m.there.uc_stack.ss_sp = memory;
  m.there.uc_stack.ss_size = kSize;
  m.there.uc_link = &m.back;
  makecontext(&m.there, call, 0);
  swapcontext(&m.back, &m.there);
  size_t untouched = 0;
  while (untouched < kSize && memory[untouched] == 0xA5)
    untouched++;
  return kSize - untouched;
}

void stack(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  Measured m = {};
  m.ops = c.adapter.ops;
  m.host = stage.host;
  size_t most = 0;
  std::thread([&] { // another thread's takes the longer way, mostly
    c.expect("`post` returns");
    m.ops->post(m.host); // what is bound at its first call is bound
    size_t without = stack_of(m, call_nothing);
    for (int i = 0; i < 20; ++i) {
      usleep(500);
      size_t with = stack_of(m, call_post);
      most = std::max(most, with > without ? with - without : 0);
    }
  }).join();
  if (most > 512 + 64) // its own caller's frame
    c.fail("HOST-05", "expected: `post` in 512 bytes of stack; seen: %zu", most);
}
#else
void stack(const Context &c) { c.skip("its stack cannot be measured in this build"); }
#endif

void refused(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  for (int round = 0; round < 10; ++round) {
    uint64_t refused_in = 0;
    stage.go("turns", [&] {
      auto turn = [&] {
        weft_turn_result r = weft_turn(stage.rt, nullptr);
        if (r.status != WEFT_E_BUSY)
          c.fail("HOST-03", "a turn inside a turn answered %s", weft_status_text(r.status));
      };
      weft_call_native([](void *arg) { (*static_cast<decltype(turn) *>(arg))(); }, &turn);
      refused_in = stage.turns();
    });
    if (!stage.run("another turn, after one that was refused inside of a turn", [&] { return refused_in && stage.turns() > refused_in; }))
      return;
  }
}

const char *has_fatal(const weft_host_check_adapter &a) { return a.ops->size > offsetof(weft_host_ops, fatal) && a.ops->fatal ? nullptr : "without fatal"; }

// A dialogue that runs the loop is a turn inside a turn, mostly.
void fatal(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  bool done = false;
  auto show = [&] {
    c.expect("`fatal` returns, and the runtime aborts");
    stage.fatal("weft-host-check shows a text by `fatal`; nothing is wrong\n");
  };
  stage.go("shows", [&] {
    weft_call_native([](void *arg) { (*static_cast<decltype(show) *>(arg))(); }, &show);
    done = true;
  });
  if (!stage.run("a turn for a task", [&] { return done; }))
    return;
  std::thread(show).join();
  if (!c.failed())
    show();
}

// --- Signals --------------------------------------------------------------------------------------

struct OnSignal {
  explicit OnSignal(int number, void (*handler)(int)) : number(number) {
    struct sigaction ours = {};
    ours.sa_handler = handler;
    sigaction(number, &ours, &before);
  }
  ~OnSignal() {
    before.sa_handler = before.sa_handler == SIG_DFL ? SIG_IGN : before.sa_handler; // one may be on its way
    sigaction(number, &before, nullptr);
  }
  int number;
  struct sigaction before = {};
};

// As the runtime's own handler does. A table of a header without it ends before it.
void (*post_of_signal(const weft_host_ops *ops))(void *) {
  const bool has = ops->size > offsetof(weft_host_ops, post_in_signal) && ops->post_in_signal;
  return has ? ops->post_in_signal : ops->post;
}

std::atomic<Stage *> signalled{nullptr};
std::atomic<uint64_t> signals{0};
void post_of_handler(int) {
  signals.fetch_add(1);
  if (Stage *s = signalled.load())
    post_of_signal(s->context.adapter.ops)(s->host);
}
void count_of_handler(int) { signals.fetch_add(1); }

const char *of_handlers(const weft_host_check_adapter &a) {
  return a.flags & WEFT_HOST_CHECK_SIGNALS ? nullptr : "it does not claim that a signal's handler may call `post`";
}

// Of the loop's thread, asked by another one.
class Sleeper {
public:
  Sleeper() : file_("/proc/self/task/" + std::to_string(gettid()) + "/stat") {}
  // Till it sleeps. One that never does, or whose state is not to be had, is waited for thrice: false from then on.
  bool asleep(const std::atomic<bool> &stop) {
    for (int i = 0; i < 2000 && misses_ < 3 && !stop; ++i) {
      if (state() == 'S')
        return true;
      usleep(100);
    }
    ++misses_;
    usleep(200);
    return false;
  }

private:
  char state() const {
    char text[200] = "";
    int fd = open(file_.c_str(), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
      close(fd);
    const char *name = n > 0 ? strrchr(text, ')') : nullptr;
    return name && name[1] ? name[2] : '?';
  }
  std::string file_;
  int misses_ = 0;
};

void signal_asleep(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  OnSignal on(SIGURG, post_of_handler);
  signals = 0;
  signalled = &stage;
  std::atomic<uint64_t> acked{0};
  std::atomic<bool> begun{false}, stop{false};
  pthread_t loop = pthread_self();
  Sleeper sleeper;
  std::thread sender([&] {
    while (!begun && !stop && !c.failed())
      usleep(100);
    for (uint64_t i = 0; i < 30 && !stop && !c.failed(); ++i) {
      sleeper.asleep(stop);
      pthread_kill(loop, SIGURG);
      while (acked.load() != i + 1 && !stop && !c.failed())
        usleep(100);
    }
  });
  uint64_t turns = 0, seen = 0;
  stage.run("a turn by the post of a signal's handler, which interrupted the loop's sleep", [&] {
    if (!begun) {
      turns = stage.turns();
      begun = true;
    }
    if (signals.load() > seen && stage.turns() > turns) {
      seen = signals.load();
      turns = stage.turns();
      acked = seen;
    }
    return seen == 30;
  });
  stop = true;
  sender.join();
  signalled = nullptr;
}

void signal_in_post(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  OnSignal on(SIGURG, post_of_handler);
  signals = 0;
  signalled = &stage;
  std::atomic<bool> stop{false};
  pthread_t loop = pthread_self();
  std::thread sender([&] {
    while (!stop && !c.failed()) {
      pthread_kill(loop, SIGURG);
      std::this_thread::yield();
    }
  });
  c.expect("`post` returns, though a handler that interrupts it posts too");
  for (int i = 0; i < 50'000 || signals.load() < 100; ++i) {
    c.adapter.ops->post(stage.host);
    if (i % 100 == 0)
      c.report->progress.fetch_add(1, std::memory_order_relaxed);
  }
  stop = true;
  sender.join();
  signalled = nullptr;
  uint64_t turns = stage.turns();
  stage.run("a turn after posts that were interrupted by posts", [&] { return stage.turns() > turns; });
}

// Signals that nobody asked about, without SA_RESTART: every system call may end early. Each is sent to a thread that sleeps, and what that waits
// for comes only when it has run the handler: however slow the machine, it is a wait that was interrupted.
class Signals {
public:
  explicit Signals(const Context &c) : c_(c), loop_(pthread_self()) {
    signals = 0;
    thread_ = std::thread([this] { send(); });
  }
  ~Signals() {
    stop_ = true;
    thread_.join();
  }
  // In a task.
  void wait_and_sleep() {
    for (int i = 0; i < kRounds; ++i) {
      weft_token token = weft_token_new(nullptr);
      offered_ = token;
      weft_await(token, nullptr);
    }
    for (int i = 0; i < kRounds; ++i) {
      uint64_t before = weft_now();
      weft_sleep(1000000);
      if (weft_now() - before < 1000000)
        c_.fail("HOST-20", "a sleep ended early by a signal");
    }
  }

private:
  static constexpr int kRounds = 20;
  void send() {
    bool answers = true; // not one that lets no signal in while it waits
    while (!stop_ && !c_.failed()) {
      sleeper_.asleep(stop_);
      weft_token token = offered_.exchange(0); // of a task that waits: it sleeps till this thread completes it
      if (token)
        sleeper_.asleep(stop_);
      uint64_t before = signals.load();
      pthread_kill(loop_, SIGURG);
      for (int i = 0; i < 2000 && answers && signals.load() == before && !stop_; ++i)
        usleep(100);
      answers = answers && signals.load() != before;
      if (token)
        weft_complete(token, WEFT_OK, 0);
      else
        usleep(100);
    }
  }
  const Context &c_;
  OnSignal on_{SIGURG, count_of_handler};
  pthread_t loop_;
  Sleeper sleeper_;
  std::atomic<bool> stop_{false};
  std::atomic<weft_token> offered_{0};
  std::thread thread_;
};

void interrupted(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  Signals rain(c);
  bool done = false;
  stage.go("waits, and sleeps", [&] {
    rain.wait_and_sleep();
    done = true;
  });
  // What ends `run` here is a signal that the loop takes for an error.
  stage.run("tokens, sleeps and the loop itself go on while signals interrupt its waits", [&] { return done; });
}

// The same where the runtime owns the thread: `block` that is interrupted has waited, and nothing has ended.
void block_interrupted(const Context &c) {
  Stage stage(c, {1, nullptr, false});
  if (c.failed())
    return;
  Signals rain(c);
  bool done = false;
  stage.go("waits, and sleeps", [&] {
    rain.wait_and_sleep();
    done = true;
  });
  c.expect("weft_run goes on while signals interrupt `block`");
  weft_status status = weft_run(stage.rt);
  if (!c.failed() && (status != WEFT_OK || !done))
    c.fail("HOST-20", "expected: weft_run goes on while signals interrupt `block`; seen: it answered %s%s", weft_status_text(status), status == WEFT_E_DEADLOCK ? ", so `block` answered 1" : "");
}

const char *blocks_for_all(const weft_host_check_adapter &a) {
  return !a.ops->block ? "without block" : a.flags & WEFT_HOST_CHECK_ALONE ? "it is for programs in which no other thread posts" : nullptr;
}

} // namespace

const std::vector<Case> &post_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-05", "before-run", "a post before the loop runs is not lost"}, "01 02", nothing, before_run},
      {{"HOST-05", "before-attach", "nor is one before the loop knows whom turns go to"}, "01 02", nothing, before_attach},
      {{"HOST-05", "own", "posts of the loop's thread, between turns, are served"}, "01 02", nothing, own_callback},
      {{"HOST-05", "foreign", "posts of another thread wake the loop"}, "01 02", nothing, foreign},
      {{"HOST-05", "racing", "posts that meet the loop's falling asleep are not lost"}, "01 02", nothing, racing},
      {{"HOST-05", "busy", "a post during a turn asks for another one"}, "01 02", nothing, busy},
      {{"HOST-05", "coalesced", "many posts return, and are few turns"}, "01 02 05", nothing, coalesced},
      {{"HOST-05", "threads", "posts of several threads at once"}, "01 02 05", nothing, threads},
      {{"HOST-05", "stack", "a post takes 512 bytes of stack"}, "01 02 05", nothing, stack},
      {{"HOST-03", "refused", "after a turn that was refused inside of a turn comes another one"}, "01 02 05", nothing, refused},
      {{"HOST-03", "fatal", "the last text is shown without a turn, wherever it comes from"}, "01 02 05", has_fatal, fatal},
      {{"HOST-09", "asleep", "a post by a signal's handler wakes the loop"}, "01 02 05", of_handlers, signal_asleep},
      {{"HOST-09", "in-post", "a signal's handler may post while the loop's thread posts"}, "01 02 05", of_handlers, signal_in_post},
  };
  return cases;
}

// A turn that is over while there is more is followed by another one, or these wait for ever.
const std::vector<Case> &worker_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-05", "workers", "posts of the runtime's own workers"}, "01 02 05 10 11 15", nothing, workers},
  };
  return cases;
}

const std::vector<Case> &interrupt_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-20", "interrupted", "signals change nothing but when a wait ends"}, "01 02 05 06 15", nothing, interrupted},
  };
  return cases;
}

const std::vector<Case> &block_interrupt_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-20", "block", "signals change nothing but when block returns"}, "01 02 05 06 08 15 19", blocks_for_all, block_interrupted},
  };
  return cases;
}

} // namespace host_conformance
