// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// An existing libuv program, a TCP echo server by callbacks with a timer that ticks, beside which green threads work: one is
// a client of the server, one waits for ticks. What Weft added is in two places, `enter` and `leave`; main and the callbacks
// are as they were, but for a tick that tells who waits for it. docs/hosts.md walks through it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <weft/hosts/libuv.h>
#include <weft/net.h>
#include <weft/task.h>

// --- The program: its loop, its server, its timer -------------------------------------------------

static uv_loop_t loop;
static uv_tcp_t server;
static uv_timer_t ticker;
static int ticks, served;
static void ticked(int number);

static void closed(uv_handle_t *handle) { free(handle); }
static void room(uv_handle_t *handle, size_t size, uv_buf_t *buf) {
  (void)handle;
  *buf = uv_buf_init(malloc(size), (unsigned)size);
}
static void wrote(uv_write_t *write, int status) {
  (void)status;
  free(write->data);
  free(write);
}
static void heard(uv_stream_t *client, ssize_t n, const uv_buf_t *buf) {
  if (n <= 0) {
    free(buf->base);
    if (n < 0)
      uv_close((uv_handle_t *)client, closed);
    return;
  }
  served += (int)n;
  uv_write_t *write = malloc(sizeof *write);
  uv_buf_t back = uv_buf_init(buf->base, (unsigned)n);
  write->data = buf->base;
  uv_write(write, client, &back, 1, wrote);
}
static void connected(uv_stream_t *listener, int status) {
  if (status != 0)
    return;
  uv_tcp_t *client = malloc(sizeof *client);
  uv_tcp_init(listener->loop, client);
  uv_accept(listener, (uv_stream_t *)client);
  uv_read_start((uv_stream_t *)client, room, heard);
}
static void tick(uv_timer_t *timer) {
  (void)timer;
  ticked(++ticks);
}

// --- Green threads beside it ----------------------------------------------------------------------

static weft_uv_host *host;
static weft_runtime *rt;
static weft_token next_tick; // somebody waits for it
static int working = 2;

static void leave(void);

static void client(void *port) {
  weft_sock *sock;
  char word[] = "green", answer[sizeof word];
  if (weft_tcp_connect("127.0.0.1", *(int *)port, WEFT_NEVER, &sock) != WEFT_OK)
    exit(1);
  for (int i = 1; i <= 3; ++i) {
    weft_sock_write(sock, word, sizeof word, WEFT_NEVER, NULL);
    for (size_t n = 0; n < sizeof answer;) {
      int64_t more = weft_sock_read(sock, answer + n, sizeof answer - n, WEFT_NEVER); // parks this task, not the loop
      if (more <= 0)
        exit(1);
      n += (size_t)more;
    }
    printf("task: the server said %s, %d\n", answer, i);
  }
  weft_sock_close(sock);
  leave();
}

static void listener_to_ticks(void *arg) {
  (void)arg;
  uint64_t number = 0;
  weft_sleep(15000000);
  next_tick = weft_token_new(NULL);
  weft_await(next_tick, &number);
  printf("task: a tick of the program's, %s\n", number > 0 ? "and its number" : "without a number");
  leave();
}

static void ticked(int number) { // a callback of libuv's completes what a task waits for
  if (next_tick)
    weft_complete(next_tick, WEFT_OK, (uint64_t)number);
  next_tick = 0;
}

static void enter(int *port) {
  weft_runtime_config config = {.size = sizeof config, .host = weft_uv_host_ops()};
  char error[256] = "";
  weft_status status = weft_uv_host_new(&loop, &host);
  if (status != WEFT_OK)
    fprintf(stderr, "weft_uv_host_new: %s\n", weft_status_text(status)), exit(1);
  config.host_self = host;
  if (weft_runtime_create(&config, &rt, error, sizeof error) != WEFT_OK)
    fprintf(stderr, "%s\n", error), exit(1);
  weft_uv_host_attach(host, rt);
  weft_spawn(rt, client, port, NULL, NULL);
  weft_spawn(rt, listener_to_ticks, NULL, NULL, NULL);
}

static void over(void *arg, uint64_t abandoned) {
  (void)arg;
  printf("weft: gone, %d abandoned\n", (int)abandoned);
  uv_close((uv_handle_t *)&server, NULL);
  uv_close((uv_handle_t *)&ticker, NULL);
}
static void leave(void) {
  if (--working == 0)
    weft_uv_host_close(host, WEFT_SHUTDOWN_WAIT, over, NULL);
}

// --- Its main, as it was, and enter() -------------------------------------------------------------

int main(void) {
  struct sockaddr_storage at;
  int size = sizeof at;
  int failed = uv_loop_init(&loop);
  if (failed != 0)
    return fprintf(stderr, "uv_loop_init: %s\n", uv_strerror(failed)), 1;
  uv_tcp_init(&loop, &server);
  uv_ip4_addr("127.0.0.1", 0, (struct sockaddr_in *)&at);
  uv_tcp_bind(&server, (struct sockaddr *)&at, 0);
  failed = uv_listen((uv_stream_t *)&server, 16, connected);
  if (failed != 0)
    return fprintf(stderr, "uv_listen: %s\n", uv_strerror(failed)), 1;
  uv_tcp_getsockname(&server, (struct sockaddr *)&at, &size);
  int port = ntohs(((struct sockaddr_in *)&at)->sin_port);
  uv_timer_init(&loop, &ticker);
  uv_timer_start(&ticker, tick, 10, 10);

  enter(&port);
  uv_run(&loop, UV_RUN_DEFAULT);
  printf("program: served %d bytes, ticked %s\n", served, ticks > 0 ? "on" : "never");
  return uv_loop_close(&loop);
}
