// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The host of node.h: libuv's, on the loop that Node has, and what promises are to tasks and tasks to promises.
//
// Where JavaScript runs: only on the thread's own stack. A task gets there by weft_call_native; what a task has left to be told to
// JavaScript (that it ended) waits for the end of the turn, when no task's stack is in between and the loop's own is shallow.
// Each entry is a handle scope and a callback scope, whose end runs microtasks and nextTicks as after any callback of Node's.
//
// What JavaScript holds of us is a number, never an address: a callback whose wait or run is gone finds nothing and returns. So a
// promise that settles late, or never, holds no memory but its own, and no finalizer has to come in time.
//
// Rejected: napi_wrap'd waits (alive until a collection, which may be never); settling promises from the ending task (JavaScript
// in the middle of a turn, and a microtask that ends the process under a task's feet); uv symbols of another libuv (there is
// one loop, Node's: its library exports what is needed).
#ifndef NAPI_VERSION
#define NAPI_VERSION 8
#endif
#include "weft/hosts/node.h"
#include "weft/lowered.h"

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>
#include <uv.h>
#include <vector>

namespace {

constexpr uint64_t kGrace = 1000; // ms for tasks to end in when the env ends

// What a wait or a run keeps of JavaScript: a value of any type.
struct Kept {
  napi_ref ref = nullptr;
  void keep(napi_env env, napi_value value) {
    drop(env);
    napi_value holder; // references are to objects only
    if (napi_create_array_with_length(env, 1, &holder) == napi_ok && napi_set_element(env, holder, 0, value) == napi_ok)
      napi_create_reference(env, holder, 1, &ref);
  }
  napi_value get(napi_env env) const {
    napi_value holder, value = nullptr;
    if (!ref || napi_get_reference_value(env, ref, &holder) != napi_ok || napi_get_element(env, holder, 0, &value) != napi_ok)
      napi_get_undefined(env, &value);
    return value;
  }
  void drop(napi_env env) {
    if (ref)
      napi_delete_reference(env, std::exchange(ref, nullptr));
  }
};

} // namespace

struct weft_node_wait {
  weft_node *node; // null: its env has ended
  uint64_t id;
  weft_token token = 0; // a task waits
  bool settled = false;
  weft_status status = WEFT_OK;
  Kept kept;
};

struct weft_node_run {
  weft_node *node;
  uint64_t id;
  weft_node_body body;
  void *arg;
  weft_task task = 0;
  napi_deferred deferred = nullptr;
  weft_status status = WEFT_E_CLOSED;
  weft_status reason_status = WEFT_OK; // with which `reason` came
  Kept reason, signal, on_abort;
  bool aborted = false;
  std::string text; // of a C++ exception
  napi_value (*answer)(napi_env env, void *arg) = nullptr;
  void *answer_arg = nullptr;
};

struct weft_node {
  napi_env env;
  uv_loop_t *loop;
  weft_uv_host *host = nullptr;
  weft_runtime *rt = nullptr;
  weft_domain *here = nullptr; // bound to the env's thread, where there are several workers
  napi_ref resource = nullptr;
  napi_async_context context = nullptr;
  napi_async_cleanup_hook_handle hook = nullptr;
  bool closing = false;
  uv_timer_t grace;
  bool left = false; // tasks did not end in time
  uint64_t next_id = 1;
  std::unordered_map<uint64_t, weft_node_wait *> waits;
  std::unordered_map<uint64_t, weft_node_run *> runs;
  std::unordered_map<weft_task, weft_node_run *> tasks;
  std::mutex ended_lock; // the one thing that tasks on other threads change
  std::vector<weft_node_run *> ended;
  void (*on_end)(void *arg, uint64_t abandoned) = nullptr;
  void *on_end_arg = nullptr;
};

namespace {

// Never destroyed: the process may end in the middle of JavaScript.
struct Envs {
  std::mutex lock;
  std::unordered_map<napi_env, weft_node *> all;
};
Envs &envs() {
  static Envs *e = new Envs;
  return *e;
}

bool on_loop(const weft_node *n) { return weft_uv_host_ops()->on_loop(n->host) != 0; }

// The thread's own stack, where alone JavaScript runs. A task's is another one, and so is that of whatever continues.
bool on_thread_stack() { return weft_current()->parent == nullptr; }

// What takes or gives values may be called.
bool may_use_values(const weft_node *n) { return n && on_loop(n) && on_thread_stack(); }

void *to_data(uint64_t id) { return reinterpret_cast<void *>(static_cast<uintptr_t>(id)); }
uint64_t to_id(void *data) { return reinterpret_cast<uintptr_t>(data); }

// --- Values ------------------------------------------------------------------------------------------

napi_value text_of(napi_env env, const char *text) {
  napi_value v = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &v);
  return v;
}

napi_value member(napi_env env, napi_value object, const char *name) {
  napi_value v = nullptr;
  if (napi_get_named_property(env, object, name, &v) != napi_ok)
    return nullptr;
  return v;
}

bool is(napi_env env, napi_value value, napi_valuetype type) {
  napi_valuetype t;
  return value && napi_typeof(env, value, &t) == napi_ok && t == type;
}

// An exception that a getter or a proxy threw meanwhile is nobody's.
void forget_exception(napi_env env) {
  bool pending = false;
  napi_value ignored;
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending)
    napi_get_and_clear_last_exception(env, &ignored);
}

// Node's system errors have a negative errno, as statuses are.
weft_status status_of(napi_env env, napi_value reason) {
  double number = 0;
  weft_status status = WEFT_NODE_E_REJECTED;
  if (is(env, reason, napi_object)) {
    napi_value n = member(env, reason, "errno");
    if (is(env, n, napi_number) && napi_get_value_double(env, n, &number) == napi_ok && number <= -1 && number >= -4095)
      status = static_cast<weft_status>(number);
  }
  forget_exception(env);
  return status;
}

std::string name_of(weft_status status) {
  static const std::pair<weft_status, const char *> names[] = {
      {WEFT_E_NOMEM, "WEFT_E_NOMEM"},       {WEFT_E_INVAL, "WEFT_E_INVAL"},   {WEFT_E_STALE, "WEFT_E_STALE"},
      {WEFT_E_CLOSED, "WEFT_E_CLOSED"},     {WEFT_E_BUSY, "WEFT_E_BUSY"},     {WEFT_E_AGAIN, "WEFT_E_AGAIN"},
      {WEFT_E_TIMEOUT, "WEFT_E_TIMEOUT"},   {WEFT_E_ABI, "WEFT_E_ABI"},       {WEFT_E_DEADLOCK, "WEFT_E_DEADLOCK"},
      {WEFT_E_NOTASK, "WEFT_E_NOTASK"},     {WEFT_E_LIMIT, "WEFT_E_LIMIT"},   {WEFT_E_NOTFOUND, "WEFT_E_NOTFOUND"},
      {WEFT_NODE_E_REJECTED, "ERR_REJECTED"}};
  for (auto &[value, name] : names)
    if (value == status)
      return name;
  if (status < 0 && status >= -4095)
    return uv_err_name(status);
  return "WEFT_E_" + std::to_string(status);
}

napi_value error_of(napi_env env, weft_status status, const char *text) {
  const bool abort = status == WEFT_E_CANCELLED;
  napi_value error = nullptr, number;
  napi_create_error(env, text_of(env, abort ? "ABORT_ERR" : name_of(status).c_str()), text_of(env, text ? text : weft_status_text(status)), &error);
  if (abort)
    napi_set_named_property(env, error, "name", text_of(env, "AbortError"));
  if (napi_create_int32(env, status, &number) == napi_ok)
    napi_set_named_property(env, error, "status", number);
  return error;
}

// --- Entering JavaScript -----------------------------------------------------------------------------

class Entered {
public:
  explicit Entered(weft_node *n) : env_(n->env) {
    if (napi_open_handle_scope(env_, &handles_) != napi_ok) {
      handles_ = nullptr;
      return;
    }
    napi_value resource;
    if (napi_get_reference_value(env_, n->resource, &resource) != napi_ok ||
        napi_open_callback_scope(env_, resource, n->context, &callback_) != napi_ok)
      callback_ = nullptr;
  }
  ~Entered() {
    if (callback_)
      napi_close_callback_scope(env_, callback_); // microtasks; what they throw is uncaught, and Node's affair
    if (handles_)
      napi_close_handle_scope(env_, handles_);
  }
  Entered(const Entered &) = delete;
  Entered &operator=(const Entered &) = delete;
  explicit operator bool() const { return callback_ != nullptr; }

private:
  napi_env env_;
  napi_handle_scope handles_ = nullptr;
  napi_callback_scope callback_ = nullptr;
};

weft_node_run *run_here(weft_node *n) {
  auto at = n->tasks.find(weft_self());
  return at == n->tasks.end() ? nullptr : at->second;
}

// The reason of a rejection that the running task saw is kept for its own promise.
void saw(weft_node *n, weft_status status, napi_value reason) {
  if (weft_node_run *run = run_here(n)) {
    run->reason_status = status;
    run->reason.keep(n->env, reason);
  }
}

// On the thread's stack; where a task is, from there.
template <typename F> void natively(F &&f) {
  using Fn = std::remove_reference_t<F>;
  weft_call_native([](void *p) { (*static_cast<Fn *>(p))(); }, const_cast<void *>(static_cast<const void *>(&f)));
}

// --- Promises that tasks wait for --------------------------------------------------------------------

void settle(napi_env env, napi_callback_info info, bool resolved) {
  size_t count = 1;
  napi_value value;
  void *data;
  if (napi_get_cb_info(env, info, &count, &value, nullptr, &data) != napi_ok)
    return;
  weft_node *n = nullptr;
  {
    std::lock_guard<std::mutex> hold(envs().lock);
    if (auto at = envs().all.find(env); at != envs().all.end())
      n = at->second;
  }
  if (!n)
    return;
  auto at = n->waits.find(to_id(data));
  if (at == n->waits.end() || at->second->settled)
    return; // forgotten
  weft_node_wait *w = at->second;
  w->settled = true;
  w->status = resolved ? WEFT_OK : status_of(env, value);
  w->kept.keep(env, value);
  if (weft_token token = std::exchange(w->token, 0))
    weft_complete(token, WEFT_OK, 0);
}
napi_value on_resolve(napi_env env, napi_callback_info info) { return settle(env, info, true), nullptr; }
napi_value on_reject(napi_env env, napi_callback_info info) { return settle(env, info, false), nullptr; }

bool then(napi_env env, napi_value promise, uint64_t id) {
  napi_value global, constructor, resolve, own, then, callbacks[2], ignored;
  return napi_get_global(env, &global) == napi_ok && (constructor = member(env, global, "Promise")) &&
         (resolve = member(env, constructor, "resolve")) && napi_call_function(env, constructor, resolve, 1, &promise, &own) == napi_ok &&
         (then = member(env, own, "then")) && napi_create_function(env, "resolved", NAPI_AUTO_LENGTH, on_resolve, to_data(id), &callbacks[0]) == napi_ok &&
         napi_create_function(env, "rejected", NAPI_AUTO_LENGTH, on_reject, to_data(id), &callbacks[1]) == napi_ok &&
         napi_call_function(env, own, then, 2, callbacks, &ignored) == napi_ok;
}

// --- Tasks that JavaScript waits for -----------------------------------------------------------------

napi_value on_abort(napi_env env, napi_callback_info info) {
  void *data;
  if (napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data) != napi_ok)
    return nullptr;
  std::unique_lock<std::mutex> hold(envs().lock);
  auto node = envs().all.find(env);
  if (node == envs().all.end())
    return nullptr;
  weft_node *n = node->second;
  hold.unlock();
  if (auto at = n->runs.find(to_id(data)); at != n->runs.end()) {
    at->second->aborted = true;
    weft_cancel(at->second->task);
  }
  return nullptr;
}

bool listen_to(weft_node_run *run, napi_env env, napi_value signal) {
  napi_value add, once, yes, args[3], ignored;
  args[0] = text_of(env, "abort");
  if (!(add = member(env, signal, "addEventListener")) ||
      napi_create_function(env, "aborted", NAPI_AUTO_LENGTH, on_abort, to_data(run->id), &args[1]) != napi_ok ||
      napi_create_object(env, &once) != napi_ok || napi_get_boolean(env, true, &yes) != napi_ok ||
      napi_set_named_property(env, once, "once", yes) != napi_ok)
    return false;
  args[2] = once;
  if (napi_call_function(env, signal, add, 3, args, &ignored) != napi_ok)
    return false;
  run->signal.keep(env, signal);
  run->on_abort.keep(env, args[1]);
  return true;
}

void leave_signal(weft_node_run *run, napi_env env) {
  napi_value signal = run->signal.get(env), remove, ignored, args[2] = {text_of(env, "abort"), run->on_abort.get(env)};
  if (run->signal.ref && (remove = member(env, signal, "removeEventListener")))
    napi_call_function(env, signal, remove, 2, args, &ignored);
  forget_exception(env);
}

void free_run(weft_node_run *run) {
  weft_node *n = run->node;
  run->reason.drop(n->env);
  run->signal.drop(n->env);
  run->on_abort.drop(n->env);
  n->runs.erase(run->id);
  n->tasks.erase(run->task);
  delete run;
}

void tell(weft_node_run *run, napi_env env) {
  napi_value value = nullptr;
  leave_signal(run, env);
  if (run->answer)
    value = run->answer(env, run->answer_arg);
  bool thrown = false;
  napi_value exception;
  if (napi_is_exception_pending(env, &thrown) == napi_ok && thrown)
    napi_get_and_clear_last_exception(env, &exception);
  if (run->status == WEFT_OK && !thrown) {
    if (!value)
      napi_get_undefined(env, &value);
    napi_resolve_deferred(env, run->deferred, value);
    return;
  }
  napi_value reason;
  if (run->status == WEFT_OK)
    reason = exception;
  else if (run->aborted)
    reason = member(env, run->signal.get(env), "reason");
  else if (!run->text.empty())
    reason = error_of(env, run->status, run->text.c_str());
  else if (run->reason.ref && run->reason_status == run->status)
    reason = run->reason.get(env);
  else
    reason = error_of(env, run->status, nullptr);
  forget_exception(env);
  napi_reject_deferred(env, run->deferred, reason ? reason : error_of(env, run->status, nullptr));
}

std::vector<weft_node_run *> take_ended(weft_node *n) {
  std::lock_guard<std::mutex> hold(n->ended_lock);
  return std::exchange(n->ended, {});
}

// After each turn.
void tell_ended(void *arg) {
  auto *n = static_cast<weft_node *>(arg);
  const std::vector<weft_node_run *> ended = take_ended(n);
  if (n->closing) {
    for (weft_node_run *run : ended) {
      if (run->answer)
        run->answer(nullptr, run->answer_arg);
      free_run(run);
    }
    return;
  }
  if (ended.empty())
    return;
  Entered js(n);
  // One that is told of may end others in its turn only, which comes later.
  for (weft_node_run *run : ended) {
    if (js)
      tell(run, n->env);
    else if (run->answer)
      run->answer(nullptr, run->answer_arg);
    free_run(run);
  }
}

void run_body(void *arg) {
  auto *run = static_cast<weft_node_run *>(arg);
  // Also when the task is given up and unwound.
  struct Ends {
    weft_node_run *run;
    ~Ends() {
      weft_node *n = run->node;
      {
        std::lock_guard<std::mutex> hold(n->ended_lock);
        n->ended.push_back(run);
      }
      if (!on_loop(n)) // else it is in a turn, behind which that is looked at
        weft_uv_host_ops()->post(n->host);
    }
  } ends{run};
  try {
    run->status = run->body(run, run->arg);
  } catch (const std::exception &e) {
    run->status = WEFT_NODE_E_REJECTED;
    run->text = e.what();
    if (run->text.empty())
      run->text = "a C++ exception";
  }
}

// --- The env's life ----------------------------------------------------------------------------------

void gone(void *arg, uint64_t abandoned) {
  auto *n = static_cast<weft_node *>(arg);
  tell_ended(n); // those that were unwound
  {
    std::lock_guard<std::mutex> hold(envs().lock);
    envs().all.erase(n->env);
  }
  for (auto &[id, wait] : n->waits) { // that nobody has forgotten yet; finalizers may do it later
    wait->kept.drop(n->env);
    if (!n->left)
      wait->node = nullptr;
  }
  napi_delete_reference(n->env, n->resource);
  if (n->on_end)
    n->on_end(n->on_end_arg, n->left ? UINT64_MAX : abandoned);
  uv_close(reinterpret_cast<uv_handle_t *>(&n->grace), [](uv_handle_t *grace) {
    auto *over = static_cast<weft_node *>(grace->data);
    napi_remove_async_cleanup_hook(over->hook);
    if (!over->left) // else its tasks know it
      delete over;
  });
}

void too_late(uv_timer_t *grace) {
  auto *n = static_cast<weft_node *>(grace->data);
  n->left = true;
  weft_uv_host_leave(n->host);
}

void env_ends(napi_async_cleanup_hook_handle, void *arg) {
  auto *n = static_cast<weft_node *>(arg);
  n->closing = true;
  napi_async_destroy(n->env, n->context);
  uv_timer_init(n->loop, &n->grace);
  n->grace.data = n;
  uv_timer_start(&n->grace, too_late, kGrace, 0);
  // The loop runs on until the hook is removed.
  weft_uv_host_close(n->host, WEFT_SHUTDOWN_CANCEL, gone, n);
}

weft_status refuse(weft_status status, const char *what, char *error, size_t size) {
  if (error && size)
    snprintf(error, size, "%s", what);
  return status;
}

weft_status open(weft_node *n, const weft_runtime_config *given, char *error, size_t size) {
  napi_value resource, name;
  if (napi_get_uv_event_loop(n->env, &n->loop) != napi_ok || napi_create_object(n->env, &resource) != napi_ok ||
      napi_create_reference(n->env, resource, 1, &n->resource) != napi_ok ||
      napi_create_string_utf8(n->env, "weft", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_async_init(n->env, resource, name, &n->context) != napi_ok)
    return refuse(WEFT_E_INVAL, "weft_node_open: not where JavaScript may be called", error, size);
  weft_runtime_config config = {};
  if (given && given->size < sizeof config)
    return refuse(WEFT_E_INVAL, "weft_node_open: needs config->size set", error, size);
  weft_status status = weft_uv_host_new(n->loop, &n->host);
  if (status != WEFT_OK)
    return refuse(status, "no descriptor, or no memory, for the loop's handles", error, size);
  if (given)
    config = *given;
  config.size = sizeof config;
  config.host = weft_uv_host_ops();
  config.host_self = n->host;
  if (config.workers == 0)
    config.workers = 1;
  status = weft_runtime_create(&config, &n->rt, error, size);
  if (status == WEFT_OK && config.workers > 1) {
    weft_domain_attr bound = {};
    bound.size = sizeof bound;
    bound.name = "node";
    bound.bind = WEFT_BIND_HOST;
    status = weft_domain_create(nullptr, &bound, &n->here, error, size);
    if (status != WEFT_OK)
      weft_runtime_destroy(n->rt);
  }
  if (status != WEFT_OK) {
    weft_uv_host_close(n->host, WEFT_SHUTDOWN_WAIT, nullptr, nullptr);
    return status;
  }
  weft_uv_host_attach(n->host, n->rt);
  weft_uv_host_after_turns(n->host, tell_ended, n);
  napi_add_async_cleanup_hook(n->env, env_ends, n, &n->hook);
  return WEFT_OK;
}

} // namespace

extern "C" {

weft_status weft_node_open(napi_env env, const weft_runtime_config *config, weft_node **out, char *error, size_t error_size) {
  if (error && error_size)
    error[0] = '\0';
  if (!env || !out || !on_thread_stack())
    return refuse(WEFT_E_INVAL, "weft_node_open: not where JavaScript may be called, or for nobody", error, error_size);
  *out = nullptr;
  std::lock_guard<std::mutex> hold(envs().lock);
  if (auto at = envs().all.find(env); at != envs().all.end()) {
    *out = at->second;
    return WEFT_OK;
  }
  auto *n = new (std::nothrow) weft_node{};
  if (!n)
    return refuse(WEFT_E_NOMEM, "no memory", error, error_size);
  n->env = env;
  weft_status status = open(n, config, error, error_size);
  if (status != WEFT_OK) {
    if (n->context)
      napi_async_destroy(env, n->context);
    if (n->resource)
      napi_delete_reference(env, n->resource);
    delete n;
    return status;
  }
  envs().all[env] = *out = n;
  return WEFT_OK;
}

weft_runtime *weft_node_runtime(const weft_node *n) { return n ? n->rt : nullptr; }
weft_uv_host *weft_node_host(const weft_node *n) { return n ? n->host : nullptr; }

void weft_node_on_end(weft_node *n, void (*fn)(void *arg, uint64_t abandoned), void *arg) {
  if (!n)
    return;
  n->on_end = fn;
  n->on_end_arg = arg;
}

weft_status weft_node_call(weft_node *n, weft_status (*fn)(napi_env env, void *arg), void *arg) {
  if (!n || !fn || !on_loop(n))
    return WEFT_E_INVAL;
  if (weft_self() == 0)
    return WEFT_E_NOTASK;
  if (n->closing)
    return WEFT_E_CLOSED;
  weft_status status = WEFT_E_CLOSED;
  natively([&] {
    Entered js(n);
    if (!js)
      return;
    status = fn(n->env, arg);
    bool pending = false;
    napi_value exception;
    if (napi_is_exception_pending(n->env, &pending) != napi_ok || !pending)
      return;
    if (napi_get_and_clear_last_exception(n->env, &exception) != napi_ok) { // the thread is being ended
      status = WEFT_E_CLOSED;
      return;
    }
    status = status_of(n->env, exception);
    if (run_here(n))
      saw(n, status, exception);
    else
      napi_fatal_exception(n->env, exception);
  });
  return status;
}

weft_status weft_node_listen(weft_node *n, napi_value promise, weft_node_wait **out) {
  if (!may_use_values(n) || !promise || !out)
    return WEFT_E_INVAL;
  if (n->closing)
    return WEFT_E_CLOSED;
  auto *w = new (std::nothrow) weft_node_wait{};
  if (!w)
    return WEFT_E_NOMEM;
  w->node = n;
  w->id = n->next_id++;
  n->waits[w->id] = w;
  if (!then(n->env, promise, w->id)) {
    n->waits.erase(w->id);
    delete w;
    return WEFT_NODE_E_REJECTED; // the exception is pending
  }
  *out = w;
  return WEFT_OK;
}

weft_status weft_node_await(weft_node_wait *w, uint64_t deadline_ns) {
  if (!w)
    return WEFT_E_INVAL;
  weft_node *n = w->node;
  if (!n)
    return WEFT_E_CLOSED;
  if (!on_loop(n))
    return WEFT_E_INVAL;
  if (weft_self() == 0)
    return WEFT_E_NOTASK;
  if (!w->settled) {
    if (n->closing)
      return WEFT_E_CLOSED; // no promise is settled any more
    if (w->token)
      return WEFT_E_BUSY;
    weft_token token = weft_token_new(n->rt);
    if (!token)
      return WEFT_E_NOMEM;
    // Also when the task is unwound here.
    struct Waits {
      weft_node_wait *w;
      weft_token token;
      ~Waits() {
        if (w->token == token)
          w->token = 0;
        weft_token_drop(token); // it may not have come to a wait, or have been left open
      }
    } waits{w, token};
    w->token = token;
    weft_set_waits("promise");
    weft_status status = weft_await_until(token, deadline_ns, nullptr);
    weft_set_waits(nullptr);
    if (status != WEFT_OK)
      return status;
  }
  if (w->status != WEFT_OK && run_here(n))
    natively([&] {
      napi_handle_scope handles;
      if (n->closing || napi_open_handle_scope(n->env, &handles) != napi_ok)
        return;
      saw(n, w->status, w->kept.get(n->env));
      napi_close_handle_scope(n->env, handles);
    });
  return w->status;
}

weft_status weft_node_result(weft_node_wait *w, napi_value *out) {
  if (!w || !out)
    return WEFT_E_INVAL;
  if (!w->node)
    return WEFT_E_CLOSED;
  if (!may_use_values(w->node))
    return WEFT_E_INVAL;
  if (!w->settled)
    return WEFT_E_AGAIN;
  *out = w->kept.get(w->node->env);
  return WEFT_OK;
}

void weft_node_forget(weft_node_wait *w) {
  if (!w)
    return;
  if (w->node)
    w->node->waits.erase(w->id);
  if (w->kept.ref)
    natively([&] { w->kept.drop(w->node->env); });
  delete w;
}

weft_status weft_node_spawn(weft_node *n, weft_node_body body, void *arg, const weft_spawn_attr *attr, napi_value signal, napi_value *promise) {
  if (!may_use_values(n) || !body || !promise)
    return WEFT_E_INVAL;
  napi_env env = n->env;
  if (n->closing)
    return WEFT_E_CLOSED;
  if (attr && attr->size < offsetof(weft_spawn_attr, name))
    return WEFT_E_INVAL;
  if (is(env, signal, napi_undefined) || is(env, signal, napi_null))
    signal = nullptr;
  napi_value made;
  napi_deferred deferred;
  bool aborted = false;
  if (signal) {
    napi_value is_aborted = member(env, signal, "aborted");
    if (!is_aborted || napi_get_value_bool(env, is_aborted, &aborted) != napi_ok) {
      forget_exception(env);
      return WEFT_E_INVAL;
    }
  }
  auto *run = aborted ? nullptr : new (std::nothrow) weft_node_run{};
  if (!run && !aborted)
    return WEFT_E_NOMEM;
  if (napi_create_promise(env, &deferred, &made) != napi_ok) {
    delete run;
    return WEFT_E_CLOSED;
  }
  if (aborted) {
    napi_value reason = member(env, signal, "reason");
    napi_reject_deferred(env, deferred, reason ? reason : error_of(env, WEFT_E_CANCELLED, nullptr));
    *promise = made;
    return WEFT_E_CANCELLED;
  }
  run->node = n;
  run->id = n->next_id++;
  run->body = body;
  run->arg = arg;
  run->deferred = deferred;
  weft_status status = signal && !listen_to(run, env, signal) ? WEFT_E_INVAL : WEFT_OK;
  if (status == WEFT_OK) {
    n->runs[run->id] = run;
    weft_spawn_attr own = {};
    if (attr)
      memcpy(&own, attr, attr->size < sizeof own ? attr->size : sizeof own);
    own.size = sizeof own;
    own.flags |= WEFT_SPAWN_DETACHED;
    if (!own.domain)
      own.domain = n->here;
    status = weft_spawn(n->rt, run_body, run, &own, &run->task);
  }
  if (status != WEFT_OK) {
    napi_value undefined;
    forget_exception(env);
    leave_signal(run, env);
    napi_get_undefined(env, &undefined);
    napi_resolve_deferred(env, deferred, undefined); // frees it; nobody has the promise
    free_run(run);
    return status;
  }
  n->tasks[run->task] = run;
  *promise = made;
  return WEFT_OK;
}

void weft_node_answer(weft_node_run *run, napi_value (*fn)(napi_env env, void *arg), void *arg) {
  if (!run)
    return;
  run->answer = fn;
  run->answer_arg = arg;
}

void weft_node_count(const weft_node *n, uint64_t *waits, uint64_t *runs) {
  if (waits)
    *waits = n ? n->waits.size() : 0;
  if (runs)
    *runs = n ? n->runs.size() : 0;
}
}
