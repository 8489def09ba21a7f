// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The turn: what one call from the host does, within its budget; and the loop for who has no host.
//
// A turn serves timers and foreign threads' asks first, then the root, until nothing is ready or
// the budget is used up. It never blocks. A clock read costs as much as two yields, so there is one
// per `interval` picks, where the interval adapts to how long picks take: about one read in 20 us.
// A turn with a limit of time starts with a short interval, because the tasks may have changed.
//
// A turn that leaves nothing ready looks after stacks that nobody uses, at most once a second, and
// asks for a turn of its own when that has not ended or there is much to look at.
#include "binding.h"
#include "blocking.h"
#include "cont.h"
#include "count.h"
#include "dump_signal.h"
#include "fatal.h"
#include "held.h"
#include "parallel.h"
#include "runtime.h"
#include "scope.h"
#include "token.h"
#include "trace.h"
#include "trim.h"
#include "worker.h"

#include <cerrno>

namespace weft {

bool has_work(const weft_runtime *rt) {
  return rt->closing ? !rt->shutdown_done : live_tasks(rt) != rt->daemons;
}

void tell_hold(weft_runtime *rt) {
  bool hold = has_work(rt);
  if (hold == rt->held)
    return;
  rt->held = hold;
  if (rt->host.hold)
    rt->host.hold(rt->host_self, hold ? 1 : -1);
}

void tell_hold_outside(weft_runtime *rt) {
  call_native([](void *arg) { tell_hold(static_cast<weft_runtime *>(arg)); }, rt);
}

namespace {

constexpr uint32_t kLongestInterval = 64;
constexpr uint64_t kCheckEvery = 20000; // ns
constexpr uint64_t kWatchAgain = 1000000; // ns

Task *task_of(Timer *timer) {
  return reinterpret_cast<Task *>(reinterpret_cast<char *>(timer) - offsetof(Task, timer));
}
weft_domain *domain_of(Timer *timer) {
  return reinterpret_cast<weft_domain *>(reinterpret_cast<char *>(timer) - offsetof(weft_domain, held_timer));
}
TokenSlot *token_of(Timer *timer) {
  return reinterpret_cast<TokenSlot *>(reinterpret_cast<char *>(timer) -
                                       offsetof(TokenSlot, timer));
}
Task *task_of(InboxNode *node) {
  return reinterpret_cast<Task *>(reinterpret_cast<char *>(node) - offsetof(Task, inbox));
}
TokenSlot *token_of(InboxNode *node) {
  return reinterpret_cast<TokenSlot *>(reinterpret_cast<char *>(node) - offsetof(TokenSlot, inbox));
}

bool fire_timers(weft_worker *w) {
  weft_runtime *rt = w->rt;
  bool any = false;
  while (Timer *timer = rt->timers.expire(w->now)) {
    any = true;
    if (timer->kind == TimerKind::Domain) {
      end_hold(w, domain_of(timer));
      continue;
    }
    rt->stats.timers_fired++;
    if (timer->kind == TimerKind::Token) {
      token_due(token_of(timer));
    } else if (timer->kind == TimerKind::Scope) {
      deadline_passed(timer);
    } else {
      Task *task = task_of(timer);
      if (rt->trace)
        event::wake(task, "timer");
      unpark(task, WEFT_E_TIMEOUT, WEFT_WHY_TIMER);
    }
  }
  if (any)
    flush_ready(w, w);
  return any;
}

} // namespace

void grant(weft_worker *w) {
  uint64_t picks = w->interval;
  if (picks > w->picks_left)
    picks = w->picks_left;
  w->granted = static_cast<uint32_t>(picks);
  w->countdown = w->granted;
}

namespace {

// No task can run again, whatever anybody outside does.
bool stuck(const weft_runtime *rt) {
  return root_ready(rt) == 0 && rt->inbox.empty() && !rt->home_calls && rt->timers.size() == 0 && rt->awaiting == 0 &&
         rt->parked_for_wake == 0 && !rt->held_for_turn;
}

// The same after everybody was cancelled: who then parks again for a weft_wake is given up.
bool abandoned(const weft_runtime *rt) {
  return root_ready(rt) == 0 && rt->inbox.empty() && !rt->home_calls && rt->timers.size() == 0 && rt->awaiting == 0 &&
         !rt->held_for_turn;
}

void trim_when_idle(weft_runtime *rt) {
  if (rt->home.now < rt->trim_at || rt->home.turn_over) {
    if (rt->trim_wanted == WEFT_NEVER && worth_a_look())
      rt->trim_wanted = rt->trim_at;
    return;
  }
  TrimWish wish = trim_step();
  rt->trim_at = rt->home.now + (wish == TrimWish::Soon ? kTrimPause : kTrimLookEvery);
  rt->trim_wanted = wish == TrimWish::Nothing ? WEFT_NEVER : rt->trim_at;
}

void end_shutdown(weft_runtime *rt) {
  if (!rt->closing || rt->shutdown_done)
    return;
  uint64_t live = live_tasks(rt);
  if (live != 0 && !(rt->cancelling ? abandoned(rt) : stuck(rt)))
    return;
  rt->shutdown_done = true;
  if (rt->done)
    rt->done(rt->done_arg, live);
}

} // namespace

bool drain_inbox(weft_worker *w) {
  weft_runtime *rt = w->rt;
  if (rt->inbox.empty())
    return false;
  flush_ready(w, w);
  w->draining = true;
  InboxNode *node = rt->inbox.take_all();
  while (node) {
    InboxNode *next = node->next;
    if (node->kind == InboxKind::Task)
      serve_note(task_of(node));
    else
      serve_token(token_of(node));
    node = next;
  }
  flush_ready(w, nullptr);
  w->draining = false;
  return true;
}

bool serve_events(weft_worker *w) {
  weft_runtime *rt = w->rt;
  if (__builtin_expect(rt->dump_wanted.load(std::memory_order_relaxed), 0) && w->index == 0)
    serve_dump(rt);
  bool any = rt->timers.earliest() <= w->now && fire_timers(w);
  if (w->index == 0 && serve_home_calls(rt)) {
    flush_ready(w, w);
    any = true;
  }
  return drain_inbox(w) || any;
}

bool check_turn(weft_worker *w) {
  weft_runtime *rt = w->rt;
  if (w->picks_left != UINT64_MAX)
    w->picks_left -= w->granted;
  uint64_t now = rt->host.now(rt->host_self);
  uint64_t took = now - w->checked_at;
  count_interval(w, now);
  w->checked_at = now;
  w->now = now;
  if (took < kCheckEvery / 2) {
    w->interval = w->interval * 2 < kLongestInterval ? w->interval * 2 : kLongestInterval;
  } else if (took > kCheckEvery * 2) {
    uint64_t fitting = w->interval * kCheckEvery / took;
    w->interval = fitting ? static_cast<uint32_t>(fitting) : 1;
  }
  serve_events(w);
  if (__builtin_expect(now >= rt->watch.due, 0)) {
    if (Halt halt = Halt::if_soon(rt))
      watch_step(w, now);
    else
      rt->watch.due = now + kWatchAgain;
  }
  if (w->index != 0 && rt->parallel && rt->daemons != 0 && !has_work(rt))
    request_turn(rt); // weft_run ends, though daemons may be running
  if (w->picks_left == 0 || now >= w->turn_end || rt->stopping) {
    w->turn_over = true;
    w->granted = w->countdown = 0;
    return true;
  }
  grant(w);
  return false;
}

bool is_over(weft_runtime *rt) {
  return root_ready(rt) == 0 && (!has_work(rt) || stuck(rt) || (rt->closing && !rt->shutdown_done));
}

namespace {

// With the lock, which it lets go of in turns and while the host blocks.
weft_status turns_till_over(weft_runtime *rt, Hold &hold) {
  const weft_budget budget = {1000000, 0, 0, 0};
  while (has_work(rt)) {
    hold.end();
    weft_turn_result turn = weft_turn(rt, &budget);
    hold.again();
    if (turn.status != WEFT_OK)
      return turn.status;
    if (!has_work(rt))
      break;
    bool idle = !turn.more;
    if (idle && stuck(rt) && !rt->closing) { // a shutdown ends in a turn
      // Asked after it, for the root's last task may have ended without the lock: when nobody is ready, nobody ends.
      if (!has_work(rt))
        break;
      return rt->stackless ? WEFT_E_NOMEM : found_deadlock(rt);
    }
    // More work: the loop's own events are served, without waiting.
    hold.end();
    int never = rt->host.block(rt->host_self, idle ? turn.next_deadline : 0);
    never = never && !(idle && some_block(rt));
    hold.again();
    // The pool may have ended the last task meanwhile, or ask for something of this thread.
    if (never && idle && root_ready(rt) == 0 && rt->inbox.empty() && !rt->home_calls && !(rt->workers > 1 && rt->turn_wanted) && has_work(rt))
      return found_deadlock(rt);
  }
  return WEFT_OK;
}

void begin_shutdown(weft_runtime *rt, weft_shutdown_mode mode, void (*done)(void *arg, uint64_t abandoned), void *arg) {
  Halt halt(rt);
  rt->closing = true;
  rt->cancelling = mode == WEFT_SHUTDOWN_CANCEL;
  rt->done = done;
  rt->done_arg = arg;
  task_table().each([rt](Task &t) {
    if (is_of(t, rt) && is_alive(t.ent) && (rt->cancelling || (t.flags & kTaskDaemon)))
      cancel_here(&t);
  });
}

weft_status run_to_end(weft_runtime *rt) {
  Hold hold(rt);
  tell_hold(rt);
  weft_status status = turns_till_over(rt, hold);
  if (rt->workers > 1) { // the pool may have ended the last task, and block have used up what it posted
    tell_hold(rt);
    if (rt->turn_wanted)
      rt->host.post(rt->host_self);
  }
  return status;
}

} // namespace

} // namespace weft

using namespace weft;

extern "C" {

weft_turn_result weft_turn(weft_runtime *rt, const weft_budget *budget) {
  weft_turn_result result = {WEFT_OK, 0, WEFT_NEVER, 0};
  if (!rt || !on_loop(rt)) {
    result.status = WEFT_E_INVAL;
    return result;
  }
  if (!at_home(rt)) { // one of its tasks, in the pool
    rt->host.post(rt->host_self);
    result.status = WEFT_E_BUSY;
    return result;
  }
  weft_worker *w = &rt->home;
  // A turn of another runtime inside of a task's run takes nothing of that one's.
  weft_worker *outer = this_worker();
  weft_tls_worker = w;
  Hold hold(rt);
  result.live = live_tasks(rt);
  result.next_deadline = rt->timers.earliest();
  if (w->in_turn) {
    hold.end();
    weft_tls_worker = outer;
    rt->host.post(rt->host_self);
    result.status = WEFT_E_BUSY;
    return result;
  }
  if (rt->shutdown_done) {
    hold.end();
    weft_tls_worker = outer;
    result.status = WEFT_E_CLOSED;
    return result;
  }
  w->in_turn = true;
  home_awake(rt);
  if (rt->workers > 1)
    rt->home_busy.store(true, std::memory_order_seq_cst);
  w->turn_over = false;
  const bool asked = rt->turn_wanted;
  rt->turn_wanted = false;
  rt->nap_until = WEFT_NEVER;
  rt->stats.turns++;
  int host_errno = errno;
  w->errno_at = &errno;

  w->now = w->checked_at = rt->host.now(rt->host_self);
  w->turn_end = w->slice_end = WEFT_NEVER;
  w->picks_left = UINT64_MAX;
  if (budget) {
    if (budget->ns && budget->ns < WEFT_NEVER - w->now)
      w->turn_end = w->now + budget->ns;
    if (budget->until && budget->until < w->turn_end)
      w->turn_end = budget->until;
    if (budget->picks)
      w->picks_left = budget->picks;
  }
  if (w->interval > 8 && w->turn_end != WEFT_NEVER)
    w->interval = 8;
  grant(w);
  if (rt->trace)
    event::turn_begin(rt);

  flush_ready(w, w);
  if (__builtin_expect(rt->held_for_turn != nullptr, 0))
    end_holds_for_turn(w);
  serve_events(w);
  const uint64_t began = w->checked_at;
  auto ran_nothing = [&] { return w->granted == w->countdown && w->checked_at == began; };
  do
    run_slice(w, rt->root, 0);
  while (!w->turn_over && (serve_events(w) || (rt->parallel ? home_finds(rt, asked && ran_nothing()) : home_has_work(rt))));
  if (!ran_nothing())
    rt->home_naps = 0;

  count_rest(w);
  end_shutdown(rt);
  flush_ready(w, w);
  // Without the lock others queue and pick at the same time: it stopped before it found nothing.
  bool more = rt->parallel ? (!rt->home_sleeps && rt->nap_until == WEFT_NEVER) || was_sent(w) : home_has_work(rt);
  result.more = more || !rt->inbox.empty() || rt->home_calls || rt->held_for_turn;
  result.next_deadline = rt->timers.earliest();
  if (rt->nap_until < result.next_deadline)
    result.next_deadline = rt->nap_until;
  if (!result.more && !rt->closing) {
    trim_when_idle(rt);
    if (rt->trim_wanted < result.next_deadline)
      result.next_deadline = rt->trim_wanted;
  }
  result.live = live_tasks(rt);
  if (rt->trace)
    event::turn_end(rt, result.more);
  // Always: a host's timer that fired a little early is used up, whatever it was armed for.
  if (result.next_deadline != WEFT_NEVER || rt->armed != WEFT_NEVER) {
    rt->armed = result.next_deadline;
    rt->host.arm(rt->host_self, rt->armed);
  }
  tell_hold(rt);
  errno = host_errno;
  w->in_turn = false;
  if (rt->workers > 1) {
    rt->home_busy.store(false, std::memory_order_relaxed);
    if (rt->idle != 0 && (!rt->parallel || something_for(worker_at(rt, 1))))
      more_work(w); // what it would have picked itself
  }
  hold.end();
  weft_tls_worker = outer;
  return result;
}

weft_status weft_run(weft_runtime *rt) {
  if (!rt)
    rt = runtime_here();
  if (!rt || !on_loop(rt) || !rt->host.block)
    return WEFT_E_INVAL;
  if (!at_home(rt) || rt->home.in_turn)
    return WEFT_E_BUSY;
  weft_worker *outer = this_worker();
  weft_tls_worker = &rt->home; // whose lock is held between the turns
  weft_status status = run_to_end(rt);
  weft_tls_worker = outer;
  return status;
}

weft_status weft_shutdown(weft_runtime *rt, weft_shutdown_mode mode,
                          void (*done)(void *arg, uint64_t abandoned), void *arg) {
  if (!rt || !on_loop(rt) || (mode != WEFT_SHUTDOWN_WAIT && mode != WEFT_SHUTDOWN_CANCEL))
    return WEFT_E_INVAL;
  Hold hold(rt);
  if (rt->closing)
    return WEFT_E_CLOSED;
  begin_shutdown(rt, mode, done, arg);
  if (!rt->home.in_turn || rt->workers > 1)
    flush_now(worker_here(rt));
  if (!rt->home.in_turn && at_home(rt))
    tell_hold_outside(rt);
  request_turn(rt);
  return WEFT_OK;
}
}
