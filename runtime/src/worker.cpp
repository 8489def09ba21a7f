// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "worker.h"

#include "binding.h"
#include "os/os.h"
#include "overflow.h"
#include "parallel.h"
#include "trim.h"
#include "wrong_picks.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <new>
#include <utility>

namespace weft {

constinit std::atomic<bool> any_threads{false};

struct HomeCall {
  HomeCall *next;
  void (*fn)(void *);
  void *arg;
  Task *task;
  bool done;
};

namespace {

// How long an idle worker looks whether it is called before it sleeps: about as long as falling asleep and being
// woken take.
constexpr int kLooks = 400;

void call(PoolWorker *p) {
  p->called.store(1, std::memory_order_seq_cst);
  if (p->asleep.load(std::memory_order_seq_cst))
    os::wake_one(p->called);
}

void no_longer_idle(PoolWorker *p) {
  if (!p->idle)
    return;
  p->idle = false;
  p->worker.rt->idle--;
  p->worker.rt->sleepers.fetch_sub(1, std::memory_order_relaxed);
}

void find_keeper(weft_runtime *rt) {
  rt->keeper_deadline = WEFT_NEVER;
  for (uint32_t i = 0; i + 1 < rt->workers; ++i)
    if (rt->pool[i].idle && rt->pool[i].until < rt->keeper_deadline)
      rt->keeper_deadline = rt->pool[i].until;
}

void sleep_until_called(PoolWorker *p) {
  for (int i = 0; i < kLooks; ++i) {
    if (p->called.load(std::memory_order_acquire))
      return;
    os::spin_pause();
  }
  p->asleep.store(true, std::memory_order_seq_cst);
  while (p->called.load(std::memory_order_seq_cst) == 0) {
    uint64_t ns = WEFT_NEVER;
    if (p->until != WEFT_NEVER) {
      weft_runtime *rt = p->worker.rt;
      uint64_t now = rt->host.now(rt->host_self);
      if (now >= p->until)
        break;
      ns = p->until - now;
    }
    os::wait_while(p->called, 0, ns);
  }
  p->asleep.store(false, std::memory_order_relaxed);
}

// With the lock, which it lets go of meanwhile.
void be_idle(PoolWorker *p) {
  weft_worker *w = &p->worker;
  weft_runtime *rt = w->rt;
  p->called.store(0, std::memory_order_seq_cst);
  p->idle = true;
  rt->idle++;
  w->counts.slept.add(1);
  rt->sleepers.fetch_add(1, std::memory_order_relaxed);
  p->until = rt->home.in_turn ? rt->timers.earliest() : WEFT_NEVER;
  if (p->until < rt->keeper_deadline)
    rt->keeper_deadline = p->until;
  if (is_over(rt) || (rt->parallel && rt->daemons != 0 && !has_work(rt)))
    request_turn(rt);
  // What a foreign thread pushed before it could see this one idle.
  if (rt->inbox.empty() && !was_sent(w)) {
    if (worth_a_look())
      leave_blocks(); // the others may want them, and only the host's thread trims
    if (!rt->parallel || !(pick_before_sleep(w) || finds_or_tells_lost(w))) {
      let_go(w);
      sleep_until_called(p);
      take_lock(w);
    }
  }
  p->called.store(1, std::memory_order_seq_cst);
  no_longer_idle(p);
  find_keeper(rt);
}

void look(PoolWorker *p) {
  if (!p->searching)
    return;
  p->searching = false;
  p->worker.rt->searching--;
}

bool naps(PoolWorker *p) {
  weft_runtime *rt = p->worker.rt;
  bool found = false;
  uint64_t ns = kShortestNap;
  for (uint32_t i = 0; i < kNaps && !found; ++i, ns = ns < kLongestNap ? ns * 2 : ns) {
    p->called.store(0, std::memory_order_seq_cst);
    p->asleep.store(true, std::memory_order_seq_cst);
    if (!rt->stopping && rt->inbox.empty() && !was_sent(&p->worker))
      os::wait_while(p->called, 0, ns);
    p->asleep.store(false, std::memory_order_relaxed);
    if (p->called.exchange(1, std::memory_order_seq_cst) != 0 || rt->stopping || !rt->inbox.empty() || was_sent(&p->worker))
      break;
    found = pick_inside(&p->worker);
  }
  p->called.store(1, std::memory_order_seq_cst);
  return found;
}

bool others_run(const weft_runtime *rt) { return rt->home.in_turn || rt->idle + 2 < rt->workers; }

// A parallel runtime's worker looks some times more before it sleeps. With the lock, which it lets go of meanwhile.
bool finds(PoolWorker *p, bool ran_nothing, bool called) {
  weft_worker *w = &p->worker;
  weft_runtime *rt = w->rt;
  if (w->turn_over || w->found || was_sent(w))
    return true;
  if (std::exchange(w->sent_some, false) && ran_nothing)
    return false;
  p->searching = true;
  rt->searching++;
  let_go(w);
  bool found = look_around(w);
  take_lock(w);
  look(p);
  if (found || !called || !ran_nothing || !others_run(rt))
    return found;
  let_go(w);
  found = naps(p);
  take_lock(w);
  return found;
}

void serve(PoolWorker *p) {
  weft_worker *w = &p->worker;
  weft_runtime *rt = w->rt;
  while (!rt->stopping || w->found) {
    w->now = w->checked_at = rt->host.now(rt->host_self);
    w->interval = 8;
    grant(w);
    bool called = !serve_events(w) && p->searching;
    look(p);
    const uint64_t began = w->checked_at;
    run_slice(w, rt->root, 0);
    const bool ran_nothing = w->granted == w->countdown && w->checked_at == began;
    count_rest(w);
    // First what lets go of the lock.
    bool more = rt->parallel ? finds(p, ran_nothing, called) : queued(rt) != 0 || was_sent(w);
    if (!more && !rt->stopping)
      be_idle(p);
  }
}

void *pool_main(void *arg) {
  auto *p = static_cast<PoolWorker *>(arg);
  weft_worker *w = &p->worker;
  weft_tls_worker = w;
  os::ensure_signal_stack();
  install_overflow_handler();
  w->errno_at = &errno;
  take_lock(w);
  serve(p);
  let_go(w);
  weft_tls_worker = nullptr;
  return nullptr;
}

} // namespace

void block_signals(sigset_t *before) {
  sigset_t all;
  sigfillset(&all);
  for (int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPIPE, SIGXFSZ, SIGPROF})
    sigdelset(&all, own);
  pthread_sigmask(SIG_SETMASK, &all, before);
}

constinit thread_local weft_worker *stands_for = nullptr;

namespace {

bool stands_for_home(void *loop) {
  weft_worker *w = stands_for;
  return w && w->index == 0 && w->rt->loop_thread.load(std::memory_order_relaxed) == loop;
}

} // namespace

bool is_worker_of(const weft_runtime *rt, void *loop) {
  weft_worker *w = this_worker();
  return (w && w->rt == rt) || stands_for_home(loop);
}

bool at_home(const weft_runtime *rt) {
  void *loop = rt->loop_thread.load(std::memory_order_relaxed);
  return loop == __builtin_thread_pointer() || stands_for_home(loop);
}

weft_status start_pool(weft_runtime *rt, char *error, size_t size) {
  any_threads.store(true, std::memory_order_relaxed);
  plain_fences.store(!os::have_heavy_fence(), std::memory_order_relaxed);
  any_parallel.store(true, std::memory_order_relaxed);
  uint32_t wanted = rt->workers - 1;
  sigset_t before;
  block_signals(&before);
  uint32_t started = 0;
  int failed = 0;
  rt->lock.lock();
  for (; started < wanted; ++started) {
    PoolWorker *p = &rt->pool[started];
    failed = pthread_create(&p->thread, nullptr, pool_main, p);
    if (failed)
      break;
    p->started = true;
    char name[16];
    snprintf(name, sizeof name, "weft-%u", started + 1);
    pthread_setname_np(p->thread, name);
  }
  rt->lock.unlock();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!failed)
    return WEFT_OK;
  return refuse(-failed, error, size, "WEFT_WORKERS: the system refuses thread %u of %u: %s", started + 1, wanted,
                weft_status_text(-failed));
}

void stop_pool(weft_runtime *rt) {
  if (!rt->pool)
    return;
  rt->lock.lock();
  rt->stopping = true;
  for (uint32_t i = 0; i + 1 < rt->workers; ++i)
    call(&rt->pool[i]);
  rt->lock.unlock();
  for (uint32_t i = 0; i + 1 < rt->workers; ++i)
    if (rt->pool[i].started) {
      pthread_join(rt->pool[i].thread, nullptr);
      rt->pool[i].started = false;
    }
}

void more_work(weft_worker *w, bool for_any) {
  weft_runtime *rt = w->rt;
  Spare spare = spare_work(w);
  if (rt->parallel)
    spare.any = for_any;
  if (spare.home != 0 && !rt->home.in_turn)
    request_turn(rt);
  if (spare.any + spare.pool == 0 || rt->searching != 0)
    return;
  if (rt->idle != 0)
    for (uint32_t i = 0; i + 1 < rt->workers; ++i) {
      PoolWorker *p = &rt->pool[i];
      if (!p->idle)
        continue;
      no_longer_idle(p);
      p->searching = true;
      rt->searching++;
      call(p);
      return;
    }
  if (spare.any != 0 && !rt->home.in_turn)
    request_turn(rt);
}

bool finds_or_tells_lost(weft_worker *w) {
  weft_runtime *rt = w->rt;
  if (rt->idle + 1 != rt->workers || !rt->home_sleeps || rt->stopping || root_ready(rt) == 0)
    return false;
  Halt halt(rt);
  weft_slice allowed = {};
  w->found = rt->root->ops.pick(rt->root->self, w, w->now, &allowed);
  w->found_slice = allowed;
  if (w->found)
    return true;
  if (uint32_t ready = root_ready(rt))
    lost(rt->root, ready);
  return false;
}

void find_timekeeper(weft_runtime *rt) {
  if (rt->idle == 0 || rt->timers.earliest() >= rt->keeper_deadline)
    return;
  for (uint32_t i = 0; i + 1 < rt->workers; ++i)
    if (rt->pool[i].idle) {
      rt->keeper_deadline = rt->timers.earliest(); // till it has looked itself
      call(&rt->pool[i]);                          // it finds nothing, and sleeps until then
      return;
    }
}

void deadline_moved(weft_worker *w) {
  weft_runtime *rt = w->rt;
  if (rt->workers <= 1)
    return;
  if (rt->home.in_turn)
    find_timekeeper(rt);
  else if (rt->timers.earliest() < rt->armed)
    request_turn(rt);
}

void tell_of_inbox(weft_runtime *rt) {
  rt->host.post(rt->host_self);
  // The host's thread may be in the middle of a long run.
  if (!rt->home_busy.load(std::memory_order_seq_cst))
    return;
  for (uint32_t i = 0; i + 1 < rt->workers; ++i) {
    PoolWorker *p = &rt->pool[i];
    if (p->called.load(std::memory_order_seq_cst) == 0) {
      call(p);
      return;
    }
  }
}

void call_home(void (*fn)(void *), void *arg) {
  weft_worker *w = this_worker();
  weft_runtime *rt = w->rt;
  HomeCall here{nullptr, fn, arg, w->running, false};
  *rt->home_calls_end = &here;
  rt->home_calls_end = &here.next;
  request_turn(rt);
  while (!here.done)
    park_running(here.task, WaitKind::Host, WEFT_NEVER);
}

bool serve_home_calls(weft_runtime *rt) {
  if (!rt->home_calls)
    return false;
  while (HomeCall *call = rt->home_calls) {
    rt->home_calls = call->next;
    if (!rt->home_calls)
      rt->home_calls_end = &rt->home_calls;
    call->fn(call->arg);
    call->done = true;
    unpark(call->task, WEFT_OK, WEFT_WHY_WAKE);
  }
  return true;
}

} // namespace weft
