/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Blocking calls on threads of their own (weft/blocking.h).
//
// The idea: a call is a record that its task and a thread share. Its state is under the pool's lock: Queued, Running, Done; who finds it
// where it cannot be needed by the other frees it. The waiter leaves by its state: a queued one is taken out of the line, a done one is
// the answer, whatever ended the wait; only of a running one it says that it has left, and then the thread frees it. So there is no moment
// in which nobody owns it, and no answer that nobody takes. The token only wakes.
//
// A handler of the language may take the await, and go on with the waiter in another task, or when the runtime is gone. So who runs is asked
// anew after each await, and what shall not end the wait is said of its token, not of a task.
//
// Rejected: one pool for the process (it would have to end without a runtime's end, and fork); to cancel a running call by a signal (which
// calls take EINTR well is not known); to copy buffers so that reads can be abandoned (what was read is lost then).
#include "blocking.h"

#include "runtime.h"
#include "scope.h"
#include "token.h"
#include "weft/blocking.h"
#include "worker.h"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <new>
#include <pthread.h>
#include <utility>

using namespace weft;

namespace {

constexpr uint32_t kMostThreads = 8;

enum class State : uint8_t { Queued, Running, Done };

struct Call {
  uint64_t (*fn)(void *);
  void *arg;
  void (*abandoned)(void *);
  weft_token token; // wakes who waits
  uint64_t result = 0;
  State state = State::Queued;
  bool left = false; // nobody waits: the thread frees it
  Call *next = nullptr, *prev = nullptr;
};

} // namespace

struct weft::BlockingPool {
  std::mutex lock;
  std::condition_variable work, done;
  Call *head = nullptr, *tail = nullptr;
  uint32_t queued = 0, idle = 0, threads = 0;
  uint32_t running = 0; // till their waiter has been told, or their argument given up
  bool stopping = false;
  pthread_t thread[kMostThreads];

  void push(Call *c) {
    c->prev = tail;
    (tail ? tail->next : head) = c;
    tail = c;
    ++queued;
  }
  void unlink(Call *c) {
    (c->prev ? c->prev->next : head) = c->next;
    (c->next ? c->next->prev : tail) = c->prev;
    --queued;
  }
};

namespace {

void run_one(BlockingPool *p, std::unique_lock<std::mutex> &lock) {
  Call *c = p->head;
  p->unlink(c);
  c->state = State::Running;
  ++p->running;
  lock.unlock();
  const uint64_t result = c->fn(c->arg);
  lock.lock();
  c->result = result;
  c->state = State::Done;
  if (c->left) {
    lock.unlock();
    c->abandoned(c->arg);
    delete c;
  } else {
    const weft_token token = c->token;
    p->done.notify_all();
    lock.unlock(); // from here on it is its waiter's
    weft_complete(token, WEFT_OK, 0);
  }
  lock.lock();
  --p->running;
  p->done.notify_all();
}

void *thread_main(void *arg) {
  auto *p = static_cast<BlockingPool *>(arg);
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE); // a write's error says it
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  std::unique_lock lock(p->lock);
  for (;;) {
    while (!p->head && !p->stopping) {
      ++p->idle;
      p->work.wait(lock);
      --p->idle;
    }
    if (!p->head)
      return nullptr;
    run_one(p, lock);
  }
}

// Under the pool's lock. False: there is no thread at all.
bool see_to_threads(BlockingPool *p) {
  if (p->queued > p->idle && p->threads < kMostThreads) {
    sigset_t before;
    block_signals(&before);
    if (pthread_create(&p->thread[p->threads], nullptr, thread_main, p) == 0)
      pthread_setname_np(p->thread[p->threads++], "weft-blocking");
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  p->work.notify_one();
  return p->threads != 0;
}

BlockingPool *pool_of(weft_runtime *rt) {
  Hold hold(rt);
  if (!rt->blocking)
    rt->blocking = new (std::nothrow) BlockingPool;
  return rt->blocking;
}

// What a waiter has to do with its call when it goes. Unwound, it does the last of these by itself. Its runtime may be gone then, and the
// pool with it: all calls were made before.
class Waiting {
public:
  Waiting(weft_runtime *rt, BlockingPool *p, Call *c)
      : rt_(rt), life_(rt->life.load(std::memory_order_relaxed)), pool_(p), call_(c) {}
  ~Waiting() {
    if (!call_)
      return;
    auto lock = locked();
    wait_here(lock);
    leave(lock);
  }
  Waiting(const Waiting &) = delete;
  Waiting &operator=(const Waiting &) = delete;

  // Its answer, if it has one.
  bool take(uint64_t *result) {
    auto lock = locked();
    if (call_->state != State::Done)
      return false;
    if (result)
      *result = call_->result;
    delete std::exchange(call_, nullptr);
    return true;
  }
  // False: it runs, and has to be waited for.
  bool give_up() {
    auto lock = locked();
    if (call_->state == State::Done || (call_->state == State::Running && !call_->abandoned))
      return false;
    leave(lock);
    return true;
  }
  // Who is woken when it is done; at once if it is.
  void wakes(weft_token token) {
    auto lock = locked();
    call_->token = token;
    const bool done = call_->state == State::Done;
    if (lock)
      lock.unlock();
    if (done)
      weft_complete(token, WEFT_OK, 0);
  }
  // It was not put in line.
  void forget() { delete std::exchange(call_, nullptr); }
  // Where no task can wait: its thread does.
  void block() {
    auto lock = locked();
    while (call_->state != State::Done)
      pool_->done.wait(lock);
  }

private:
  std::unique_lock<std::mutex> locked() const {
    return rt_->life.load(std::memory_order_acquire) == life_ ? std::unique_lock(pool_->lock)
                                                              : std::unique_lock<std::mutex>();
  }
  void wait_here(std::unique_lock<std::mutex> &lock) {
    while (call_->state == State::Running && !call_->abandoned)
      pool_->done.wait(lock);
  }
  void leave(std::unique_lock<std::mutex> &lock) {
    Call *c = std::exchange(call_, nullptr);
    if (c->state == State::Running) {
      c->left = true;
      return;
    }
    if (c->state == State::Queued)
      pool_->unlink(c);
    if (lock)
      lock.unlock();
    if (c->abandoned)
      c->abandoned(c->arg);
    delete c;
  }
  weft_runtime *rt_;
  uint64_t life_;
  BlockingPool *pool_;
  Call *call_;
};

weft_status wait_for(weft_token token, uint64_t deadline_ns) {
  weft_set_waits("blocking call");
  const weft_status status = weft_await_until(token, deadline_ns, nullptr);
  weft_set_waits(nullptr);
  return status;
}

// Waits till it is done, whoever cancels.
weft_status wait_out(weft_runtime *rt, Waiting &waiting, uint64_t *result) {
  while (!waiting.take(result)) {
    if (!running_task()) { // a continuation that was gone on with outside of tasks
      waiting.block();
      continue;
    }
    OwnToken own(rt);
    if (own.token) {
      keep_from_cancels(own.token);
      waiting.wakes(own.token);
      if (wait_for(own.token, WEFT_NEVER) == WEFT_OK)
        continue;
    }
    weft_yield(); // no memory, a handler's own answer, or another runtime's task: rather late than wrong
  }
  return WEFT_OK;
}

} // namespace

namespace weft {

void stop_blocking(weft_runtime *rt) {
  BlockingPool *p = rt->blocking;
  if (!p)
    return;
  {
    std::lock_guard lock(p->lock);
    p->stopping = true;
    p->work.notify_all();
  }
  for (uint32_t i = 0; i < p->threads; ++i)
    pthread_join(p->thread[i], nullptr);
  delete std::exchange(rt->blocking, nullptr);
}

bool some_block(weft_runtime *rt) {
  Hold hold(rt);
  BlockingPool *p = rt->blocking;
  hold.end();
  if (!p)
    return false;
  std::unique_lock lock(p->lock);
  if (p->queued + p->running == 0)
    return false;
  p->done.wait_for(lock, std::chrono::milliseconds(1));
  return true;
}

} // namespace weft

weft_status weft_blocking(uint64_t (*fn)(void *arg), void *arg, void (*abandoned)(void *arg),
                          uint64_t deadline_ns, uint64_t *result) {
  if (!fn)
    return WEFT_E_INVAL;
  Task *self = running_task();
  if (!self || on_native_stack())
    return WEFT_E_NOTASK;
  weft_runtime *rt = self->rt;
  BlockingPool *p = pool_of(rt);
  if (!p)
    return WEFT_E_NOMEM;
  OwnToken own(rt);
  auto *c = own.token ? new (std::nothrow) Call{fn, arg, abandoned, own.token} : nullptr;
  if (!c)
    return WEFT_E_NOMEM;
  Waiting waiting(rt, p, c);
  {
    std::unique_lock lock(p->lock);
    p->push(c);
    if (!see_to_threads(p)) {
      p->unlink(c);
      lock.unlock();
      waiting.forget();
      return -EAGAIN;
    }
  }
  const weft_status status = wait_for(own.token, deadline_ns);
  // Whatever else it was (no memory for a deadline, a handler's own answer) is no reason to leave.
  if ((status == WEFT_E_CANCELLED || status == WEFT_E_TIMEOUT) && waiting.give_up())
    return status;
  self = running_task();
  if (status == WEFT_E_CANCELLED && self && !was_passed(self)) {
    Hold hold(self->rt);
    give_cancel(self); // for its next wait
  }
  return waiting.take(result) ? WEFT_OK : wait_out(rt, waiting, result);
}
