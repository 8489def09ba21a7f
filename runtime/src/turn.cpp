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
#include "cont.h"
#include "fatal.h"
#include "runtime.h"
#include "token.h"
#include "trace.h"
#include "trim.h"

#include <cerrno>

namespace weft {

namespace {

constexpr uint32_t kLongestInterval = 64;
constexpr uint64_t kCheckEvery = 20000; // ns

Task *task_of(Timer *timer) {
  return reinterpret_cast<Task *>(reinterpret_cast<char *>(timer) - offsetof(Task, timer));
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

bool fire_timers(weft_runtime *rt) {
  bool any = false;
  while (Timer *timer = rt->timers.expire(rt->now)) {
    any = true;
    rt->stats.timers_fired++;
    if (timer->kind == TimerKind::Token) {
      token_due(token_of(timer));
    } else {
      Task *task = task_of(timer);
      if (rt->trace)
        event::wake(task, "timer");
      unpark(task, WEFT_E_TIMEOUT, WEFT_WHY_TIMER);
    }
  }
  if (any)
    flush_ready(rt, &rt->worker);
  return any;
}

void grant(weft_runtime *rt) {
  uint64_t picks = rt->interval;
  if (picks > rt->picks_left)
    picks = rt->picks_left;
  rt->granted = static_cast<uint32_t>(picks);
  rt->countdown = rt->granted;
}

// No task can run again, whatever anybody outside does.
bool stuck(const weft_runtime *rt) {
  return rt->root->ready == 0 && rt->inbox.empty() && rt->timers.size() == 0 && rt->awaiting == 0 &&
         rt->parked_for_wake == 0;
}

// The same after everybody was cancelled: who then parks again for a weft_wake is given up.
bool abandoned(const weft_runtime *rt) {
  return rt->root->ready == 0 && rt->inbox.empty() && rt->timers.size() == 0 && rt->awaiting == 0;
}

bool has_work(const weft_runtime *rt) {
  return rt->closing ? !rt->shutdown_done : rt->live != rt->daemons;
}

// Keeps the host's loop alive exactly while there is work.
void tell_hold(weft_runtime *rt) {
  bool hold = has_work(rt);
  if (hold == rt->held)
    return;
  rt->held = hold;
  if (rt->host.hold)
    rt->host.hold(rt->host_self, hold ? 1 : -1);
}

void trim_when_idle(weft_runtime *rt) {
  if (rt->now < rt->trim_at || rt->turn_over) {
    if (rt->trim_wanted == WEFT_NEVER && worth_a_look())
      rt->trim_wanted = rt->trim_at;
    return;
  }
  TrimWish wish = trim_step();
  rt->trim_at = rt->now + (wish == TrimWish::Soon ? kTrimPause : kTrimLookEvery);
  rt->trim_wanted = wish == TrimWish::Nothing ? WEFT_NEVER : rt->trim_at;
}

void end_shutdown(weft_runtime *rt) {
  if (!rt->closing || rt->shutdown_done)
    return;
  if (rt->live != 0 && !(rt->cancelling ? abandoned(rt) : stuck(rt)))
    return;
  rt->shutdown_done = true;
  if (rt->done)
    rt->done(rt->done_arg, rt->live);
}

} // namespace

bool drain_inbox(weft_runtime *rt) {
  if (rt->inbox.empty())
    return false;
  flush_ready(rt, &rt->worker);
  rt->draining = true;
  InboxNode *node = rt->inbox.take_all();
  while (node) {
    InboxNode *next = node->next;
    if (node->kind == InboxKind::Task)
      serve_note(task_of(node));
    else
      serve_token(token_of(node));
    node = next;
  }
  flush_ready(rt, nullptr);
  rt->draining = false;
  return true;
}

bool serve_events(weft_runtime *rt) {
  bool any = rt->timers.earliest() <= rt->now && fire_timers(rt);
  return drain_inbox(rt) || any;
}

bool check_turn(weft_runtime *rt) {
  rt->stats.picked += rt->granted;
  if (rt->picks_left != UINT64_MAX)
    rt->picks_left -= rt->granted;
  uint64_t now = rt->host.now(rt->host_self);
  uint64_t took = now - rt->checked_at;
  rt->checked_at = now;
  rt->now = now;
  if (took < kCheckEvery / 2) {
    rt->interval = rt->interval * 2 < kLongestInterval ? rt->interval * 2 : kLongestInterval;
  } else if (took > kCheckEvery * 2) {
    uint64_t fitting = rt->interval * kCheckEvery / took;
    rt->interval = fitting ? static_cast<uint32_t>(fitting) : 1;
  }
  serve_events(rt);
  if (rt->picks_left == 0 || now >= rt->turn_end) {
    rt->turn_over = true;
    rt->granted = rt->countdown = 0;
    return true;
  }
  grant(rt);
  return false;
}

} // namespace weft

using namespace weft;

extern "C" {

weft_turn_result weft_turn(weft_runtime *rt, const weft_budget *budget) {
  weft_turn_result result = {WEFT_OK, 0, WEFT_NEVER, 0};
  if (!rt || !on_loop(rt)) {
    result.status = WEFT_E_INVAL;
    return result;
  }
  result.live = rt->live;
  result.next_deadline = rt->timers.earliest();
  if (rt->in_turn) {
    rt->host.post(rt->host_self);
    result.status = WEFT_E_BUSY;
    return result;
  }
  if (rt->shutdown_done) {
    result.status = WEFT_E_CLOSED;
    return result;
  }
  weft_runtime *outer = tls_runtime;
  tls_runtime = rt;
  rt->in_turn = true;
  rt->turn_over = false;
  rt->turn_wanted = false;
  rt->stats.turns++;
  int host_errno = errno;
  rt->errno_at = &errno;

  rt->now = rt->checked_at = rt->host.now(rt->host_self);
  rt->turn_end = WEFT_NEVER;
  rt->picks_left = UINT64_MAX;
  if (budget) {
    if (budget->ns && budget->ns < WEFT_NEVER - rt->now)
      rt->turn_end = rt->now + budget->ns;
    if (budget->until && budget->until < rt->turn_end)
      rt->turn_end = budget->until;
    if (budget->picks)
      rt->picks_left = budget->picks;
  }
  if (rt->interval > 8 && rt->turn_end != WEFT_NEVER)
    rt->interval = 8;
  grant(rt);
  if (rt->trace)
    event::turn_begin(rt);

  flush_ready(rt, &rt->worker);
  serve_events(rt);
  do
    run_slice(rt, rt->root, 0);
  while (!rt->turn_over && (serve_events(rt) || rt->root->ready != 0));

  rt->stats.picked += rt->granted - rt->countdown;
  rt->granted = rt->countdown = 0;
  end_shutdown(rt);
  flush_ready(rt, &rt->worker);
  result.more = rt->root->ready != 0 || !rt->inbox.empty();
  result.next_deadline = rt->timers.earliest();
  if (!result.more && !rt->closing) {
    trim_when_idle(rt);
    if (rt->trim_wanted < result.next_deadline)
      result.next_deadline = rt->trim_wanted;
  }
  result.live = rt->live;
  if (rt->trace)
    event::turn_end(rt, result.more);
  // Always: a host's timer that fired a little early is used up, whatever it was armed for.
  if (result.next_deadline != WEFT_NEVER || rt->armed != WEFT_NEVER) {
    rt->armed = result.next_deadline;
    rt->host.arm(rt->host_self, rt->armed);
  }
  tell_hold(rt);
  errno = host_errno;
  rt->in_turn = false;
  tls_runtime = outer;
  return result;
}

weft_status weft_run(weft_runtime *rt) {
  if (!rt)
    rt = tls_runtime;
  if (!rt || !on_loop(rt) || !rt->host.block)
    return WEFT_E_INVAL;
  if (rt->in_turn)
    return WEFT_E_BUSY;
  tell_hold(rt);
  const weft_budget budget = {1000000, 0, 0, 0};
  while (has_work(rt)) {
    weft_turn_result turn = weft_turn(rt, &budget);
    if (turn.status != WEFT_OK)
      return turn.status;
    if (!has_work(rt))
      break;
    bool idle = !turn.more;
    if (idle && stuck(rt))
      return rt->stackless ? WEFT_E_NOMEM : WEFT_E_DEADLOCK;
    // More work: the loop's own events are served, without waiting.
    int never = rt->host.block(rt->host_self, idle ? turn.next_deadline : 0);
    if (never && idle && rt->root->ready == 0 && rt->inbox.empty())
      return WEFT_E_DEADLOCK;
  }
  return WEFT_OK;
}

weft_status weft_shutdown(weft_runtime *rt, weft_shutdown_mode mode,
                          void (*done)(void *arg, uint64_t abandoned), void *arg) {
  if (!rt || !on_loop(rt) || (mode != WEFT_SHUTDOWN_WAIT && mode != WEFT_SHUTDOWN_CANCEL))
    return WEFT_E_INVAL;
  if (rt->closing)
    return WEFT_E_CLOSED;
  rt->closing = true;
  rt->cancelling = mode == WEFT_SHUTDOWN_CANCEL;
  rt->done = done;
  rt->done_arg = arg;
  task_table().each([rt](Task &t) {
    if (t.rt == rt && t.handle && is_alive(t.ent) && (rt->cancelling || (t.flags & kTaskDaemon)))
      cancel_here(&t);
  });
  if (!rt->in_turn) {
    flush_now(rt);
    call_native([](void *arg) { tell_hold(static_cast<weft_runtime *>(arg)); }, rt);
  }
  request_turn(rt);
  return WEFT_OK;
}
}
