/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A fifo that writes down what the runtime asks of it: "NAME ready task 3 wake", "NAME pick task
// 3", "NAME ran task 3 parked". Registered once as "recording", parameter name=NAME.
#ifndef WEFT_TEST_RECORDING_SCHEDULER_H
#define WEFT_TEST_RECORDING_SCHEDULER_H

#include "weft/scheduler.h"

#include <deque>
#include <string>
#include <vector>

struct Recording {
  static std::vector<std::string> &log() {
    static std::vector<std::string> lines;
    return lines;
  }
  static std::vector<std::string> take() {
    auto lines = std::move(log());
    log().clear();
    return lines;
  }
  static void enroll() {
    static const weft_status once = weft_sched_register(&table());
    (void)once;
  }

  static int &workers() { // that entered and have not left
    static int count = 0;
    return count;
  }
  // Where `ready` ran last.
  static char *&ready_frame() {
    static char *frame = nullptr;
    return frame;
  }

  std::string name = "?";
  std::deque<weft_ent *> queue;
  weft_status refuse = WEFT_OK; // what admit answers
  uint32_t slice = 0;           // picks for a child

  static std::string text(const weft_ent *e) {
    return (e->kind == WEFT_ENT_TASK ? "task " : "domain ") + std::to_string(e->id);
  }
  void note(const std::string &what) { log().push_back(name + " " + what); }

  static weft_status create(const weft_sched_config *config, void **out) {
    auto *s = new Recording;
    for (size_t i = 0; i < config->param_count; ++i) {
      std::string key = config->params[i].key;
      if (key == "name")
        s->name = config->params[i].value;
      else if (key == "refuse")
        s->refuse = std::stoi(config->params[i].value);
      else if (key == "slice")
        s->slice = static_cast<uint32_t>(std::stoul(config->params[i].value));
    }
    *out = s;
    return WEFT_OK;
  }
  static void destroy(void *self) {
    static_cast<Recording *>(self)->note("destroy");
    delete static_cast<Recording *>(self);
  }
  static void stop(void *self) { static_cast<Recording *>(self)->note("stop"); }
  static weft_status admit(void *self, weft_ent *e, const weft_ent_attr *attr) {
    auto *s = static_cast<Recording *>(self);
    s->note("admit " + text(e) + " priority " + std::to_string(attr->priority));
    return s->refuse;
  }
  static void retire(void *self, weft_ent *e) {
    static_cast<Recording *>(self)->note("retire " + text(e));
  }
  static void ready(void *self, weft_ent_list *list, weft_worker *from, weft_why why) {
    static const char *const names[] = {"new",   "wake",   "yield", "preempt",
                                        "timer", "cancel", "child"};
    auto *s = static_cast<Recording *>(self);
    ready_frame() = static_cast<char *>(__builtin_frame_address(0));
    for (weft_ent *e = list->head; e; e = e->next) {
      s->queue.push_back(e);
      s->note("ready " + text(e) + " " + names[why] + (from ? "" : " foreign"));
    }
  }
  static weft_ent *pick(void *self, weft_worker *, uint64_t, weft_slice *slice) {
    auto *s = static_cast<Recording *>(self);
    if (s->queue.empty())
      return nullptr;
    weft_ent *e = s->queue.front();
    s->queue.pop_front();
    s->note("pick " + text(e));
    slice->picks = s->slice;
    return e;
  }
  static void ran(void *self, weft_worker *, weft_ent *e, weft_outcome outcome, uint64_t) {
    static const char *const names[] = {"yielded", "parked", "done", "preempted", "empty"};
    static_cast<Recording *>(self)->note("ran " + text(e) + " " + names[outcome]);
  }
  static const weft_sched_ops &table() {
    static const weft_sched_ops ops = [] {
      weft_sched_ops o = {};
      o.size = sizeof o;
      o.abi = WEFT_ABI;
      o.name = "recording";
      o.create = create;
      o.destroy = destroy;
      o.stop = stop;
      o.worker_enter = [](void *, weft_worker *) -> weft_status { return workers()++, WEFT_OK; };
      o.worker_leave = [](void *, weft_worker *) { workers()--; };
      o.admit = admit;
      o.retire = retire;
      o.ready = ready;
      o.pick = pick;
      o.ran = ran;
      return o;
    }();
    return ops;
  }
};

#endif
