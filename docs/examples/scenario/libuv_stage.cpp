// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The stage on libuv: a loop that somebody else runs. Events are its timers, and what it does of its own a check handle's callback,
// once in each iteration.
#include "stage.h"
#include "weft/hosts/libuv.h"

#include <deque>
#include <uv.h>

namespace play {
namespace {

class LibuvStage : public Stage {
public:
  LibuvStage() : made_(uv_loop_init(&loop_)) {}

  ~LibuvStage() override {
    if (made_ != 0)
      return;
    if (host_) {
      weft_uv_host_attach(host_, nullptr); // its runtime is gone
      weft_uv_host_close(host_, WEFT_SHUTDOWN_WAIT, nullptr, nullptr);
    }
    uv_run(&loop_, UV_RUN_DEFAULT); // closes what is to be closed
    expect(uv_loop_close(&loop_) == 0, "the loop is free again");
  }

  weft_status make_runtime(char *error, size_t size) override {
    it = this;
    if (made_ != 0) // libuv's errors are errno's
      return made_;
    if (weft_status failed = weft_uv_host_new(&loop_, &host_); failed != WEFT_OK)
      return failed;
    const weft_budget budget = {.ns = 16000000, .picks = 0, .reserved = 0, .until = 0};
    weft_uv_host_budget(host_, &budget);
    host_work = [] { return it->iterations_; };
    weft_runtime_config config = {};
    config.size = sizeof config;
    config.host = weft_uv_host_ops();
    config.host_self = host_;
    weft_status status = weft_runtime_create(&config, &rt, error, size);
    if (status == WEFT_OK)
      weft_uv_host_attach(host_, rt);
    return status;
  }

  void run(std::vector<Event> events) override {
    events_.assign(events.begin(), events.end());
    uv_timer_init(&loop_, &timer_);
    uv_check_init(&loop_, &own_work_);
    uv_check_start(&own_work_, [](uv_check_t *) { ++it->iterations_; });
    uv_unref(reinterpret_cast<uv_handle_t *>(&own_work_));
    start_next();
    uv_run(&loop_, UV_RUN_DEFAULT); // ends when no event is left and no task lives
    uv_close(reinterpret_cast<uv_handle_t *>(&timer_), nullptr);
    uv_close(reinterpret_cast<uv_handle_t *>(&own_work_), nullptr);
    uv_run(&loop_, UV_RUN_DEFAULT);
  }

private:
  void start_next() {
    if (!events_.empty())
      uv_timer_start(&timer_, [](uv_timer_t *) { it->bring(); }, events_.front().after_ms, 0);
  }

  void bring() {
    auto fn = events_.front().fn;
    events_.pop_front();
    start_next();
    fn();
  }

  static inline LibuvStage *it;
  uv_loop_t loop_;
  const int made_; // 0, or why not
  uv_timer_t timer_;
  uv_check_t own_work_;
  weft_uv_host *host_ = nullptr;
  std::deque<Event> events_;
  uint64_t iterations_ = 0;
};

} // namespace

Stage *libuv_stage() { return new LibuvStage; }

} // namespace play
