// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The stage whose host is moved by hand: time passes when somebody says so.
#include "stage.h"
#include "weft/hosts/manual.h"

namespace play {
namespace {

class ManualStage : public Stage {
public:
  ~ManualStage() override { weft_manual_host_free(host_); }

  weft_status make_runtime(char *error, size_t size) override {
    it = this;
    host_ = weft_manual_host_new();
    if (!host_)
      return WEFT_E_NOMEM;
    host_work = [] { return it->turns_; };
    work_for = [](uint64_t ns) { weft_manual_advance(it->host_, ns); };
    return weft_manual_runtime(host_, nullptr, &rt, error, size);
  }

  void run(std::vector<Event> events) override {
    turns();
    for (const Event &event : events) {
      pass(weft_manual_now(host_) + event.after_ms * 1000000ull);
      event.fn();
      turns();
    }
    pass(WEFT_NEVER);
  }

private:
  void turns() {
    const weft_budget budget = {.ns = 16000000, .picks = 0, .reserved = 0, .until = 0}; // then its own work
    bool more = true;
    while (more || weft_manual_take_post(host_) || weft_manual_armed(host_) <= weft_manual_now(host_)) {
      ++turns_; // what else there is to do for such a loop
      more = weft_turn(rt, &budget).more != 0;
    }
  }

  // Up to then, from one of the runtime's timers to the next, or until there is none.
  void pass(uint64_t until) {
    for (uint64_t next; (next = weft_manual_armed(host_)) != WEFT_NEVER && next <= until; turns())
      if (uint64_t now = weft_manual_now(host_); now < next)
        weft_manual_advance(host_, next - now);
    if (uint64_t now = weft_manual_now(host_); until != WEFT_NEVER && now < until)
      weft_manual_advance(host_, until - now);
  }

  static inline ManualStage *it;
  weft_manual_host *host_ = nullptr;
  uint64_t turns_ = 0;
};

} // namespace

Stage *manual_stage() { return new ManualStage; }

} // namespace play
