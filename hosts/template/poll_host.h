// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The adapter for a loop of poll(2), as the loop sees it: two descriptors more to poll, and two calls in each iteration.
#pragma once

#include <poll.h>
#include <pthread.h>
#include <weft/host.h>

typedef struct poll_host {
  pthread_t thread;  // the loop's
  int posted, edges; // see poll_host.c
  uint64_t deadline; // that was armed
  int held;          // is not 0: the loop must not end
  int more;          // the last turn left something ready
  weft_runtime *rt;  // whose turns it gives: after weft_runtime_create; NULL after weft_runtime_destroy
} poll_host;

extern const weft_host_ops poll_host_ops; // a poll_host is their `host`

int poll_host_open(poll_host *host); // 0, or -1 and errno
void poll_host_close(poll_host *host); // after its runtime was destroyed

// Before poll(2): fills in two of its descriptors, and answers its timeout. `own` is when the program has something to do itself, on
// CLOCK_MONOTONIC; WEFT_NEVER.
int poll_host_prepare(poll_host *host, struct pollfd fds[2], uint64_t own);
// After it, and after what was due of the program's own: tells what happened, and gives a turn where there is a reason for one.
void poll_host_serve(poll_host *host, uint64_t own);
