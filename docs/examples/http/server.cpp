/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A server of HTTP/1.1 as one would write it with a thread per connection: each connection is a task that waits, reads, answers. What to
// answer is exchange.h's.
//
// The idea: a connection costs what it needs at the moment. Between requests that is its task, whose stack is one page as long as nothing deep
// runs on it: the parser runs on the worker's stack (weft_call_native), and buffers are taken when something can be read and given
// back when the request is answered.
//
// A peer that is slow, silent or gone costs a deadline: idle for too long, a request that does not come in whole (408), an answer that is not
// taken. A task looks now and then for who idles, and at the clock: so a request that comes and is answered at once sets no timer. A stop
// is graceful: nobody new, who idles is sent away, requests that have begun are answered.
#include "exchange.h"

#include "weft/net.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#ifdef HTTP_ON_LIBUV
#include "weft/hosts/libuv.h"
#include <uv.h>
#endif

namespace {

constexpr uint64_t second = 1000000000;

// Sanitizers make frames larger.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr uint32_t stack_class = WEFT_STACK_256K;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr uint32_t stack_class = WEFT_STACK_256K;
#else
constexpr uint32_t stack_class = WEFT_STACK_16K;
#endif
#else
constexpr uint32_t stack_class = WEFT_STACK_16K;
#endif

struct Options {
  uint16_t port = 0;
  bool on_libuv = false;
  uint64_t idle = 60 * second, request = 20 * second, write = 20 * second;
} options;

// What a request needs while it is in flight; a free list keeps what was given back.
struct Buffers {
  http::Scratch scratch;
  Buffers *next;
  char in[16384];
};
Buffers *free_buffers;
size_t free_count;

Buffers *take_buffers() {
  Buffers *b = free_buffers;
  if (!b)
    return new Buffers;
  free_buffers = b->next;
  --free_count;
  return b;
}

void give_buffers(Buffers *b) {
  b->scratch.reset();
  if (free_count >= 256) { // a burst's are not kept
    delete b;
    return;
  }
  b->next = free_buffers;
  free_buffers = b;
  ++free_count;
}

struct Connection {
  explicit Connection(weft_sock *s);
  ~Connection();

  http::Exchange exchange;
  weft_sock *sock;
  weft_task task = 0;
  Connection *next, *previous = nullptr;
  uint64_t idle_since;
  bool idle = true;
};

weft_sock *listener;
weft_task watcher;
Connection *connections;
bool stopping;
uint64_t now; // as of the watcher's last look

Connection::Connection(weft_sock *s) : sock(s), next(connections), idle_since(now) {
  if (next)
    next->previous = this;
  connections = this;
}

Connection::~Connection() {
  if (next)
    next->previous = previous;
  (previous ? previous->next : connections) = next;
  weft_sock_close(sock);
}

void stop() {
  if (stopping)
    return;
  stopping = true;
  weft_sock_close(listener); // wakes who accepts
  weft_cancel(watcher);
  for (Connection *c = connections; c; c = c->next) {
    c->exchange.close_next();
    if (c->idle)
      weft_cancel(c->task);
  }
}

// The parser's frames are not this task's.
void feed(Connection &c, Buffers &b, int64_t size) {
  struct Call {
    Connection &c;
    Buffers &b;
    size_t size;
  } call = {c, b, static_cast<size_t>(size)};
  weft_call_native(
      [](void *arg) {
        auto *call = static_cast<Call *>(arg);
        call->c.exchange.feed(call->b.in, call->size, call->b.scratch);
      },
      &call);
}

// A cancel is for who idles: one that comes when a request has just begun changes nothing.
int64_t read_request(Connection &c, Buffers &b, uint64_t deadline) {
  int64_t n;
  do
    n = weft_sock_read(c.sock, b.in, sizeof b.in, deadline);
  while (n == WEFT_E_CANCELLED);
  return n;
}

bool send_answers(Connection &c, http::Scratch &scratch) {
  const std::string &out = scratch.out;
  weft_status status = WEFT_OK;
  for (size_t sent = 0, n; sent < out.size(); sent += n) {
    status = weft_sock_write(c.sock, out.data() + sent, out.size() - sent, now + options.write, &n);
    if (status != WEFT_OK && status != WEFT_E_CANCELLED)
      break;
  }
  scratch.out.clear();
  return status == WEFT_OK || status == WEFT_E_CANCELLED;
}

// A close with something unread, or with more to come, resets the connection, and the last answer may be lost with it: so read on for a
// moment, till the peer has closed, too.
void linger(Connection &c, Buffers &b) {
  weft_sock_shutdown_write(c.sock);
  const uint64_t deadline = weft_now() + second;
  for (size_t total = 0; total < (1 << 20);) {
    int64_t n = read_request(c, b, deadline);
    if (n <= 0)
      return;
    total += static_cast<size_t>(n);
  }
}

// From the first bytes of a request, which can be read, to the end of the last answer. False: the connection is to be closed.
bool serve_requests(Connection &c) {
  Buffers *b = take_buffers();
  uint64_t deadline = now + options.request; // of what can be read, so that the clock need not be
  bool open = true;
  do {
    const uint32_t begun = c.exchange.begun();
    const int64_t n = read_request(c, *b, deadline);
    if (n > 0)
      feed(c, *b, n);
    else if (n == WEFT_E_TIMEOUT && c.exchange.in_request())
      c.exchange.time_out(b->scratch);
    else
      open = false; // the peer's end, an error: half a request has no answer
    if (!b->scratch.out.empty() && !send_answers(c, b->scratch))
      open = false;
    if (open && c.exchange.closes())
      linger(c, *b);
    if (c.exchange.begun() != begun && c.exchange.in_request()) // each has its time; exactly, since it has to be waited for
      deadline = weft_now() + options.request;
  } while (open && !c.exchange.closes() && c.exchange.in_request());
  give_buffers(b);
  return open && !c.exchange.closes();
}

void serve(void *arg) {
  auto *c = static_cast<Connection *>(arg);
  for (bool open = true; open && !stopping;) {
    c->idle_since = now;
    c->idle = true;
    if (weft_sock_wait_readable(c->sock, WEFT_NEVER) != WEFT_OK)
      break; // cancelled: idle for too long, or the server stops
    c->idle = false;
    open = serve_requests(*c);
    if (http::Exchange::stop_asked)
      stop();
  }
  delete c;
}

void accept_all(void *) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = stack_class;
  attr.name = "connection";
  attr.flags = WEFT_SPAWN_DETACHED;
  for (bool told = false;;) {
    weft_sock *peer = nullptr;
    weft_status status = weft_tcp_accept(listener, &peer);
    if (status == WEFT_E_CLOSED)
      return;
    if (status != WEFT_OK) {
      // Out of descriptors or memory: connections wait in the backlog until some are given back.
      if (!told)
        fprintf(stderr, "accept: %s\n", weft_status_text(status));
      told = true;
      weft_sleep(second / 200);
      if (stopping)
        return;
      continue;
    }
    auto *c = new Connection(peer);
    if (weft_spawn(nullptr, serve, c, &attr, &c->task) != WEFT_OK)
      delete c;
  }
}

// Idling and answers that are not taken end by a clock that is as old as its pause: a quarter of the shortest limit, at most a second.
void watch(void *) {
  uint64_t pause = second;
  for (uint64_t limit : {options.idle, options.request, options.write})
    pause = limit / 4 < pause ? limit / 4 : pause;
  while (!stopping && weft_sleep(pause) == WEFT_OK) {
    now = weft_now();
    for (Connection *c = connections; c; c = c->next)
      if (c->idle && now - c->idle_since >= options.idle)
        weft_cancel(c->task);
  }
}

[[noreturn]] void fail(const char *what, const char *why) {
  fprintf(stderr, "http-server: %s: %s\n", what, why);
  exit(2);
}

uint64_t number(const char *option, const char *text, uint64_t least, uint64_t most) {
  char *end = nullptr;
  const unsigned long long n = text ? strtoull(text, &end, 10) : 0;
  if (!text || *text < '0' || *text > '9' || *end || n < least || n > most) {
    char why[80];
    snprintf(why, sizeof why, "wants a number from %llu to %llu",
             static_cast<unsigned long long>(least), static_cast<unsigned long long>(most));
    fail(option, why);
  }
  return n;
}

uint64_t milliseconds(const char *option, const char *text) {
  return number(option, text, 1, UINT32_MAX) * (second / 1000);
}

void read_options(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    const char *o = argv[i];
    const char *value = argv[i + 1];
    if (!strcmp(o, "--stoppable")) {
      http::limits.stoppable = true;
      continue;
    }
    if (!strcmp(o, "--host") && value && (!strcmp(value, "epoll") || !strcmp(value, "libuv")))
      options.on_libuv = *value == 'l';
    else if (!strcmp(o, "--port"))
      options.port = static_cast<uint16_t>(number(o, value, 0, UINT16_MAX));
    else if (!strcmp(o, "--max-header"))
      http::limits.header = static_cast<uint32_t>(number(o, value, 1, UINT32_MAX));
    else if (!strcmp(o, "--max-body"))
      http::limits.body = number(o, value, 0, UINT32_MAX);
    else if (!strcmp(o, "--idle-ms"))
      options.idle = milliseconds(o, value);
    else if (!strcmp(o, "--request-ms"))
      options.request = milliseconds(o, value);
    else if (!strcmp(o, "--write-ms"))
      options.write = milliseconds(o, value);
    else
      fail(o, "unknown; there are --host epoll|libuv, --port, --max-header, --max-body (bytes), "
              "--idle-ms, "
              "--request-ms, --write-ms, --stoppable (POST /stop)");
    ++i;
  }
}

// What to do when there is a runtime, whoever owns the loop.
void begin(weft_runtime *rt) {
  if (weft_status status = weft_tcp_listen("127.0.0.1", options.port, 4096, &listener);
      status != WEFT_OK)
    fail("listen", weft_status_text(status));
  printf("listening on 127.0.0.1:%u\n", weft_sock_port(listener));
  fflush(stdout);
  now = weft_now();
  if (weft_status status = weft_spawn(rt, watch, nullptr, nullptr, &watcher); status != WEFT_OK)
    fail("spawn", weft_status_text(status));
  weft_detach(watcher);
  if (weft_status status = weft_spawn(rt, accept_all, nullptr, nullptr, nullptr); status != WEFT_OK)
    fail("spawn", weft_status_text(status));
}

weft_runtime *make_runtime(const weft_host_ops *host, void *self) {
  char error[512];
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.workers = 1; // what is here is shared without locks
  config.host = host;
  config.host_self = self;
  weft_runtime *rt = nullptr;
  if (weft_runtime_create(&config, &rt, error, sizeof error) != WEFT_OK)
    fail("runtime", error);
  return rt;
}

void run_on_epoll() {
  weft_runtime *rt = make_runtime(nullptr, nullptr);
  begin(rt);
  if (weft_status status = weft_run(rt); status != WEFT_OK)
    fail("run", weft_status_text(status));
  if (weft_status status = weft_runtime_destroy(rt); status != WEFT_OK)
    fail("destroy", weft_status_text(status));
}

#ifdef HTTP_ON_LIBUV
// The loop is the program's, which may have more in it.
void run_on_libuv() {
  weft_uv_host *host = nullptr;
  uv_loop_t *loop = uv_default_loop();
  if (!loop)
    fail("libuv", "it cannot make a loop; it needs some descriptors");
  if (weft_status status = weft_uv_host_new(loop, &host); status != WEFT_OK)
    fail("libuv", weft_status_text(status));
  weft_runtime *rt = make_runtime(weft_uv_host_ops(), host);
  weft_uv_host_attach(host, rt);
  begin(rt);
  uv_run(loop, UV_RUN_DEFAULT); // till no task lives
  weft_uv_host_close(host, WEFT_SHUTDOWN_WAIT, nullptr, nullptr);
  uv_run(loop, UV_RUN_DEFAULT);
  if (int status = uv_loop_close(loop); status != 0)
    fail("libuv", uv_strerror(status));
}
#else
void run_on_libuv() { fail("--host", "built without libuv"); }
#endif

} // namespace

int main(int argc, char **argv) {
  read_options(argc, argv);
  if (options.on_libuv)
    run_on_libuv();
  else
    run_on_epoll();
  while (Buffers *b = free_buffers) {
    free_buffers = b->next;
    delete b;
  }
  puts("stopped");
}
