// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "migrate.h"

#include "held_locks.h"
#include "os/os.h"
#include "overflow.h"
#include "worker.h"

#include <cerrno>
#include <csignal>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <thread>

namespace weft {

namespace {

constexpr uint32_t kThreads = 3; // beside the worker's own

struct Run {
  weft_worker *worker;
  Task *task;
  arch::Outcome outcome;
};

} // namespace

struct Carriers {
  Migration how;
  uint64_t drawn;
  std::mutex lock;
  // For a carrier: a run, or the end.
  std::condition_variable for_carrier;
  Run *run = nullptr;
  uint32_t who = 0; // 1 .. kThreads: whose run it is
  bool ending = false;
  // For the worker: it is over, or there is something to do in between.
  std::condition_variable for_worker;
  bool over = false;
  void (*native)(void *) = nullptr;
  void *native_arg = nullptr;
  std::exception_ptr thrown;
  std::condition_variable native_done;
  std::thread threads[kThreads];
};

namespace {

// On the carrier: to the worker's thread, which waits in carry.
void send_home(void (*fn)(void *), void *arg) {
  Carriers *c = stands_for->carriers;
  std::unique_lock<std::mutex> hold(c->lock);
  c->native = fn;
  c->native_arg = arg;
  c->for_worker.notify_one();
  c->native_done.wait(hold, [c] { return c->native == nullptr; });
  if (std::exception_ptr thrown = std::move(c->thrown)) {
    c->thrown = nullptr;
    std::rethrow_exception(thrown);
  }
}

void carrier_main(Carriers *c, uint32_t me) {
  os::ensure_signal_stack();
  install_overflow_handler();
  set_native_elsewhere(send_home);
  std::unique_lock<std::mutex> hold(c->lock);
  for (;;) {
    c->for_carrier.wait(hold, [=] { return c->ending || (c->run && c->who == me); });
    if (c->ending)
      return;
    Run *run = c->run;
    c->run = nullptr;
    hold.unlock();
    weft_tls_worker = stands_for = run->worker;
    Task *t = run->task;
    begin_run_with_locks();
    errno = t->errno_value;
    run->outcome = arch::resume(t->cb, dispatch_handlers(), t->answer0, t->answer1);
    t->errno_value = errno;
    if (run->outcome.which != 0)
      refuse_held_locks(t);
    if (__builtin_expect(run->worker->attention & kForked, 0))
      refuse_after_fork(run->worker, t); // nobody waits for it here
    weft_tls_worker = stands_for = nullptr;
    hold.lock();
    c->over = true;
    c->for_worker.notify_one();
  }
}

uint32_t draw(Carriers *c, uint32_t last) {
  c->drawn ^= c->drawn << 13;
  c->drawn ^= c->drawn >> 7;
  c->drawn ^= c->drawn << 17;
  auto lot = static_cast<uint32_t>(c->drawn >> 33);
  if (c->how.always)
    return (last + 1 + lot % kThreads) % (kThreads + 1);
  return lot % (kThreads + 1);
}

weft_status start(weft_worker *w, const Migration &how) {
  auto *c = new (std::nothrow) Carriers;
  if (!c)
    return WEFT_E_NOMEM;
  c->how = how;
  c->drawn = kFirstLots + how.seed * 2 + w->index;
  w->carriers = c;
  for (uint32_t i = 0; i < kThreads; ++i)
    c->threads[i] = std::thread(carrier_main, c, i + 1);
  return WEFT_OK;
}

void stop(weft_worker *w) {
  Carriers *c = w->carriers;
  if (!c)
    return;
  {
    std::lock_guard<std::mutex> hold(c->lock);
    c->ending = true;
  }
  c->for_carrier.notify_all();
  for (std::thread &t : c->threads)
    if (t.joinable())
      t.join();
  w->carriers = nullptr;
  delete c;
}

} // namespace

weft_status start_carriers(weft_runtime *rt, const Migration &how, char *error, size_t size) {
  watch_locks();
  any_threads.store(true, std::memory_order_relaxed);
  sigset_t before;
  block_signals(&before);
  weft_status status = WEFT_OK;
  try {
    for (uint32_t i = 0; i < rt->workers && status == WEFT_OK; ++i)
      status = start(worker_at(rt, i), how);
  } catch (const std::exception &) {
    status = WEFT_E_NOMEM;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return status == WEFT_OK ? status : refuse(status, error, size, "WEFT_MIGRATE: the system refuses more threads");
}

void stop_carriers(weft_runtime *rt) {
  for (uint32_t i = 0; i < rt->workers; ++i)
    if (i == 0 || rt->pool)
      stop(worker_at(rt, i));
}

arch::Outcome carry(weft_worker *w, Task *t) {
  Carriers *c = w->carriers;
  uint32_t who = draw(c, t->inbox.half);
  t->inbox.half = static_cast<uint16_t>(who);
  if (who == 0) {
    begin_run_with_locks();
    *w->errno_at = t->errno_value;
    arch::Outcome o = arch::resume(t->cb, dispatch_handlers(), t->answer0, t->answer1);
    t->errno_value = *w->errno_at;
    if (o.which != 0)
      refuse_held_locks(t);
    return o;
  }
  Run run{w, t, {}};
  std::unique_lock<std::mutex> hold(c->lock);
  c->over = false;
  c->run = &run;
  c->who = who;
  c->for_carrier.notify_all();
  for (;;) {
    c->for_worker.wait(hold, [c] { return c->over || c->native; });
    if (c->over)
      return run.outcome;
    hold.unlock();
    std::exception_ptr thrown;
    try {
      c->native(c->native_arg);
    } catch (...) {
      thrown = std::current_exception();
    }
    hold.lock();
    c->thrown = std::move(thrown);
    c->native = nullptr;
    c->native_done.notify_one();
  }
}

} // namespace weft
