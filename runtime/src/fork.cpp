// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What becomes of runtimes in a child of fork (PROC-02): they stay the parent's.
//
// A host's descriptors are shared with the parent: an epoll set that the child changed would be changed for both, and its
// tasks would run twice. So the child's copies of runtimes are left behind: no thread is their loop's any more, which
// all calls on them check already, and their host is one that does nothing; so no yield, spawn or wake has a new test.
// A task that forked goes on in the child outside of its runtime; it ends in _exit or exec. What it must not do is go
// back to the dispatch loop, by returning or yielding: the loop finds the mark beside those that it looks at after each run.
//
// Rejected: making the embedded host anew in the child and running on, as libev can. Both processes would run every
// task and answer every connection; who forks after the runtime was made wants to exec, or one task's work, or a runtime
// of the child's own, and that can be made.
#include "attributes.h"
#include "fatal.h"
#include "object_hold.h"
#include "parallel.h"
#include "process.h"
#include "runtime.h"
#include "task.h"
#include "token.h"
#include "trace.h"
#include "worker.h"

#include <pthread.h>

namespace weft {
namespace {

void do_not_post(void *) {}
void do_not_arm(void *, uint64_t) {}
int is_not_on_loop(void *) { return 0; }

// The caller's own worker may hold its runtime's lock; nobody else's thread goes on in the child.
bool locks_at_fork(const weft_runtime *rt) {
  weft_worker *w = this_worker();
  return rt->created && rt->workers > 1 && !(w && w->rt == rt && w->holds);
}

void before_fork() {
  runtimes_lock().lock();
  for (weft_runtime *rt = first_runtime(); rt; rt = rt->next_runtime) {
    if (locks_at_fork(rt))
      rt->lock.lock();
    weft_worker *w = this_worker();
    if (rt->created && rt->parallel)
      begin_halt(rt, w && w->rt == rt ? w : nullptr, kForEver);
  }
  traces_lock().lock();
  schedulers_lock().lock();
  task_table().lock().lock();
  attributes_lock().lock();
  token_table().lock().lock();
}

void after_fork() {
  token_table().lock().unlock();
  attributes_lock().unlock();
  task_table().lock().unlock();
  schedulers_lock().unlock();
  traces_lock().unlock();
  for (weft_runtime *rt = first_runtime(); rt; rt = rt->next_runtime) {
    if (rt->created && rt->parallel)
      end_halt(rt);
    if (locks_at_fork(rt))
      rt->lock.unlock();
  }
  runtimes_lock().unlock();
}

void leave_behind(weft_runtime *rt) {
  rt->loop_thread.store(rt, std::memory_order_relaxed); // no thread's
  for (uint32_t i = 0; i < rt->workers; ++i)
    worker_at(rt, i)->attention |= kForked;
  rt->print_stats = false;
  rt->open_to_dumps.store(false); // timers are not inherited
  rt->has_dump_timer = false;
  weft_host_ops nothing = {};
  nothing.size = sizeof nothing;
  nothing.abi = WEFT_ABI;
  nothing.name = "left behind";
  nothing.post = do_not_post;
  nothing.arm = do_not_arm;
  nothing.now = rt->host.now;
  nothing.on_loop = is_not_on_loop;
  if (rt->owns_host)
    close_default_host(rt->host_self);
  rt->host = nothing;
}

void in_child() {
  for (weft_runtime *rt = first_runtime(); rt; rt = rt->next_runtime)
    if (rt->created)
      leave_behind(rt);
  set_fatal_hook(nullptr, nullptr); // a host's loop is not there
  leave_traces();
  forget_objects();
  after_fork();
  weft_tls_worker = nullptr;
  set_native_elsewhere(nullptr);
}

} // namespace

void watch_forks_of_runtimes() { pthread_atfork(before_fork, after_fork, in_child); }

void refuse_after_fork(weft_worker *w, Task *task) {
  w->running = nullptr;
  fatal("weft: task '%s' #%llu went back to its scheduler in a child of fork, where the parent's "
        "runtime is not run: "
        "there a task ends in _exit or exec (PROC-02)",
        task->name, (unsigned long long)task->ent.id);
}

} // namespace weft
