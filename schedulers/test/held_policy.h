// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A plug-in that wraps another one and holds back, driven by its table in virtual time: the test is the runtime.
#pragma once

#include "weft/scheduler.h"

#include <catch2/catch.hpp>

#include <deque>
#include <dlfcn.h>
#include <string>
#include <vector>

inline const weft_sched_ops *plugin_table(const std::string &path) {
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return nullptr;
  auto plugin = reinterpret_cast<weft_sched_plugin_fn>(dlsym(library, WEFT_SCHED_SYMBOL));
  return plugin ? plugin() : nullptr;
}

class HeldPolicy {
public:
  using Params = std::vector<weft_sched_param>;
  explicit HeldPolicy(const char *name, Params params, uint32_t workers = 4) {
    const weft_sched_ops *table = plugin_table(std::string(WEFT_PLUGINS "/weft-sched-") + name + ".so");
    REQUIRE(table);
    ops = *table;
    services.size = sizeof services;
    services.abi = WEFT_ABI;
    services.runtime = this;
    services.log = [](void *, const char *) {};
    services.worker_index = [](const weft_worker *w) { return *reinterpret_cast<const uint32_t *>(w); };
    services.turn = [](void *self) { return static_cast<HeldPolicy *>(self)->turn; };
    services.find = [](void *, const char *name, const weft_sched_ops **out, char *, size_t) -> weft_status {
      *out = plugin_table(std::string(WEFT_PLUGINS "/weft-sched-") + name + ".so");
      return *out ? WEFT_OK : WEFT_E_NOTFOUND;
    };
    for (uint32_t i = 0; i < workers; ++i)
      seats.push_back(i);
    weft_sched_config config = {};
    config.size = sizeof config;
    config.workers = workers;
    config.services = &services;
    config.params = params.data();
    config.param_count = params.size();
    config.error = error;
    config.error_size = sizeof error;
    config.table = &ops;
    status = ops.create(&config, &self);
    for (uint32_t i = 0; status == WEFT_OK && ops.worker_enter && i < workers; ++i)
      ops.worker_enter(self, worker(i));
  }
  ~HeldPolicy() {
    if (status == WEFT_OK)
      ops.destroy(self);
  }
  HeldPolicy(const HeldPolicy &) = delete;

  weft_worker *worker(uint32_t i) { return reinterpret_cast<weft_worker *>(&seats[i]); }
  weft_ent *ready(int32_t priority = 0) {
    weft_ent *e = &ents.emplace_back();
    e->id = ents.size();
    weft_ent_attr attr = {};
    attr.size = sizeof attr;
    attr.priority = priority;
    attr.deadline_ns = UINT64_MAX;
    attr.weight = 1;
    if (ops.admit)
      REQUIRE(ops.admit(self, e, &attr) == WEFT_OK);
    again(e, WEFT_WHY_NEW);
    return e;
  }
  void again(weft_ent *e, weft_why why = WEFT_WHY_YIELD) {
    e->next = nullptr;
    weft_ent_list one = {e, e, 1};
    ops.ready(self, &one, worker(0), why);
  }
  weft_ent *pick(uint32_t w = 0) {
    slice = {};
    return ops.pick(self, worker(w), now, &slice);
  }
  void ran(weft_ent *e, uint64_t ns = 0, weft_outcome outcome = WEFT_RAN_YIELDED) { ops.ran(self, worker(0), e, outcome, ns); }
  // Picks as a runtime would, one at a time, each of which takes `ns` and yields, till `end`; answers at which times.
  std::vector<uint64_t> run_until(uint64_t end, uint64_t ns) {
    std::vector<uint64_t> at;
    while (now < end) {
      if (weft_ent *e = pick()) {
        at.push_back(now);
        now += ns;
        ran(e, slice.ns ? ns : 0); // as the runtime: measured where the slice has a limit
        again(e);
      } else if (slice.hold == WEFT_HOLD_NS && slice.ns != 0) {
        now += slice.ns;
      } else {
        break;
      }
    }
    return at;
  }

  weft_sched_ops ops = {};
  void *self = nullptr;
  weft_status status;
  char error[256] = "";
  uint64_t now = 1'000'000'000, turn = 1;
  weft_slice slice = {};
  std::deque<weft_ent> ents;
  std::vector<uint32_t> seats;
  weft_sched_services services = {};
};
