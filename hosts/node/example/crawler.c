// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// An addon whose tasks work beside a Node program (program.js): each visits pages one after another, and getting a page is JavaScript's,
// a function that answers a promise. The loop that waits for it is three calls in a row, where a callback would be a state machine.
// docs/hosts.md walks through it.
#include <stdio.h>
#include <stdlib.h>
#include <weft/hosts/node.h>

typedef struct visit {
  weft_node *node;
  napi_ref fetch; // in an array: fetch(page), a promise for its length
  uint32_t pages, page;
  double bytes;
  weft_node_wait *wait;
} visit;

// --- Where JavaScript may be called ---------------------------------------------------------------

static weft_status ask(napi_env env, void *arg) {
  visit *v = arg;
  napi_value fetch, undefined, page, promise;
  napi_get_reference_value(env, v->fetch, &fetch);
  napi_get_undefined(env, &undefined);
  napi_create_uint32(env, v->page, &page);
  if (napi_call_function(env, undefined, fetch, 1, &page, &promise) != napi_ok)
    return WEFT_E_INVAL; // an exception is pending, which says more
  return weft_node_listen(v->node, promise, &v->wait);
}

static weft_status take(napi_env env, void *arg) {
  visit *v = arg;
  napi_value length;
  double bytes = 0;
  weft_node_result(v->wait, &length);
  napi_get_value_double(env, length, &bytes);
  v->bytes += bytes;
  return WEFT_OK;
}

static napi_value total(napi_env env, void *arg) { // what the task's promise is resolved with
  visit *v = arg;
  napi_value bytes = NULL;
  if (env) { // else the program has ended
    napi_create_double(env, v->bytes, &bytes);
    napi_delete_reference(env, v->fetch);
  }
  free(v);
  return bytes;
}

// --- The task -------------------------------------------------------------------------------------

static weft_status crawl(weft_node_run *run, void *arg) {
  visit *v = arg;
  weft_status status = WEFT_OK;
  weft_node_answer(run, total, v);
  for (v->page = 1; v->page <= v->pages && status == WEFT_OK; ++v->page) {
    v->wait = NULL;
    status = weft_node_call(v->node, ask, v);
    if (status == WEFT_OK)
      status = weft_node_await(v->wait, WEFT_NEVER); // parks this task; Node goes on
    if (status == WEFT_OK)
      status = weft_node_call(v->node, take, v);
    weft_node_forget(v->wait);
  }
  return status;
}

// --- What the program calls: crawl(pages, fetch, signal), a promise for all pages' bytes ------------

static napi_value js_crawl(napi_env env, napi_callback_info info) {
  napi_value args[3] = {NULL}, promise = NULL;
  size_t count = 3;
  char error[256] = "";
  visit *v = calloc(1, sizeof *v);
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  if (!v || weft_node_open(env, NULL, &v->node, error, sizeof error) != WEFT_OK ||
      napi_get_value_uint32(env, args[0], &v->pages) != napi_ok || napi_create_reference(env, args[1], 1, &v->fetch) != napi_ok) {
    free(v);
    napi_throw_error(env, NULL, error[0] ? error : "crawl(pages, fetch, signal)");
    return NULL;
  }
  weft_status status = weft_node_spawn(v->node, crawl, v, NULL, args[2], &promise);
  if (status != WEFT_OK) { // no task has it
    napi_delete_reference(env, v->fetch);
    free(v);
    if (status != WEFT_E_CANCELLED)
      napi_throw_error(env, NULL, weft_status_text(status));
  }
  return promise;
}

NAPI_MODULE_INIT() {
  napi_value fn;
  napi_create_function(env, "crawl", NAPI_AUTO_LENGTH, js_crawl, NULL, &fn);
  napi_set_named_property(env, exports, "crawl", fn);
  return exports;
}
