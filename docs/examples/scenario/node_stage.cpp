// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The stage in Node: an addon, whose loop is JavaScript's. on_node.js brings the events by its timers, works between turns by
// setImmediate, and ends an act when Node has nothing left to do.
#include "play.h"
#include "weft/hosts/node.h"

#include <cstdio>

using namespace play;

namespace {

Play the_play;
uint64_t worked;

uint32_t argument(napi_env env, napi_callback_info info, size_t index) {
  napi_value values[2] = {};
  size_t count = 2;
  uint32_t value = 0;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  napi_get_value_uint32(env, values[index], &value);
  return value;
}

napi_value number(napi_env env, uint32_t n) {
  napi_value value = nullptr;
  napi_create_uint32(env, n, &value);
  return value;
}

// play(name): how many acts it has.
napi_value start(napi_env env, napi_callback_info info) {
  napi_value name_value = nullptr;
  size_t count = 1, length = 0;
  char name[32] = "", error[256] = "";
  napi_get_cb_info(env, info, &count, &name_value, nullptr, nullptr);
  napi_get_value_string_utf8(env, name_value, name, sizeof name, &length);
  const auto *make = find(name);
  if (!make) {
    napi_throw_error(env, nullptr, ("a play is one of " + names()).c_str());
    return nullptr;
  }
  weft_node *node = nullptr;
  if (weft_status failed = weft_node_open(env, nullptr, &node, error, sizeof error); failed != WEFT_OK) {
    napi_throw_error(env, nullptr, error[0] ? error : weft_status_text(failed));
    return nullptr;
  }
  const weft_budget budget = {.ns = 16000000, .picks = 0, .reserved = 0, .until = 0};
  weft_uv_host_budget(weft_node_host(node), &budget);
  rt = weft_node_runtime(node);
  host_work = [] { return worked; };
  the_play = (*make)();
  if (!the_play.title.empty())
    printf("-- %s --\n", the_play.title.c_str());
  return number(env, static_cast<uint32_t>(the_play.acts.size()));
}

// begin(act): after how many milliseconds its events come, each after the one before.
napi_value begin(napi_env env, napi_callback_info info) {
  const Act &act = the_play.acts.at(argument(env, info, 0));
  napi_value delays = nullptr;
  napi_create_array(env, &delays);
  for (uint32_t i = 0; i < act.events.size(); ++i)
    napi_set_element(env, delays, i, number(env, act.events[i].after_ms));
  if (!act.title.empty())
    printf("%s\n", act.title.c_str());
  act.begin();
  return delays;
}

napi_value event(napi_env env, napi_callback_info info) {
  the_play.acts.at(argument(env, info, 0)).events.at(argument(env, info, 1)).fn();
  return nullptr;
}

// end(act): how much was unexpected so far.
napi_value end(napi_env env, napi_callback_info info) {
  the_play.acts.at(argument(env, info, 0)).end();
  fflush(stdout);
  return number(env, static_cast<uint32_t>(failures));
}

napi_value work(napi_env, napi_callback_info) {
  ++worked;
  return nullptr;
}

} // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"play", nullptr, start, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"begin", nullptr, begin, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"event", nullptr, event, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"end", nullptr, end, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"work", nullptr, work, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}
