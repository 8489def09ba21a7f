// Any of several tokens, messages, a file, a signal: see docs/reference/io.md.
//
// expect: the second answered 42, the first is still open
// expect: both: 7 and 8
// expect: ping, answered by pong
// expect: 5 bytes of a file
// expect: no such name
// expect: told of a signal 2 times

#include <weft/files.h>
#include <weft/signals.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uint64_t in_a_minute(void) { return weft_now() + UINT64_C(60000000000); }

static void any_and_all(void) {
  weft_token tokens[2] = {weft_token_new(NULL), weft_token_new(NULL)};
  weft_complete(tokens[1], WEFT_OK, 42); // by whoever, from any thread
  weft_cq_event event;
  if (weft_await_any(tokens, 2, in_a_minute(), &event) == WEFT_OK && event.key == 1)
    printf("the second answered %d, the first is still open\n", (int)event.value);

  tokens[1] = weft_token_new(NULL);
  weft_complete(tokens[1], WEFT_OK, 8);
  weft_complete(tokens[0], WEFT_OK, 7);
  weft_cq_event events[2];
  if (weft_await_all(tokens, 2, in_a_minute(), events) == WEFT_OK)
    printf("both: %d and %d\n", (int)events[0].value, (int)events[1].value);
}

static void answer(void *sock) {
  char text[16];
  weft_addr from;
  int64_t size = weft_datagram_receive(sock, text, sizeof text, in_a_minute(), &from);
  if (size == 4 && memcmp(text, "ping", 4) == 0)
    weft_datagram_send(sock, "pong", 4, in_a_minute(), &from);
}

static void messages(void) {
  weft_addr any_port, server_at;
  weft_sock *server, *client;
  weft_addr_ip("127.0.0.1", 0, &any_port);
  if (weft_datagram_open(&any_port, &server) != WEFT_OK || weft_datagram_open(&any_port, &client) != WEFT_OK)
    return;
  weft_sock_local(server, &server_at);
  weft_task task;
  weft_spawn(NULL, answer, server, NULL, &task);
  char text[16];
  weft_datagram_send(client, "ping", 4, in_a_minute(), &server_at);
  int64_t size = weft_datagram_receive(client, text, sizeof text, in_a_minute(), NULL);
  printf("ping, answered by %.*s\n", (int)size, text);
  weft_join(task);
  weft_sock_close(client);
  weft_sock_close(server);
}

static void files(void) {
  char text[5];
  int fd;
  if (weft_file_open("/proc/version", O_RDONLY, 0, in_a_minute(), &fd) == WEFT_OK) {
    printf("%d bytes of a file\n", (int)weft_file_read(fd, text, sizeof text, 0, in_a_minute()));
    close(fd);
  }
  weft_sock *sock;
  if (weft_tcp_dial("no such name", 80, in_a_minute(), &sock) != WEFT_OK)
    printf("no such name\n");
}

static void signals(void) {
  weft_signals *heard;
  if (weft_signals_open(SIGTERM, &heard) != WEFT_OK) // nobody is killed while somebody listens
    return;
  raise(SIGTERM);
  raise(SIGTERM);
  printf("told of a signal %d times\n", (int)weft_signals_wait(heard, in_a_minute()));
  weft_signals_close(heard);
}

static void run(void *arg) {
  (void)arg;
  any_and_all();
  messages();
  files();
  signals();
}

int main(void) {
  weft_runtime_config config = {.size = sizeof config, .workers = 1};
  weft_runtime *rt;
  char error[256];
  if (weft_runtime_create(&config, &rt, error, sizeof error) != WEFT_OK) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  weft_spawn_attr attr = {.size = sizeof attr, .stack = WEFT_STACK_256K};
  weft_spawn(rt, run, NULL, &attr, NULL);
  return weft_run(rt) == WEFT_OK && weft_runtime_destroy(rt) == WEFT_OK ? 0 : 1;
}
