// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// From "name|path[:key=val,...]" to a scheduler instance.
//
// A table comes from one of three places: built in, registered by the program, or loaded by path.
// What is loaded is never unloaded: a scheduler's code may be on a stack, and the process's exit is
// soon enough. Every refusal says what would have been accepted.
#include "runtime.h"
#include "trace.h"

#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <mutex>

namespace weft {

namespace {

constexpr size_t kMaxRegistered = 64;
constexpr size_t kMaxParams = 32;

struct Registry {
  std::mutex lock;
  const weft_sched_ops *ops[kMaxRegistered] = {};
  size_t count = 0;
};
constinit Registry the_registry;
Registry &registry() { return the_registry; }

const weft_sched_ops *find_named(const char *name) {
  size_t count;
  const weft_sched_ops *const *builtin = builtin_schedulers(&count);
  for (size_t i = 0; i < count; ++i)
    if (strcmp(builtin[i]->name, name) == 0)
      return builtin[i];
  Registry &r = registry();
  std::lock_guard<std::mutex> hold(r.lock);
  for (size_t i = 0; i < r.count; ++i)
    if (strcmp(r.ops[i]->name, name) == 0)
      return r.ops[i];
  return nullptr;
}

weft_status unknown_name(const char *name, char *error, size_t size) {
  char known[256] = "";
  size_t used = 0, count;
  auto add = [&](const char *n) {
    int w = snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", n);
    if (w > 0 && used + static_cast<size_t>(w) < sizeof known)
      used += static_cast<size_t>(w);
  };
  const weft_sched_ops *const *builtin = builtin_schedulers(&count);
  for (size_t i = 0; i < count; ++i)
    add(builtin[i]->name);
  Registry &r = registry();
  std::lock_guard<std::mutex> hold(r.lock);
  for (size_t i = 0; i < r.count; ++i)
    add(r.ops[i]->name);
  return refuse(WEFT_E_NOTFOUND, error, size,
                "scheduler '%s' is unknown; accepted: %s, or a path to a plug-in such as "
                "./mine.so, then :key=val,...",
                name, known);
}

// Null: fine; else what is wrong with the table.
const char *wrong_with(const weft_sched_ops *ops) {
  if (ops->size < offsetof(weft_sched_ops, ran))
    return "its table is too small; set size to sizeof(weft_sched_ops)";
  if (!ops->name || !ops->name[0])
    return "it has no name";
  if (!ops->create)
    return "it lacks create; required: create, destroy, ready, pick";
  if (!ops->destroy)
    return "it lacks destroy; required: create, destroy, ready, pick";
  if (!ops->ready)
    return "it lacks ready; required: create, destroy, ready, pick";
  if (!ops->pick)
    return "it lacks pick; required: create, destroy, ready, pick";
  return nullptr;
}

weft_status check_table(const char *spec, const weft_sched_ops *ops, char *error, size_t size) {
  if (!ops)
    return refuse(WEFT_E_ABI, error, size, "scheduler '%s': %s returned no table (SCHED-03)", spec,
                  WEFT_SCHED_SYMBOL);
  if (ops->abi != WEFT_ABI)
    return refuse(WEFT_E_ABI, error, size,
                  "scheduler '%s' was made for ABI %u; accepted: %d (SCHED-03)", spec, ops->abi,
                  WEFT_ABI);
  if (const char *wrong = wrong_with(ops))
    return refuse(WEFT_E_ABI, error, size, "scheduler '%s': %s (SCHED-03)", spec, wrong);
  return WEFT_OK;
}

weft_status load(const char *path, const weft_sched_ops **out, char *error, size_t size) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return refuse(WEFT_E_NOTFOUND, error, size, "scheduler '%s' cannot be loaded: %s", path,
                  dlerror());
  auto plugin = reinterpret_cast<weft_sched_plugin_fn>(dlsym(library, WEFT_SCHED_SYMBOL));
  if (!plugin)
    return refuse(WEFT_E_ABI, error, size,
                  "scheduler '%s' is no scheduler plug-in: it lacks the function `const "
                  "weft_sched_ops *%s(void)` (SCHED-03)",
                  path, WEFT_SCHED_SYMBOL);
  *out = plugin();
  return check_table(path, *out, error, size);
}

bool is_path(const char *name) { return strchr(name, '/') != nullptr; }

uint32_t worker_index(const weft_worker *worker) { return worker->index; }

void log_line(void *runtime, const char *text) {
  auto *rt = static_cast<weft_runtime *>(runtime);
  if (rt->trace)
    event::log(rt, text);
  if (rt->print_stats)
    fprintf(stderr, "weft: %s\n", text);
}

uint64_t turn_number(void *runtime) { return static_cast<weft_runtime *>(runtime)->stats.turns; }

weft_status find_table(void *, const char *name, const weft_sched_ops **out, char *error, size_t size) {
  if (is_path(name))
    return load(name, out, error, size);
  *out = find_named(name);
  return *out ? WEFT_OK : unknown_name(name, error, size);
}

// "key=val,key=val", taken apart in place.
weft_status split_params(const char *spec, char *text, weft_sched_param *params, size_t *count,
                         char *error, size_t size) {
  *count = 0;
  for (char *next = text; next && *next;) {
    char *item = next;
    next = strchr(item, ',');
    if (next)
      *next++ = '\0';
    char *equals = strchr(item, '=');
    if (!equals || equals == item || *count == kMaxParams)
      return refuse(WEFT_E_INVAL, error, size,
                    "scheduler '%s': '%s' is no parameter; accepted: name|path[:key=val,...]", spec,
                    item);
    *equals = '\0';
    for (size_t i = 0; i < *count; ++i)
      if (strcmp(params[i].key, item) == 0)
        return refuse(WEFT_E_INVAL, error, size, "scheduler '%s': '%s' is given twice", spec, item);
    params[(*count)++] = {item, equals + 1};
  }
  return WEFT_OK;
}

// Where the parameters begin: paths may hold colons, and values both. A name ends at the first colon, a path at the first one after which
// there is KEY= or nothing, and if there is none at the last part's.
char *colon_in(char *text) {
  char *first = strchr(text, ':'), *slash = strrchr(text, '/');
  if (!first || !slash || !memchr(text, '/', static_cast<size_t>(first - text)))
    return first;
  for (char *colon = first; colon; colon = strchr(colon + 1, ':'))
    if (size_t key = strcspn(colon + 1, "/:,="); colon[1] == '\0' || (key != 0 && colon[1 + key] == '='))
      return colon;
  return strchr(slash, ':');
}

} // namespace

std::mutex &schedulers_lock() { return registry().lock; }

weft_status make_scheduler(const char *spec, weft_domain *domain, char *error, size_t size) {
  char text[512];
  if (strlen(spec) >= sizeof text)
    return refuse(WEFT_E_INVAL, error, size, "scheduler: more than %zu characters",
                  sizeof text - 1);
  strcpy(text, spec);
  char *colon = colon_in(text);
  if (colon)
    *colon++ = '\0';
  if (!text[0])
    return refuse(WEFT_E_INVAL, error, size,
                  "scheduler '%s': no name; accepted: name|path[:key=val,...]", spec);
  const weft_sched_ops *ops = nullptr;
  if (weft_status status = find_table(domain->rt, text, &ops, error, size); status != WEFT_OK)
    return status;
  weft_sched_param params[kMaxParams];
  size_t count;
  weft_status status = split_params(spec, colon, params, &count, error, size);
  if (status != WEFT_OK)
    return status;
  memcpy(&domain->ops, ops, ops->size < sizeof domain->ops ? ops->size : sizeof domain->ops);
  domain->services = {sizeof domain->services, WEFT_ABI, domain->rt, log_line, worker_index, turn_number, find_table};
  weft_sched_config config = {sizeof config, domain->rt->workers, &domain->services, params,
                              count,         error, error ? size : 0, &domain->ops};
  if (error && size)
    error[0] = '\0';
  status = domain->ops.create(&config, &domain->self);
  if (status != WEFT_OK && !(error && size && error[0]))
    refuse(status, error, size, "scheduler '%s' cannot be made: %s", spec,
           weft_status_text(status));
  return status;
}

} // namespace weft

using namespace weft;

extern "C" weft_status weft_sched_register(const weft_sched_ops *ops) {
  if (!ops || check_table("", ops, nullptr, 0) != WEFT_OK)
    return WEFT_E_ABI;
  if (is_path(ops->name) || strchr(ops->name, ':') || find_named(ops->name))
    return WEFT_E_INVAL;
  Registry &r = registry();
  std::lock_guard<std::mutex> hold(r.lock);
  if (r.count == kMaxRegistered)
    return WEFT_E_LIMIT;
  r.ops[r.count++] = ops;
  return WEFT_OK;
}
