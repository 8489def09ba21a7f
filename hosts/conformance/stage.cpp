// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "stage.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace host_conformance {

namespace {

// Which of the adapter's functions this thread is in.
thread_local const char *inside = nullptr;

struct In {
  explicit In(const char *name) : outer(inside) { inside = name; }
  ~In() { inside = outer; }
  const char *outer;
};

uint64_t read_clock(clockid_t id) {
  timespec t;
  clock_gettime(id, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1000000000 + static_cast<uint64_t>(t.tv_nsec);
}

bool in(const char *name) { return inside && strcmp(inside, name) == 0; }

} // namespace

uint64_t real_time() { return read_clock(CLOCK_MONOTONIC); }
uint64_t thread_time() { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

void Context::fail(const char *broken, const char *format, ...) const {
  if (report->failed.exchange(true, std::memory_order_acq_rel))
    return;
  snprintf(report->rule, sizeof report->rule, "%s", broken);
  va_list list;
  va_start(list, format);
  vsnprintf(report->text, sizeof report->text, format, list);
  va_end(list);
  report->told.store(true, std::memory_order_release);
}

void Context::skip(const char *why) const {
  report->skipped = true;
  snprintf(report->text, sizeof report->text, "%s", why);
}

void Context::expect(const char *what) const {
  report->expected = what;
  report->progress++;
}

// --- Before the adapter's functions ---------------------------------------------------------------

void Stage::post_through(void *self) {
  auto *s = static_cast<Stage *>(self);
  s->posts.fetch_add(1, std::memory_order_relaxed);
  if (!pthread_equal(s->maker_, pthread_self()))
    s->foreign_posts.fetch_add(1);
  if (inside) { // a turn inside a turn posts again: who gave it?
    bool of_post = in("post");
    s->context.fail(of_post ? "HOST-05" : "HOST-03", "`%s` gave a turn: it has to return, and the loop to give it when nothing else runs", inside);
    return;
  }
  In here("post");
  s->context.adapter.ops->post(s->host);
}

void Stage::arm_through(void *self, uint64_t deadline) {
  auto *s = static_cast<Stage *>(self);
  s->armed = deadline;
  In here("arm");
  s->context.adapter.ops->arm(s->host, deadline);
}

uint64_t Stage::now_through(void *self) {
  auto *s = static_cast<Stage *>(self);
  if (inside && !in("block"))
    s->context.fail(in("post") ? "HOST-05" : "HOST-03", "`%s` gave a turn: it has to return, and the loop to give it when nothing else runs", inside);
  return s->context.adapter.ops->now(s->host);
}

int Stage::on_loop_through(void *self) {
  auto *s = static_cast<Stage *>(self);
  In here("on_loop");
  return s->context.adapter.ops->on_loop(s->host);
}

void Stage::hold_through(void *self, int delta) {
  auto *s = static_cast<Stage *>(self);
  s->holds += delta;
  In here("hold");
  s->context.adapter.ops->hold(s->host, delta);
}

weft_status Stage::watch_through(void *self, weft_fd_cell *cell) {
  auto *s = static_cast<Stage *>(self);
  In here("watch");
  return s->context.adapter.ops->watch(s->host, cell);
}

void Stage::unwatch_through(void *self, weft_fd_cell *cell) {
  auto *s = static_cast<Stage *>(self);
  In here("unwatch");
  s->context.adapter.ops->unwatch(s->host, cell);
}

int Stage::block_through(void *self, uint64_t deadline) {
  auto *s = static_cast<Stage *>(self);
  s->blocks.fetch_add(1, std::memory_order_relaxed);
  s->context.report->progress++;
  return s->context.adapter.ops->block(s->host, deadline); // events are told of in it, which post
}

// --- The stage ------------------------------------------------------------------------------------

Stage::Stage(const Context &context, const Wish &wish) : context(context) {
  const weft_host_check_adapter &a = context.adapter;
  context.expect("`make` makes a loop");
  char error[300] = "";
  weft_status status = a.make(context.params, &host, error, sizeof error);
  if (status != WEFT_OK) {
    context.fail("HOST-01", "`make` answered %s%s%s", weft_status_text(status), error[0] ? ": " : "", error);
    return;
  }
  memcpy(&ops, a.ops, a.ops->size < sizeof ops ? a.ops->size : sizeof ops);
  ops.size = sizeof ops;
  ops.post = post_through;
  ops.arm = arm_through;
  ops.now = now_through;
  ops.on_loop = on_loop_through;
  ops.hold = ops.hold ? hold_through : nullptr;
  ops.watch = ops.watch ? watch_through : nullptr;
  ops.unwatch = ops.unwatch ? unwatch_through : nullptr;
  ops.block = ops.block ? block_through : nullptr;
  ops.post_in_signal = nullptr; // nobody asks for a dump
  ops.fatal = nullptr; // the suite's own standard error is read; a case calls it
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.host = &ops;
  config.host_self = this;
  config.sched = wish.sched ? wish.sched : "fifo";
  config.workers = wish.workers;
  config.flags = WEFT_RT_IGNORE_ENV;
  context.expect("weft_runtime_create makes a runtime on the adapter's table");
  status = weft_runtime_create(&config, &rt, error, sizeof error);
  if (status != WEFT_OK) {
    context.fail(strstr(error, "HOST-02") ? "HOST-02" : "HOST-01", "weft_runtime_create: %s", error);
    return;
  }
  if (wish.attached)
    attach();
  if (wish.keeper)
    go("keeper", [] {
      while (!weft_cancelled())
        weft_park();
    });
}

void Stage::attach() { context.adapter.attach(host, rt); }

void Stage::fatal(const char *text) {
  In here("fatal");
  context.adapter.ops->fatal(host, text);
}

Stage::~Stage() {
  if (!context.failed() && host)
    end();
}

weft_task Stage::go(const char *name, std::function<void()> body, bool detached) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = WEFT_STACK_256K;
  attr.name = name;
  attr.flags = detached ? WEFT_SPAWN_DETACHED : 0;
  weft_task task = 0;
  auto *copy = new std::function<void()>(std::move(body));
  weft_status status = weft_spawn(
      rt,
      [](void *arg) {
        auto *f = static_cast<std::function<void()> *>(arg);
        (*f)();
        delete f;
      },
      copy, &attr, &task);
  if (status != WEFT_OK) {
    delete copy;
    context.fail(context.rule, "weft_spawn: %s", weft_status_text(status));
  }
  return task;
}

int Stage::asked(void *self) {
  auto *s = static_cast<Stage *>(self);
  s->iterations_++;
  s->context.report->progress++;
  if (inside || (s->rt && weft_self() != 0))
    s->context.fail("HOST-03", "`until` was asked inside of `%s`: it is for the loop, between turns", inside ? inside : "a task");
  if (s->context.failed())
    return 1;
  s->reached_ = s->reached_ || (*s->until_)();
  return s->reached_;
}

bool Stage::run(const char *expected, const std::function<bool()> &until) {
  if (context.failed())
    return false;
  context.expect(expected);
  until_ = &until;
  reached_ = false;
  int stopped = context.adapter.run(host, asked, this);
  if (!context.failed() && !reached_)
    context.fail(strcmp(context.rule, "HOST-20") == 0 ? "HOST-20" : "HOST-16", stopped ? "expected: %s; seen: `run` returned 1, though `until` had not said so and a task lives" : "expected: %s; but the loop ended by itself, though a task lives", expected);
  return !context.failed();
}

// By the program's own timer, behind the post; without one the loop has at least looked.
void Stage::once() {
  bool fired = false;
  std::function<bool()> over = [&] { return !context.adapter.timer || fired; };
  context.expect("the loop, asked by a post, goes on to its own timer");
  until_ = &over;
  reached_ = false;
  context.adapter.ops->post(host);
  if (context.adapter.timer)
    context.adapter.timer(host, 300000, [](void *arg) { *static_cast<bool *>(arg) = true; }, &fired);
  context.adapter.run(host, asked, this);
}

void Stage::end_runtime() {
  if (!rt)
    return;
  bool ended = false;
  weft_shutdown(rt, WEFT_SHUTDOWN_CANCEL, [](void *arg, uint64_t) { *static_cast<bool *>(arg) = true; }, &ended);
  if (!run("turns after weft_shutdown, until it is done", [&] { return ended; }))
    return;
  weft_status status = weft_runtime_destroy(rt);
  if (status != WEFT_OK)
    context.fail(context.rule, "weft_runtime_destroy: %s", weft_status_text(status));
  rt = nullptr;
  context.adapter.attach(host, nullptr);
}

void Stage::end() {
  if (context.failed())
    return;
  end_runtime();
  if (context.failed())
    return;
  context.expect("`destroy` returns");
  context.adapter.destroy(host);
  host = nullptr;
}

uint64_t Stage::turns() const {
  weft_stats stats = {};
  stats.size = sizeof stats;
  weft_get_stats(rt, &stats);
  return stats.turns;
}

uint64_t Stage::live() const {
  weft_stats stats = {};
  stats.size = sizeof stats;
  weft_get_stats(rt, &stats);
  return stats.tasks_live;
}

} // namespace host_conformance
