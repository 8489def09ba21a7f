// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A deadlock that is found by weft_run: a status, or with WEFT_DEADLOCK=fatal the end, which names who waits for what. A
// program that looks at no status, and a search for orders that fail, want the second.
#include "fatal.h"
#include "runtime.h"

#include <cstdio>
#include <cstring>

namespace weft {

namespace {

struct Names {
  char text[2048];
  size_t length;
  size_t left_out;
};

void add_name(void *arg, const weft_task_info *info) {
  auto *names = static_cast<Names *>(arg);
  char one[160];
  int n = snprintf(one, sizeof one, "%s'%s' #%llu waits for %s", names->length ? ", " : "", info->name,
                   static_cast<unsigned long long>(info->id), *info->waits ? info->waits : "a wake");
  size_t length = n < 0 ? 0 : static_cast<size_t>(n) < sizeof one ? static_cast<size_t>(n) : sizeof one - 1;
  if (names->length + length >= sizeof names->text) {
    ++names->left_out;
    return;
  }
  memcpy(names->text + names->length, one, length + 1);
  names->length += length;
}

} // namespace

weft_status found_deadlock(weft_runtime *rt) {
  if (!rt->deadlock_is_fatal)
    return WEFT_E_DEADLOCK;
  Names names = {};
  weft_visit_tasks(rt, add_name, &names);
  if (names.left_out != 0)
    fatal("weft: deadlock: %s and %zu others", names.text, names.left_out);
  fatal("weft: deadlock: %s", names.text);
}

} // namespace weft
