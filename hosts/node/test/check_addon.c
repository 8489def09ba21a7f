/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* weft-host-check in Node, on Node's loop: the addon of check.js, check(case) for one case, or the list of their names. It is the
 * adapter of libuv's host (libuv_check.c) on the loop that is there. JavaScript waits in it while it runs that loop. */
#include "weft/host_check.h"

#include <node_api.h>
#include <stdio.h>
#include <uv.h>

extern uv_loop_t *weft_uv_check_loop;

static napi_value text(napi_env env, const char *of) {
  napi_value v;
  napi_create_string_utf8(env, of, NAPI_AUTO_LENGTH, &v);
  return v;
}

static napi_value check(napi_env env, napi_callback_info info) {
  napi_value arg, all;
  size_t count = 1;
  char which[100], name[200];
  napi_get_cb_info(env, info, &count, &arg, NULL, NULL);
  napi_create_array(env, &all);
  if (count == 0) {
    for (size_t i = 0; i < weft_host_check_cases(); ++i) {
      const weft_host_check_case *c = weft_host_check_case_at(i);
      snprintf(name, sizeof name, "%s/%s", c->rule, c->name);
      napi_set_element(env, all, (uint32_t)i, text(env, name));
    }
    return all;
  }
  napi_get_value_string_utf8(env, arg, which, sizeof which, NULL);
  napi_get_uv_event_loop(env, &weft_uv_check_loop);
  weft_host_check_result result = {.size = sizeof result};
  weft_status status = weft_host_check_run(weft_host_check_plugin(), "", which, 1, 0, 60, &result);
  const char *verdicts[] = {"passed", "FAILED", "SKIPPED"};
  napi_set_element(env, all, 0, text(env, status == WEFT_OK ? verdicts[result.verdict] : "FAILED"));
  napi_set_element(env, all, 1, text(env, status == WEFT_OK ? result.text : weft_status_text(status)));
  return all;
}

NAPI_MODULE_INIT() {
  napi_value fn;
  napi_create_function(env, "check", NAPI_AUTO_LENGTH, check, NULL, &fn);
  napi_set_named_property(env, exports, "check", fn);
  return exports;
}
