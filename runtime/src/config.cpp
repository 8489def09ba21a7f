// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// WEFT_SCHED, WEFT_WORKERS, WEFT_MIGRATE, WEFT_STACK, WEFT_GUARD, WEFT_DUMP_SIGNAL, WEFT_CLOCK, WEFT_DEADLOCK, WEFT_TRACE and WEFT_STATS. What the
// program says goes before the environment; an empty variable is one that is not set. A wrong value is never ignored.
#include "cont.h"
#include "dump_signal.h"
#include "fatal.h"
#include "runtime.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <strings.h>

namespace weft {

namespace {

constexpr uint32_t kMostWorkers = 1024;
static_assert(kMostWorkers < kNobody);

const char *variable(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : nullptr;
}

struct StackSize {
  const char *text;
  uint64_t bytes;
  uint32_t stack_class;
};
constexpr StackSize kStackSizes[] = {
    {"16K", UINT64_C(16) << 10, WEFT_STACK_16K},    {"64K", UINT64_C(64) << 10, WEFT_STACK_64K},
    {"256K", UINT64_C(256) << 10, WEFT_STACK_256K}, {"1M", UINT64_C(1) << 20, WEFT_STACK_1M},
    {"8M", UINT64_C(8) << 20, WEFT_STACK_8M},       {"64M", UINT64_C(64) << 20, WEFT_STACK_64M},
    {"1G", UINT64_C(1) << 30, WEFT_STACK_1G}};

// "64K", "64k", "65536": a whole number and one letter at most. 0: not a size.
uint64_t parse_size(const char *text) {
  char *end;
  if (*text < '0' || *text > '9')
    return 0;
  uint64_t n = strtoull(text, &end, 10);
  int shift = 0;
  switch (*end) {
  case 'k':
  case 'K':
    shift = 10;
    break;
  case 'm':
  case 'M':
    shift = 20;
    break;
  case 'g':
  case 'G':
    shift = 30;
    break;
  default:
    return *end ? 0 : n;
  }
  return end[1] || n > UINT64_MAX >> shift ? 0 : n << shift;
}

weft_status read_stack(const char *text, uint32_t *out, char *error, size_t size) {
  uint64_t bytes = parse_size(text);
  for (const StackSize &s : kStackSizes)
    if (bytes == s.bytes) {
      *out = s.stack_class;
      return WEFT_OK;
    }
  return refuse(WEFT_E_INVAL, error, size,
                "WEFT_STACK=%s: accepted: 16K, 64K, 256K, 1M, 8M, 64M, 1G", text);
}

// nullptr: not set.
weft_status read_guard(const char *text, os::Guard *out, char *error, size_t size) {
  *out = os::best_guard();
  if (!text)
    return WEFT_OK;
  if (strcmp(text, "none") == 0)
    *out = os::Guard::None;
  else if (strcmp(text, "mprotect") == 0)
    *out = os::Guard::Protect;
  else if (strcmp(text, "advice") != 0)
    return refuse(WEFT_E_INVAL, error, size, "WEFT_GUARD=%s: accepted: advice, mprotect, none", text);
  else if (*out != os::Guard::Advice)
    return refuse(WEFT_E_INVAL, error, size,
                  "WEFT_GUARD=advice: this system does not guard by MADV_GUARD_INSTALL; accepted: mprotect, none");
  return WEFT_OK;
}

weft_status read_workers(const char *text, uint32_t *out, char *error, size_t size) {
  char *end;
  unsigned long n = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;
  if (n == 0 || *end || n > kMostWorkers)
    return refuse(WEFT_E_INVAL, error, size, "WEFT_WORKERS=%s: accepted: 1 to %u", text, kMostWorkers);
  *out = static_cast<uint32_t>(n);
  return WEFT_OK;
}

weft_status read_migrate(const char *text, Migration *out, char *error, size_t size) {
  *out = {};
  if (!text)
    return WEFT_OK;
  out->always = strcmp(text, "always") == 0;
  if (!out->always) {
    char *end;
    errno = 0;
    out->seed = *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : (end = const_cast<char *>(text), 0);
    if (*end || errno)
      return refuse(WEFT_E_INVAL, error, size, "WEFT_MIGRATE=%s: accepted: always, a number from 1 on that seeds it, or 0: off", text);
  }
  out->wanted = out->always || out->seed != 0;
  return WEFT_OK;
}

} // namespace

uint32_t stack_class_of_environment() {
  uint32_t stack_class = WEFT_STACK_64K;
  char error[128];
  if (const char *text = variable("WEFT_STACK"))
    if (read_stack(text, &stack_class, error, sizeof error) != WEFT_OK)
      fatal("%s", error);
  return stack_class;
}

os::Guard guard_of_environment() {
  os::Guard kind;
  char error[128];
  if (read_guard(variable("WEFT_GUARD"), &kind, error, sizeof error) != WEFT_OK)
    fatal("%s", error);
  return kind;
}

weft_status read_config(const weft_runtime_config *given, Config *out, char *error, size_t size) {
  bool environment = !given || !(given->flags & WEFT_RT_IGNORE_ENV);
  auto setting = [environment](const char *name) { return environment ? variable(name) : nullptr; };
  weft_status status = WEFT_OK;

  const char *sched = given && given->sched ? given->sched : setting("WEFT_SCHED");
  out->sched_from_env = sched && !(given && given->sched);
  if (!sched)
    sched = "fifo";
  if (strlen(sched) >= sizeof out->sched)
    return refuse(WEFT_E_INVAL, error, size, "WEFT_SCHED: more than %zu characters",
                  sizeof out->sched - 1);
  strcpy(out->sched, sched);

  out->workers = given ? given->workers : 0;
  if (const char *text = setting("WEFT_WORKERS"); text && !out->workers)
    status = read_workers(text, &out->workers, error, size);
  if (status != WEFT_OK)
    return status;
  if (out->workers > kMostWorkers)
    return refuse(WEFT_E_INVAL, error, size, "%u workers: accepted: 1 to %u", out->workers, kMostWorkers);
  if (out->workers == 0)
    out->workers = 1;

  status = read_migrate(setting("WEFT_MIGRATE"), &out->migrate, error, size);
  if (status != WEFT_OK)
    return status;

  out->stack_class = WEFT_STACK_64K;
  if (const char *text = setting("WEFT_STACK"))
    status = read_stack(text, &out->stack_class, error, size);
  if (status != WEFT_OK)
    return status;

  status = read_guard(setting("WEFT_GUARD"), &out->guard, error, size);
  if (status != WEFT_OK)
    return status;

  if (const char *text = setting("WEFT_DUMP_SIGNAL"); text && !dump_on_signal_named(text))
    return refuse(WEFT_E_INVAL, error, size,
                  "WEFT_DUMP_SIGNAL=%s: accepted: QUIT, USR1, USR2, each also with :text or :json behind it", text);

  out->virtual_time = false;
  if (const char *text = setting("WEFT_CLOCK")) {
    out->virtual_time = strcmp(text, "virtual") == 0;
    if (!out->virtual_time && strcmp(text, "system") != 0)
      return refuse(WEFT_E_INVAL, error, size, "WEFT_CLOCK=%s: accepted: system, virtual", text);
    if (out->virtual_time && out->workers > 1)
      return refuse(WEFT_E_INVAL, error, size, "WEFT_CLOCK=virtual: it is for one worker, and there are %u", out->workers);
  }

  out->deadlock_is_fatal = false;
  if (const char *text = setting("WEFT_DEADLOCK")) {
    out->deadlock_is_fatal = strcmp(text, "fatal") == 0;
    if (!out->deadlock_is_fatal && strcmp(text, "status") != 0)
      return refuse(WEFT_E_INVAL, error, size, "WEFT_DEADLOCK=%s: accepted: status, fatal", text);
  }

  // The first listener reads it (descriptors.cpp), which may come before any runtime.
  if (const char *text = setting("WEFT_DESCRIPTORS"); text && strcmp(text, "raise") != 0 && strcmp(text, "keep") != 0)
    return refuse(WEFT_E_INVAL, error, size, "WEFT_DESCRIPTORS=%s: accepted: raise, keep", text);

  out->trace_file = setting("WEFT_TRACE");
  out->stats = false;
  if (const char *text = setting("WEFT_STATS")) {
    if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
      return refuse(WEFT_E_INVAL, error, size, "WEFT_STATS=%s: accepted: 0, 1", text);
    out->stats = text[0] == '1';
  }
  return WEFT_OK;
}

} // namespace weft
