// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A stage is a host on which a play is played: it makes the runtime and has a loop of its own, which brings the events.
#pragma once

#include "play.h"

namespace play {

class Stage {
public:
  virtual ~Stage() = default; // after the runtime
  virtual weft_status make_runtime(char *error, size_t size) = 0; // play::rt
  virtual void run(std::vector<Event> events) = 0;                // until they have come and no guest is left
};

Stage *epoll_stage();
Stage *manual_stage();
#ifdef SCENARIO_LIBUV
Stage *libuv_stage();
constexpr const char *kStages = "epoll|manual|libuv";
#else
constexpr const char *kStages = "epoll|manual";
#endif

} // namespace play
