// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// How much stack calls take that tasks make: each in a class of its own, by how deep that class was touched. Whole pages, the runtime's
// part of a task at the top included. See docs/reference/io.md; with an argument it says how deep.
//
// expect: reads and writes: within its stack
// expect: snprintf of a double: within its stack
// expect: weft_resolve: within its stack
// expect: getaddrinfo itself: within its stack

#include <netdb.h>
#include <stdio.h>
#include <weft/files.h>
#include <weft/net.h>
#include <weft/stack.h>
#include <weft/task.h>

static char line[100];
static weft_addr found[4];

static void waits(void *unused) {
  (void)unused;
  weft_sock *a, *b;
  weft_pipe(&a, &b);
  weft_sock_write(b, "x", 1, WEFT_NEVER, NULL);
  weft_sock_read(a, line, sizeof line, WEFT_NEVER);
  weft_sock_read(a, line, sizeof line, weft_now() + 1000); // parks
  weft_sock_close(a);
  weft_sock_close(b);
}

static void formats(void *unused) {
  (void)unused;
  snprintf(line, sizeof line, "%.17g", 1e300 / 7);
}

static void resolves(void *unused) { // on a thread of the runtime
  size_t count = sizeof found / sizeof *found;
  (void)unused;
  weft_resolve("localhost", 80, weft_now() + 60000000000, found, &count);
}

static void looks_up(void *unused) { // on the task's own stack, with its thread blocked
  struct addrinfo *all = NULL;
  (void)unused;
  if (getaddrinfo("localhost", "80", NULL, &all) == 0)
    freeaddrinfo(all);
}

int main(int argc, char **argv) {
  (void)argv;
  static const struct {
    const char *what;
    void (*fn)(void *);
    uint32_t stack;
  } calls[] = {{"reads and writes", waits, WEFT_STACK_16K}, {"snprintf of a double", formats, WEFT_STACK_64K},
               {"weft_resolve", resolves, WEFT_STACK_256K}, {"getaddrinfo itself", looks_up, WEFT_STACK_1M}};
  weft_runtime_config config = {.size = sizeof config, .workers = 1};
  weft_runtime *rt;
  if (weft_runtime_create(&config, &rt, NULL, 0) != WEFT_OK)
    return 1;
  for (size_t i = 0; i < sizeof calls / sizeof *calls; ++i) {
    weft_spawn_attr attr = {.size = sizeof attr, .stack = calls[i].stack, .flags = WEFT_SPAWN_DETACHED};
    if (weft_spawn(rt, calls[i].fn, NULL, &attr, NULL) != WEFT_OK || weft_run(rt) != WEFT_OK)
      return 1;
  }
  weft_stack_stats stats = {.size = sizeof stats};
  weft_get_stack_stats(&stats, WEFT_STACK_STATS_DEPTHS);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; ++i) {
    const weft_stack_class_stats *of = &stats.of[calls[i].stack];
    if (argc > 1)
      printf("%s: %llu KiB\n", calls[i].what, (unsigned long long)of->deepest / 1024);
    else
      printf("%s: %s\n", calls[i].what, of->deepest > 0 && of->deepest < of->bytes ? "within its stack" : "?");
  }
  return weft_runtime_destroy(rt) != WEFT_OK;
}
