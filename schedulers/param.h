/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Numbers and times in a policy's parameters, as its create reads them. */
#ifndef WEFT_SCHED_PARAM_H
#define WEFT_SCHED_PARAM_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* "4ms", "250us", "1s", "800ns"; 0 when it is none, and for 0. */
static inline uint64_t param_time(const char *text) {
  static const struct unit {
    const char *name;
    uint64_t ns;
  } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
  char *end;
  if (*text < '0' || *text > '9')
    return 0;
  unsigned long long n = strtoull(text, &end, 10);
  for (size_t i = 0; i < sizeof units / sizeof *units; ++i)
    if (strcmp(end, units[i].name) == 0)
      return n <= (UINT64_C(1) << 60) / units[i].ns ? n * units[i].ns : 0;
  return 0;
}

/* A whole number from 1 to `most`; 0 when it is none. */
static inline uint64_t param_number(const char *text, uint64_t most) {
  char *end;
  if (*text < '0' || *text > '9')
    return 0;
  unsigned long long n = strtoull(text, &end, 10);
  return *end || n > most ? 0 : n;
}

#endif
