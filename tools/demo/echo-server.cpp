/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A TCP echo server as one would write it with a thread per connection: each connection is a task
// that reads and writes in a loop, on the one thread that also runs the event loop.
//
// Connections live in a domain of their own, so the counter's and the signals' tasks are picked
// beside them, never behind a thousand of them; closing the domain ends them all. Only the loopback
// address is served. See echo-client.cpp for the other side.
#include "weft/net.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

struct Server {
  weft_domain *connections = nullptr;
  weft_sock *listener = nullptr;
  weft_sock *signals = nullptr;
  weft_task counter = 0;
  bool one_batch = false; // end when everybody has left again
  bool live = false;      // the counter line is overwritten in place
  bool stopping = false;
  uint64_t open = 0, most_open = 0, accepted = 0, failed = 0, bytes = 0;
};
Server server;

void stop() {
  if (server.stopping)
    return;
  server.stopping = true;
  weft_sock_close(server.listener); // wakes the acceptor
  weft_sock_close(server.signals);  // and who waits for signals
  weft_cancel(server.counter);
}

// One connection, from accept to close.
void echo(void *arg) {
  auto *peer = static_cast<weft_sock *>(arg);
  char buffer[16384];
  int64_t n;
  while ((n = weft_sock_read(peer, buffer, sizeof buffer, WEFT_NEVER)) > 0) {
    weft_status status = weft_sock_write(peer, buffer, static_cast<size_t>(n), WEFT_NEVER, nullptr);
    if (status != WEFT_OK) {
      n = status;
      break;
    }
    server.bytes += static_cast<uint64_t>(n);
  }
  server.failed += n < 0 && n != WEFT_E_CANCELLED;
  weft_sock_close(peer);
  --server.open;
  if (server.one_batch && server.open == 0)
    stop();
}

void accept_all(void *) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.domain = server.connections;
  attr.name = "echo";
  attr.flags = WEFT_SPAWN_DETACHED;
  while (!server.stopping) {
    weft_sock *peer = nullptr;
    weft_status status = weft_tcp_accept(server.listener, &peer);
    if (status == WEFT_E_CLOSED)
      return;
    if (status != WEFT_OK) {
      // Out of descriptors or memory: connections wait in the backlog until some are given back.
      fprintf(stderr, "\naccept: %s\n", weft_status_text(status));
      weft_sleep(100000000);
      continue;
    }
    ++server.accepted;
    if (++server.open > server.most_open)
      server.most_open = server.open;
    if (weft_spawn(nullptr, echo, peer, &attr, nullptr) != WEFT_OK) {
      weft_sock_close(peer);
      --server.open;
      ++server.failed;
    }
  }
}

// A line per half second, in place on a terminal.
void count(void *) {
  uint64_t last_time = weft_now(), last_bytes = 0;
  while (!server.stopping) {
    if (weft_sleep(500000000) != WEFT_OK)
      break;
    uint64_t now = weft_now();
    double seconds = static_cast<double>(now - last_time) / 1e9;
    if (server.accepted != 0) {
      printf("%s%6llu open  %7llu accepted  %8.1f MB/s echoed%s", server.live ? "\r" : "",
             static_cast<unsigned long long>(server.open),
             static_cast<unsigned long long>(server.accepted),
             static_cast<double>(server.bytes - last_bytes) / seconds / 1e6,
             server.live ? "" : "\n");
      fflush(stdout);
    }
    last_time = now;
    last_bytes = server.bytes;
  }
}

// A signal is a descriptor like any other: it arrives through the loop.
void wait_for_signal(void *) {
  signalfd_siginfo info;
  if (weft_sock_read(server.signals, &info, sizeof info, WEFT_NEVER) > 0)
    stop();
}

void supervise(void *) {
  weft_task acceptor = 0, signals = 0;
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.name = "accept";
  weft_spawn(nullptr, accept_all, nullptr, &attr, &acceptor);
  attr.name = "signals";
  weft_spawn(nullptr, wait_for_signal, nullptr, &attr, &signals);
  attr.name = "counter";
  weft_spawn(nullptr, count, nullptr, &attr, &server.counter);
  weft_join(acceptor);
  weft_join(signals);
  weft_join(server.counter);
  weft_domain_close(server.connections);
}

[[noreturn]] void fail(const char *what, const char *why) {
  fprintf(stderr, "echo-server: %s: %s\n", what, why);
  exit(1);
}

[[noreturn]] void usage() {
  fputs("usage: echo-server [--port N] [--once]\n"
        "  --port N   listen on 127.0.0.1:N (0, the default: any free one; printed)\n"
        "  --once     end when everybody who connected has left\n"
        "Ends at SIGINT or SIGTERM. WEFT_SCHED and the other WEFT_ variables apply.\n",
        stderr);
  exit(2);
}

} // namespace

int main(int argc, char **argv) {
  long port = 0;
  for (int i = 1; i < argc; ++i) {
    char *end = nullptr;
    if (strcmp(argv[i], "--once") == 0)
      server.one_batch = true;
    else if (strcmp(argv[i], "--port") == 0 && i + 1 < argc &&
             ((port = strtol(argv[++i], &end, 10)), *end == '\0' && port >= 0 && port <= 65535))
      continue;
    else
      usage();
  }
  server.live = isatty(STDOUT_FILENO) == 1;

  rlimit descriptors;
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
  }
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, nullptr);

  char error[256];
  weft_runtime_config config = {};
  config.size = sizeof config;
  weft_runtime *runtime = nullptr;
  if (weft_runtime_create(&config, &runtime, error, sizeof error) != WEFT_OK)
    fail("runtime", error);
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = "connections";
  attr.picks = 64;
  if (weft_domain_create(nullptr, &attr, &server.connections, error, sizeof error) != WEFT_OK)
    fail("domain", error);
  weft_status status =
      weft_tcp_listen("127.0.0.1", static_cast<uint16_t>(port), 4096, &server.listener);
  if (status != WEFT_OK)
    fail("listen", weft_status_text(status));
  status = weft_sock_adopt(signalfd(-1, &ends, SFD_NONBLOCK | SFD_CLOEXEC), &server.signals);
  if (status != WEFT_OK)
    fail("signalfd", weft_status_text(status));
  printf("listening on 127.0.0.1:%u\n", weft_sock_port(server.listener));
  fflush(stdout);

  weft_spawn_attr detached = {};
  detached.size = sizeof detached;
  detached.name = "supervisor";
  detached.flags = WEFT_SPAWN_DETACHED;
  status = weft_spawn(runtime, supervise, nullptr, &detached, nullptr);
  if (status == WEFT_OK)
    status = weft_run(runtime);
  if (status != WEFT_OK)
    fail("run", weft_status_text(status));
  weft_runtime_destroy(runtime);
  printf("%s%llu connections, at most %llu at once; %.1f MB echoed; %llu ended by an error\n",
         server.live ? "\n" : "", static_cast<unsigned long long>(server.accepted),
         static_cast<unsigned long long>(server.most_open), static_cast<double>(server.bytes) / 1e6,
         static_cast<unsigned long long>(server.failed));
  return 0;
}
