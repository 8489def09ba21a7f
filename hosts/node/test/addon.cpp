// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The addon of cases.js: each function makes a task that does one thing, and gives JavaScript its promise.
#include "weft/hosts/node.h"
#include "weft/net.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

constexpr uint64_t ms = 1000000;

weft_node *node_of(napi_env env) {
  weft_node *n = nullptr;
  char error[256];
  if (weft_node_open(env, nullptr, &n, error, sizeof error) != WEFT_OK)
    napi_throw_error(env, "WEFT", error);
  return n;
}

// A task's body with what it owns.
struct Job {
  std::function<weft_status(weft_node_run *, Job &)> body;
  weft_node *n;
  napi_ref held = nullptr; // what JavaScript gave: an array of arguments
  double number = 0;
  ~Job() {
    if (held)
      weft_call_native([](void *j) { napi_delete_reference(static_cast<Job *>(j)->env, static_cast<Job *>(j)->held); }, this);
  }
  napi_env env = nullptr;
};

napi_value number_of(napi_env env, void *arg) {
  std::unique_ptr<double> number(static_cast<double *>(arg));
  napi_value v = nullptr;
  if (env)
    napi_create_double(env, *number, &v);
  return v;
}

weft_status run_job(weft_node_run *run, void *arg) {
  std::unique_ptr<Job> job(static_cast<Job *>(arg));
  weft_status status = job->body(run, *job);
  weft_node_answer(run, number_of, new double(job->number));
  return status;
}

// The arguments; the last one that is an object with `aborted` is the signal.
struct Args {
  Args(napi_env e, napi_callback_info info) : env(e) { napi_get_cb_info(e, info, &count, at, nullptr, nullptr); }
  double number(size_t i) const {
    double d = 0;
    if (i < count)
      napi_get_value_double(env, at[i], &d);
    return d;
  }
  napi_env env;
  size_t count = 4;
  napi_value at[4] = {};
};

napi_value start(const Args &args, std::function<weft_status(weft_node_run *, Job &)> body, napi_value signal = nullptr) {
  napi_env env = args.env;
  weft_node *n = node_of(env);
  if (!n)
    return nullptr;
  auto job = std::make_unique<Job>();
  job->env = env;
  job->n = n;
  job->body = std::move(body);
  napi_value all, promise = nullptr;
  napi_create_array(env, &all);
  for (size_t i = 0; i < args.count; ++i)
    napi_set_element(env, all, static_cast<uint32_t>(i), args.at[i]);
  napi_create_reference(env, all, 1, &job->held);
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = WEFT_STACK_256K;
  attr.name = "job";
  weft_status status = weft_node_spawn(n, run_job, job.get(), &attr, signal, &promise);
  if (status == WEFT_OK)
    job.release();
  else if (status != WEFT_E_CANCELLED)
    napi_throw_error(env, "WEFT", weft_status_text(status));
  return promise;
}

// (ms, signal) sleeps.
napi_value sleep(napi_env env, napi_callback_info info) {
  Args args(env, info);
  auto ns = static_cast<uint64_t>(args.number(0) * ms);
  return start(
      args,
      [ns](weft_node_run *, Job &job) {
        uint64_t begun = weft_now();
        weft_status status = weft_sleep(ns);
        job.number = static_cast<double>(weft_now() - begun) / ms;
        return status;
      },
      args.count > 1 ? args.at[1] : nullptr);
}

// (n) yields.
napi_value yields(napi_env env, napi_callback_info info) {
  Args args(env, info);
  double n = args.number(0);
  return start(args, [n](weft_node_run *, Job &job) {
    while (job.number < n) {
      weft_yield();
      ++job.number;
    }
    return WEFT_OK;
  });
}

// (status) ends so.
napi_value ends(napi_env env, napi_callback_info info) {
  Args args(env, info);
  auto status = static_cast<weft_status>(args.number(0));
  return start(args, [status](weft_node_run *, Job &) { return status; });
}

napi_value throws(napi_env env, napi_callback_info info) {
  return start(Args(env, info), [](weft_node_run *, Job &) -> weft_status {
    weft_yield();
    throw std::runtime_error("thrown in a task");
  });
}

// Calls argument 0 and listens to what it returns.
weft_status call_and_listen(Job &job, weft_node_wait **wait) {
  struct Call {
    Job &job;
    weft_node_wait **wait;
  } call{job, wait};
  return weft_node_call(
      job.n,
      [](napi_env env, void *arg) -> weft_status {
        auto *c = static_cast<Call *>(arg);
        napi_value all, fn, undefined, promise;
        napi_get_reference_value(env, c->job.held, &all);
        napi_get_element(env, all, 0, &fn);
        napi_get_undefined(env, &undefined);
        if (napi_call_function(env, undefined, fn, 0, nullptr, &promise) != napi_ok)
          return WEFT_E_INVAL; // the exception says more
        return weft_node_listen(c->job.n, promise, c->wait);
      },
      &call);
}

// (fn, times, timeout ms, signal) calls fn and waits for its promise, as often as is said; answers the sum.
napi_value awaits(napi_env env, napi_callback_info info) {
  Args args(env, info);
  double times = args.number(1), timeout = args.number(2);
  return start(
      args,
      [=](weft_node_run *, Job &job) -> weft_status {
        for (double i = 0; i < times; ++i) {
          weft_node_wait *wait = nullptr;
          weft_status status = call_and_listen(job, &wait);
          if (status != WEFT_OK)
            return status;
          status = weft_node_await(wait, timeout > 0 ? weft_now() + static_cast<uint64_t>(timeout * ms) : WEFT_NEVER);
          if (status == WEFT_OK) {
            struct Get {
              weft_node_wait *wait;
              double value;
            } get{wait, 0};
            status = weft_node_call(
                job.n,
                [](napi_env e, void *arg) {
                  napi_value v;
                  auto *g = static_cast<Get *>(arg);
                  weft_status s = weft_node_result(g->wait, &v);
                  napi_get_value_double(e, v, &g->value);
                  return s;
                },
                &get);
            job.number += get.value;
          }
          weft_node_forget(wait);
          if (status != WEFT_OK)
            return status;
        }
        return WEFT_OK;
      },
      args.count > 3 ? args.at[3] : nullptr);
}

// (fn) asks for what is refused, where arguments are missing and where JavaScript may not be called; fails when it was not.
napi_value misuses(napi_env env, napi_callback_info info) {
  Args args(env, info);
  napi_value promise = args.at[0];
  weft_node *none = nullptr, *node = node_of(env);
  weft_node_body body = [](weft_node_run *, void *) -> weft_status { return WEFT_OK; };
  weft_node_on_end(nullptr, nullptr, nullptr);
  weft_node_answer(nullptr, nullptr, nullptr);
  weft_node_count(nullptr, nullptr, nullptr);
  weft_node_wait *wait = nullptr;
  if (weft_node_open(env, nullptr, nullptr, nullptr, 0) != WEFT_E_INVAL || weft_node_open(nullptr, nullptr, &none, nullptr, 0) != WEFT_E_INVAL || none ||
      weft_node_runtime(nullptr) || weft_node_host(nullptr) || weft_node_listen(nullptr, promise, &wait) != WEFT_E_INVAL ||
      weft_node_listen(node, nullptr, &wait) != WEFT_E_INVAL || weft_node_listen(node, promise, nullptr) != WEFT_E_INVAL ||
      weft_node_spawn(nullptr, body, nullptr, nullptr, nullptr, &promise) != WEFT_E_INVAL ||
      weft_node_spawn(node, nullptr, nullptr, nullptr, nullptr, &promise) != WEFT_E_INVAL ||
      weft_node_spawn(node, body, nullptr, nullptr, nullptr, nullptr) != WEFT_E_INVAL)
    return nullptr;
  return start(args, [=](weft_node_run *, Job &job) -> weft_status {
    weft_node *another = nullptr;
    weft_node_wait *made = nullptr;
    napi_value value = promise; // which nobody may look at here
    napi_value got = nullptr;
    auto wrong = [](const char *what) {
      fprintf(stderr, "%s was not refused\n", what);
      return WEFT_E_DEADLOCK;
    };
    auto fine = [](napi_env, void *) -> weft_status { return WEFT_OK; };
    if (weft_node_call(nullptr, fine, nullptr) != WEFT_E_INVAL || weft_node_call(job.n, nullptr, nullptr) != WEFT_E_INVAL)
      return wrong("a call without arguments");
    if (weft_node_await(nullptr, WEFT_NEVER) != WEFT_E_INVAL || weft_node_result(nullptr, &got) != WEFT_E_INVAL)
      return wrong("a wait for nothing");
    if (weft_node_open(job.env, nullptr, &another, nullptr, 0) != WEFT_E_INVAL || weft_node_listen(job.n, value, &made) != WEFT_E_INVAL ||
        weft_node_spawn(job.n, body, nullptr, nullptr, nullptr, &value) != WEFT_E_INVAL)
      return wrong("JavaScript on a task's stack");
    if (weft_status status = call_and_listen(job, &made); status != WEFT_OK)
      return status;
    weft_status status = weft_node_result(made, &got) != WEFT_E_INVAL ? wrong("a value on a task's stack") : WEFT_OK;
    // Nor does a function that a task has called wait.
    if (status == WEFT_OK &&
        weft_node_call(job.n, [](napi_env, void *w) -> weft_status { return weft_node_await(static_cast<weft_node_wait *>(w), WEFT_NEVER); }, made) !=
            WEFT_E_NOTASK)
      status = wrong("a wait beside the task");
    if (status == WEFT_OK)
      status = weft_node_await(made, WEFT_NEVER);
    weft_node_forget(made);
    return status;
  });
}

// (port) says hello over a connection and answers how many bytes came back.
napi_value client(napi_env env, napi_callback_info info) {
  Args args(env, info);
  auto port = static_cast<uint16_t>(args.number(0));
  return start(args, [port](weft_node_run *, Job &job) -> weft_status {
    weft_sock *sock = nullptr;
    weft_status status = weft_tcp_connect("127.0.0.1", port, WEFT_NEVER, &sock);
    if (status != WEFT_OK)
      return status;
    weft_sock_write(sock, "hello", 5, WEFT_NEVER, nullptr);
    weft_sock_shutdown_write(sock);
    char buffer[64];
    for (int64_t got; (got = weft_sock_read(sock, buffer, sizeof buffer, WEFT_NEVER)) > 0;)
      job.number += static_cast<double>(got);
    weft_sock_close(sock);
    return WEFT_OK;
  });
}

// Waits twice for what nobody does, and cleans up: is abandoned at the end. (1): sleeps on; (2): spins on.
napi_value stays(napi_env env, napi_callback_info info) {
  Args args(env, info);
  double how = args.number(0);
  return start(args, [how](weft_node_run *, Job &) {
    struct Cleans {
      ~Cleans() { fputs("cleaned\n", stdout), fflush(stdout); }
    } cleans;
    weft_park();
    while (how == 1)
      weft_sleep(3600000 * ms);
    while (how == 2)
      weft_yield();
    weft_park();
    return WEFT_OK;
  });
}

// (fn) calls it from a task that JavaScript does not wait for.
napi_value detached(napi_env env, napi_callback_info info) {
  Args args(env, info);
  auto *job = new Job;
  job->env = env;
  job->n = node_of(env);
  napi_value all;
  napi_create_array(env, &all);
  napi_set_element(env, all, 0, args.at[0]);
  napi_create_reference(env, all, 1, &job->held);
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = WEFT_STACK_256K;
  weft_spawn(
      weft_node_runtime(job->n),
      [](void *arg) {
        std::unique_ptr<Job> own(static_cast<Job *>(arg));
        weft_node_wait *wait = nullptr;
        if (call_and_listen(*own, &wait) == WEFT_OK)
          weft_node_await(wait, WEFT_NEVER);
        weft_node_forget(wait);
      },
      job, &attr, nullptr);
  return nullptr;
}

// (workers) makes the env's runtime with so many; true when it refuses what has no size before.
napi_value workers(napi_env env, napi_callback_info info) {
  Args args(env, info);
  weft_runtime_config config = {};
  weft_node *n = nullptr;
  char error[256] = "";
  config.workers = static_cast<uint32_t>(args.number(0));
  config.sched = "work_stealing";
  const bool refused = weft_node_open(env, &config, &n, error, sizeof error) == WEFT_E_INVAL && !n && error[0];
  config.size = sizeof config;
  if (weft_node_open(env, &config, &n, error, sizeof error) != WEFT_OK)
    napi_throw_error(env, "WEFT", error);
  napi_value v = nullptr;
  napi_get_boolean(env, refused, &v);
  return v;
}

// (where) a task that yields a few times: 0 without attributes, 1 in the root, whose tasks any worker runs. 2: attributes without a size.
napi_value plain(napi_env env, napi_callback_info info) {
  Args args(env, info);
  const double where = args.number(0);
  weft_node *n = node_of(env);
  weft_spawn_attr attr = {};
  attr.size = where == 1 ? sizeof attr : 0;
  attr.domain = weft_root_domain(weft_node_runtime(n));
  napi_value promise = nullptr;
  weft_status status = weft_node_spawn(
      n,
      [](weft_node_run *run, void *) -> weft_status {
        for (int i = 0; i < 3; ++i)
          weft_yield();
        weft_node_answer(run, number_of, new double(7));
        return WEFT_OK;
      },
      nullptr, where == 0 ? nullptr : &attr, nullptr, &promise);
  if (status != WEFT_OK)
    napi_throw_error(env, "WEFT", weft_status_text(status));
  return promise;
}

// (promise) an object that listens to it, and forgets it when it is finalized: at the latest when the env is torn down.
napi_value listener(napi_env env, napi_callback_info info) {
  Args args(env, info);
  weft_node_wait *wait = nullptr;
  if (weft_node_listen(node_of(env), args.at[0], &wait) != WEFT_OK)
    return nullptr;
  napi_value object = nullptr;
  napi_create_external(
      env, wait,
      [](napi_env, void *data, void *) {
        auto *w = static_cast<weft_node_wait *>(data);
        napi_value none;
        printf("finalized: %d\n", weft_node_result(w, &none) == WEFT_E_CLOSED);
        fflush(stdout);
        weft_node_forget(w);
      },
      nullptr, &object);
  return object;
}

// [waits, runs, tasks alive]
napi_value counts(napi_env env, napi_callback_info) {
  uint64_t n[3];
  weft_node *node = node_of(env);
  weft_node_count(node, &n[0], &n[1]);
  weft_stats stats = {};
  stats.size = sizeof stats;
  weft_get_stats(weft_node_runtime(node), &stats);
  n[2] = stats.tasks_live;
  napi_value all, v;
  napi_create_array(env, &all);
  for (uint32_t i = 0; i < 3; ++i) {
    napi_create_double(env, static_cast<double>(n[i]), &v);
    napi_set_element(env, all, i, v);
  }
  return all;
}

// Prints how the env's tasks ended.
napi_value tell_end(napi_env env, napi_callback_info) {
  weft_node_on_end(
      node_of(env),
      [](void *, uint64_t abandoned) {
        if (abandoned == UINT64_MAX)
          puts("end: left");
        else
          printf("end: %llu abandoned\n", static_cast<unsigned long long>(abandoned));
        fflush(stdout);
      },
      nullptr);
  return nullptr;
}

} // namespace

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  static const struct {
    const char *name;
    napi_callback fn;
  } all[] = {{"sleep", sleep}, {"yields", yields}, {"ends", ends},         {"throws", throws}, {"awaits", awaits},
             {"misuses", misuses}, {"client", client}, {"stays", stays},   {"detached", detached}, {"workers", workers}, {"plain", plain}, {"listener", listener}, {"counts", counts}, {"tellEnd", tell_end}};
  for (auto &f : all) {
    napi_value fn;
    napi_create_function(env, f.name, NAPI_AUTO_LENGTH, f.fn, nullptr, &fn);
    napi_set_named_property(env, exports, f.name, fn);
  }
  return exports;
}
