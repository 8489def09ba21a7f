/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// The baseline of HTTP: a server of callbacks on libuv, as one writes it for speed. It answers by docs/examples/http/exchange.h, so its bytes
// are those of the server on tasks.
//
// One buffer is read into for all connections, since what is read is parsed before the next read; answers are tried at once, and only what the
// kernel does not take is copied and waits; deadlines are looked at once a second for all. So a request costs one read, one write, and its part of
// a wait.
#include "exchange.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <sys/resource.h>
#include <uv.h>

namespace {

constexpr uint64_t idle_ms = 60000, request_ms = 20000, write_ms = 20000;

struct Connection {
  uv_tcp_t tcp;
  http::Exchange exchange;
  http::Scratch *scratch = nullptr; // while a request is in the middle
  uv_write_t write;
  std::string waiting; // what the kernel has not taken yet
  uint64_t deadline = 0;
  Connection *next = nullptr, *previous = nullptr;
  bool closing = false;
};

uv_loop_t *loop;
uv_tcp_t listener;
uv_timer_t each_second;
Connection *connections;
bool stopping;
char in[16384];
http::Scratch shared;

void close_connection(Connection *c) {
  if (c->closing)
    return;
  c->closing = true;
  uv_close(reinterpret_cast<uv_handle_t *>(&c->tcp), [](uv_handle_t *handle) {
    auto *c = static_cast<Connection *>(handle->data);
    if (c->next)
      c->next->previous = c->previous;
    (c->previous ? c->previous->next : connections) = c->next;
    delete c->scratch;
    delete c;
  });
}

void stop() {
  if (stopping)
    return;
  stopping = true;
  uv_close(reinterpret_cast<uv_handle_t *>(&listener), nullptr);
  for (Connection *c = connections; c; c = c->next) {
    c->exchange.close_next();
    if (!c->exchange.in_request() && c->waiting.empty())
      close_connection(c);
  }
}

void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer);
void lend_buffer(uv_handle_t *, size_t, uv_buf_t *buffer) { *buffer = uv_buf_init(in, sizeof in); }

void written(uv_write_t *request, int status) {
  auto *c = static_cast<Connection *>(request->data);
  c->waiting.clear();
  c->deadline = uv_now(loop) + (c->exchange.in_request() ? request_ms : idle_ms);
  if (status != 0 || c->exchange.closes() || (stopping && !c->exchange.in_request()))
    close_connection(c);
  else
    uv_read_start(reinterpret_cast<uv_stream_t *>(&c->tcp), lend_buffer, on_read);
}

void send_answers(Connection *c, std::string &out) {
  auto *stream = reinterpret_cast<uv_stream_t *>(&c->tcp);
  if (!out.empty()) {
    uv_buf_t all = uv_buf_init(out.data(), static_cast<unsigned>(out.size()));
    int sent = uv_try_write(stream, &all, 1);
    if (sent == UV_EAGAIN)
      sent = 0;
    if (sent < 0)
      return close_connection(c);
    if (static_cast<size_t>(sent) < out.size()) {
      // Who does not read is not read from.
      uv_read_stop(stream);
      c->waiting.assign(out, static_cast<size_t>(sent));
      c->deadline = uv_now(loop) + write_ms;
      uv_buf_t rest = uv_buf_init(c->waiting.data(), static_cast<unsigned>(c->waiting.size()));
      c->write.data = c;
      uv_write(&c->write, stream, &rest, 1, written);
      out.clear();
      return;
    }
    out.clear();
  }
  if (c->exchange.closes())
    close_connection(c);
}

void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
  auto *c = static_cast<Connection *>(stream->data);
  if (size < 0)
    return close_connection(c);
  const bool began = !c->scratch;
  const uint32_t before = c->exchange.begun();
  http::Scratch &scratch = c->scratch ? *c->scratch : shared;
  c->exchange.feed(buffer->base, static_cast<size_t>(size), scratch);
  if (c->exchange.in_request()) {
    if (c->exchange.begun() != before)
      c->deadline = uv_now(loop) + request_ms;
    if (began) { // the shared one is another's with the next read
      c->scratch = new http::Scratch;
      std::swap(*c->scratch, shared);
    }
    send_answers(c, c->scratch->out);
  } else {
    c->deadline = uv_now(loop) + idle_ms;
    send_answers(c, scratch.out);
    scratch.reset();
    if (!began) {
      delete c->scratch;
      c->scratch = nullptr;
    }
  }
  if (http::Exchange::stop_asked)
    stop();
}

void on_connection(uv_stream_t *, int status) {
  if (status != 0)
    return;
  auto *c = new Connection;
  uv_tcp_init(loop, &c->tcp);
  c->tcp.data = c;
  c->next = connections;
  if (c->next)
    c->next->previous = c;
  connections = c;
  c->deadline = uv_now(loop) + idle_ms;
  if (uv_accept(reinterpret_cast<uv_stream_t *>(&listener),
                reinterpret_cast<uv_stream_t *>(&c->tcp)) != 0)
    return close_connection(c);
  uv_tcp_nodelay(&c->tcp, 1);
  uv_read_start(reinterpret_cast<uv_stream_t *>(&c->tcp), lend_buffer, on_read);
}

void look_at_deadlines(uv_timer_t *) {
  if (stopping && !connections) {
    uv_close(reinterpret_cast<uv_handle_t *>(&each_second), nullptr);
    return;
  }
  for (Connection *c = connections; c; c = c->next) {
    if (c->deadline > uv_now(loop) || c->closing)
      continue;
    if (c->exchange.in_request()) {
      c->exchange.time_out(*c->scratch);
      send_answers(c, c->scratch->out);
    }
    close_connection(c);
  }
}

} // namespace

int main(int argc, char **argv) {
  int port = 0;
  for (int i = 1; i < argc; ++i)
    if (!strcmp(argv[i], "--stoppable"))
      http::limits.stoppable = true;
    else if (!strcmp(argv[i], "--port") && i + 1 < argc)
      port = atoi(argv[++i]);
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  loop = uv_default_loop();
  sockaddr_in address;
  uv_ip4_addr("127.0.0.1", port, &address);
  uv_tcp_init(loop, &listener);
  uv_tcp_bind(&listener, reinterpret_cast<sockaddr *>(&address), 0);
  if (int status = uv_listen(reinterpret_cast<uv_stream_t *>(&listener), 4096, on_connection);
      status != 0) {
    fprintf(stderr, "uv-server: listen: %s\n", uv_strerror(status));
    return 2;
  }
  int size = sizeof address;
  uv_tcp_getsockname(&listener, reinterpret_cast<sockaddr *>(&address), &size);
  printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
  fflush(stdout);
  uv_timer_init(loop, &each_second);
  uv_timer_start(&each_second, look_at_deadlines, 1000, 1000);
  uv_run(loop, UV_RUN_DEFAULT);
  uv_loop_close(loop);
  puts("stopped");
}
