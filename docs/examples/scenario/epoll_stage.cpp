// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The stage on epoll: Weft's own loop, driven from here, with timers of our own; what they bring comes between turns.
#include "stage.h"
#include "weft/hosts/epoll.h"

#include <algorithm>
#include <deque>

namespace play {
namespace {

class EpollStage : public Stage {
public:
  ~EpollStage() override { weft_epoll_host_free(host_); }

  weft_status make_runtime(char *error, size_t size) override {
    it = this;
    if (weft_status failed = weft_epoll_host_new(&host_); failed != WEFT_OK)
      return failed;
    host_work = [] { return it->blocked_; };
    weft_runtime_config config = {};
    config.size = sizeof config;
    config.host = ops_;
    config.host_self = host_;
    weft_status status = weft_runtime_create(&config, &rt, error, size);
    if (status == WEFT_OK)
      weft_epoll_host_attach(host_, rt);
    return status;
  }

  void run(std::vector<Event> events) override {
    events_.assign(events.begin(), events.end());
    start_next();
    const weft_budget budget = {.ns = 16000000, .picks = 0, .reserved = 0, .until = 0};
    for (;;) { // weft_run, but for the length of a turn and the end
      weft_turn_result turn = weft_turn(rt, &budget);
      if (turn.live == 0 && events_.empty())
        return;
      block(turn.more ? 0 : turn.next_deadline);
    }
  }

private:
  void start_next() { due_ = events_.empty() ? WEFT_NEVER : ops_->now(host_) + events_.front().after_ms * 1000000ull; }

  void block(uint64_t deadline) {
    ++blocked_;
    ops_->block(host_, std::min(deadline, due_));
    if (due_ == WEFT_NEVER || ops_->now(host_) < due_)
      return;
    auto fn = events_.front().fn;
    events_.pop_front();
    start_next();
    fn();
  }

  static inline EpollStage *it;
  weft_epoll_host *host_ = nullptr;
  const weft_host_ops *ops_ = weft_epoll_host_ops();
  std::deque<Event> events_;
  uint64_t due_ = WEFT_NEVER, blocked_ = 0;
};

} // namespace

Stage *epoll_stage() { return new EpollStage; }

} // namespace play
