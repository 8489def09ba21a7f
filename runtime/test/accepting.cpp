// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A program that idle-costs-nothing looks at: it serves some connections of its own, with many tasks on all workers,
// prints "waits", and then waits in `accept` for good. "wakes" as argument: a task wakes ten times a second.
#include "weft/net.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

weft_sock *listener;

void spawn(weft_task_fn fn, void *arg) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.flags = WEFT_SPAWN_DETACHED;
  if (weft_spawn(nullptr, fn, arg, &attr, nullptr) != WEFT_OK)
    abort();
}

void serve(void *arg) {
  auto *sock = static_cast<weft_sock *>(arg);
  char byte;
  while (weft_sock_read(sock, &byte, 1, WEFT_NEVER) == 1)
    for (int i = 0; i < 5; ++i)
      weft_yield();
  weft_sock_close(sock);
}

void visit(void *) {
  weft_sock *sock;
  size_t written;
  if (weft_tcp_connect("127.0.0.1", weft_sock_port(listener), WEFT_NEVER, &sock) != WEFT_OK ||
      weft_sock_write(sock, "hello", 5, WEFT_NEVER, &written) != WEFT_OK)
    abort();
  weft_sleep(1000000);
  weft_sock_close(sock);
}

void listen(void *count) {
  if (weft_tcp_listen("127.0.0.1", 0, 64, &listener) != WEFT_OK)
    abort();
  auto visitors = *static_cast<int *>(count);
  for (int i = 0; i < visitors; ++i)
    spawn(visit, nullptr);
  for (int i = 0;; ++i) {
    if (i == visitors) {
      puts("waits");
      fflush(stdout);
    }
    weft_sock *sock;
    if (weft_tcp_accept(listener, &sock) != WEFT_OK)
      abort();
    spawn(serve, sock);
  }
}

} // namespace

int main(int argc, char **argv) {
  int visitors = argc > 1 ? atoi(argv[1]) : 0;
  weft_runtime *rt;
  char error[256];
  if (weft_runtime_create(nullptr, &rt, error, sizeof error) != WEFT_OK) {
    fprintf(stderr, "%s\n", error);
    return 2;
  }
  if (argc > 1 && strcmp(argv[1], "wakes") == 0)
    spawn([](void *) {
      for (;;)
        weft_sleep(100000000);
    }, nullptr);
  spawn(listen, &visitors);
  return weft_run(rt) == WEFT_OK ? 0 : 1;
}
