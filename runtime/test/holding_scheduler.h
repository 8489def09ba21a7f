/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A fifo that holds back (SCHED-18), as its parameters say: every=NS between two picks, turn=N picks in each turn, limit=N of its
// entities that run at a time. wrong=WHAT does it where it may not. Registered once as "holding".
#ifndef WEFT_TEST_HOLDING_SCHEDULER_H
#define WEFT_TEST_HOLDING_SCHEDULER_H

#include "weft/scheduler.h"

#include <atomic>
#include <deque>
#include <string>

struct Holding {
  std::deque<weft_ent *> queue;
  uint64_t every = 0, turn = 0, limit = 0;
  uint64_t next_at = 0, this_turn = UINT64_MAX, picked_in_turn = 0, running = 0;
  std::string wrong;
  const weft_sched_services *services = nullptr;
  // Of all instances.
  static inline std::atomic<uint64_t> asked{0}, held{0}, most_running{0};

  static void enroll() {
    static const weft_status once = weft_sched_register(&table());
    (void)once;
    asked = held = most_running = 0;
  }
  static weft_status create(const weft_sched_config *config, void **out) {
    auto *s = new Holding;
    s->services = config->services;
    for (size_t i = 0; i < config->param_count; ++i) {
      std::string key = config->params[i].key, value = config->params[i].value;
      if (key == "wrong")
        s->wrong = value;
      else
        (key == "every" ? s->every : key == "turn" ? s->turn : s->limit) = std::stoull(value);
    }
    if (s->wrong == "parallel")
      config->table->flags |= WEFT_SCHED_PARALLEL;
    if (s->wrong != "pick_many")
      config->table->pick_many = nullptr;
    *out = s;
    return WEFT_OK;
  }
  static void destroy(void *self) { delete static_cast<Holding *>(self); }
  static void ready(void *self, weft_ent_list *list, weft_worker *, weft_why) {
    for (weft_ent *e = list->head; e; e = e->next)
      static_cast<Holding *>(self)->queue.push_back(e);
  }
  static weft_ent *pick(void *self, weft_worker *, uint64_t now, weft_slice *slice) {
    auto *s = static_cast<Holding *>(self);
    asked++;
    if (s->wrong == "empty" && s->queue.empty())
      slice->hold = WEFT_HOLD_TURN;
    if (s->queue.empty())
      return nullptr;
    if (!s->wrong.empty()) {
      slice->hold = s->wrong == "ran" ? uint32_t{WEFT_HOLD_RAN} : s->wrong == "unknown" ? 9u : s->wrong == "empty" ? 0u : uint32_t{WEFT_HOLD_NS};
      slice->ns = s->wrong == "never" ? UINT64_MAX : s->wrong == "parallel" || s->wrong == "pick_many" ? 1 : 0;
    }
    if (uint64_t turn = s->services->turn(s->services->runtime); turn != s->this_turn) {
      s->this_turn = turn;
      s->picked_in_turn = 0;
    }
    if (s->limit && s->running == s->limit)
      slice->hold = WEFT_HOLD_RAN;
    else if (s->turn && s->picked_in_turn == s->turn)
      slice->hold = WEFT_HOLD_TURN;
    else if (s->every && now < s->next_at)
      slice->hold = WEFT_HOLD_NS, slice->ns = s->next_at - now;
    if (slice->hold) {
      held++;
      return nullptr;
    }
    s->next_at = now + s->every;
    s->picked_in_turn++;
    if (++s->running > most_running)
      most_running = s->running;
    weft_ent *e = s->queue.front();
    s->queue.pop_front();
    return e;
  }
  static size_t pick_many(void *, weft_worker *, uint64_t, weft_ent **, size_t) { return 0; }
  static void ran(void *self, weft_worker *, weft_ent *, weft_outcome, uint64_t) { static_cast<Holding *>(self)->running--; }
  static void snapshot(void *self, void (*visit)(void *arg, const weft_ent *ent), void *arg) {
    for (weft_ent *e : static_cast<Holding *>(self)->queue)
      visit(arg, e);
  }
  static const weft_sched_ops &table() {
    static const weft_sched_ops ops = [] {
      weft_sched_ops o = {};
      o.size = sizeof o;
      o.abi = WEFT_ABI;
      o.name = "holding";
      o.create = create;
      o.destroy = destroy;
      o.ready = ready;
      o.pick = pick;
      o.ran = ran;
      o.snapshot = snapshot;
      o.pick_many = pick_many;
      return o;
    }();
    return ops;
  }
};

#endif
