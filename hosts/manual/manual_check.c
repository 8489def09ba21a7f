/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The host of manual.h for weft-host-check: its owner turns as long as there is a reason, and else moves the clock to the next deadline. */
#include "weft/host_check.h"
#include "weft/hosts/manual.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static _Thread_local struct {
  void *host;
  weft_runtime *rt;
} attached[8];

static weft_runtime **runtime_of(void *host) {
  for (int i = 0; i < 8; ++i)
    if (attached[i].host == host || !attached[i].host) {
      attached[i].host = host;
      return &attached[i].rt;
    }
  return NULL;
}

static weft_status make(const char *params, void **host, char *error, size_t error_size) {
  if (params[0]) {
    snprintf(error, error_size, "'%s': it takes no parameters", params);
    return WEFT_E_INVAL;
  }
  *host = weft_manual_host_new();
  return *host ? WEFT_OK : WEFT_E_NOMEM;
}

static void attach(void *host, weft_runtime *rt) { *runtime_of(host) = rt; }

static int run(void *host, int (*until)(void *arg), void *arg) {
  const weft_budget budget = {.picks = 256};
  int more = 0;
  while (!until(arg)) {
    weft_runtime *rt = *runtime_of(host);
    if (rt && (weft_manual_take_post(host) || more || weft_manual_armed(host) <= weft_manual_now(host))) {
      more = weft_turn(rt, &budget).more != 0;
    } else {
      usleep(50); /* others may post */
      if (weft_manual_armed(host) != WEFT_NEVER)
        weft_manual_advance(host, weft_manual_armed(host) - weft_manual_now(host));
    }
  }
  return 1;
}

static void destroy(void *host) {
  for (int i = 0; i < 8; ++i)
    if (attached[i].host == host)
      attached[i].host = NULL;
  weft_manual_host_free(host);
}

const weft_host_check_adapter *weft_manual_host_check(void);
const weft_host_check_adapter *weft_manual_host_check(void) {
  static weft_host_check_adapter adapter = {.size = sizeof adapter,
                                            .abi = WEFT_ABI,
                                            .name = "manual",
                                            .flags = WEFT_HOST_CHECK_SIGNALS | WEFT_HOST_CHECK_VIRTUAL_TIME | WEFT_HOST_CHECK_ALONE,
                                            .make = make,
                                            .attach = attach,
                                            .run = run,
                                            .destroy = destroy};
  adapter.ops = weft_manual_host_ops();
  return &adapter;
}
