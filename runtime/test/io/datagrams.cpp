// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Messages: whole, in their order, from whom they say, and waited for in both directions.
#include "on_hosts.h"

#include <cerrno>

namespace {

weft_addr local(const char *host = "127.0.0.1") {
  weft_addr a;
  CHECK(weft_addr_ip(host, 0, &a) == WEFT_OK);
  return a;
}

struct Opened {
  weft_sock *sock = nullptr;
  weft_addr name = {};
  explicit Opened(const weft_addr &at) {
    CHECK(weft_datagram_open(&at, &sock) == WEFT_OK);
    CHECK(weft_sock_local(sock, &name) == WEFT_OK);
  }
  ~Opened() { weft_sock_close(sock); }
};

std::string text(const weft_addr &a) {
  char out[200];
  return weft_addr_text(&a, out, sizeof out) == WEFT_OK ? out : "?";
}

} // namespace

TEST_CASE("a message arrives whole, with its sender's address, and is answered there") {
  OnHost h(each_host());
  const bool is_unix = GENERATE(false, true);
  Folder folder;
  weft_addr at = local(), from_at = at;
  if (is_unix) {
    weft_addr_unix(folder.file("server").c_str(), &at);
    weft_addr_unix("@weft-test-datagrams", &from_at);
  }
  Opened server(at), client(from_at);
  h.go([&] {
    char buffer[100];
    weft_addr from;
    for (int i = 0; i < 2; ++i) {
      int64_t n = weft_datagram_receive(server.sock, buffer, sizeof buffer, some_time(), &from);
      CHECK(n == (i ? 0 : 5));
      CHECK(text(from) == text(client.name));
      CHECK(weft_datagram_send(server.sock, buffer, static_cast<size_t>(n), some_time(), &from) == WEFT_OK);
    }
  });
  h.run([&] {
    settle(); // the server waits
    char buffer[100];
    CHECK(weft_datagram_send(client.sock, "hello", 5, some_time(), &server.name) == WEFT_OK);
    CHECK(weft_datagram_receive(client.sock, buffer, sizeof buffer, some_time(), nullptr) == 5);
    CHECK(std::string(buffer, 5) == "hello");
    CHECK(weft_datagram_send(client.sock, "", 0, some_time(), &server.name) == WEFT_OK); // an empty one is one too
    CHECK(weft_datagram_receive(client.sock, buffer, sizeof buffer, some_time(), nullptr) == 0);
  });
}

TEST_CASE("of a message that is longer than the buffer the answer tells") {
  OnHost h(each_host());
  Opened a(local()), b(local());
  h.run([&] {
    char buffer[4] = "";
    CHECK(weft_datagram_send(a.sock, "0123456789", 10, some_time(), &b.name) == WEFT_OK);
    CHECK(weft_datagram_send(a.sock, "next", 4, some_time(), &b.name) == WEFT_OK);
    CHECK(weft_datagram_receive(b.sock, buffer, 4, some_time(), nullptr) == 10);
    CHECK(std::string(buffer, 4) == "0123");
    CHECK(weft_datagram_receive(b.sock, buffer, 4, some_time(), nullptr) == 4);
    CHECK(std::string(buffer, 4) == "next");
  });
}

TEST_CASE("a socket with a peer hears only that, and is told when nobody is there") {
  OnHost h(each_host());
  Opened a(local()), b(local()), stranger(local());
  CHECK(weft_datagram_peer(a.sock, &b.name) == WEFT_OK);
  weft_addr peer;
  CHECK(weft_sock_remote(a.sock, &peer) == WEFT_OK);
  CHECK(text(peer) == text(b.name));
  CHECK(weft_sock_remote(b.sock, &peer) == -ENOTCONN);
  h.run([&] {
    char buffer[10];
    CHECK(weft_datagram_send(stranger.sock, "no", 2, some_time(), &a.name) == WEFT_OK);
    CHECK(weft_datagram_send(b.sock, "yes", 3, some_time(), &a.name) == WEFT_OK);
    CHECK(weft_sock_read(a.sock, buffer, sizeof buffer, some_time()) == 3);
    CHECK(weft_datagram_receive(a.sock, buffer, sizeof buffer, in_ms(1), nullptr) == WEFT_E_TIMEOUT);
    weft_sock_close(b.sock);
    b.sock = nullptr;
    CHECK(weft_sock_write(a.sock, "x", 1, some_time(), nullptr) == WEFT_OK);
    CHECK(weft_sock_read(a.sock, buffer, sizeof buffer, some_time()) == -ECONNREFUSED);
  });
}

TEST_CASE("who sends to a full queue waits till there is room, by the peer's or by an address") {
  OnHost h(each_host());
  const bool has_peer = GENERATE(true, false);
  Folder folder;
  weft_addr at, none;
  weft_addr_unix(folder.file("full").c_str(), &at);
  weft_addr_unix(nullptr, &none);
  Opened server(at), client(none);
  constexpr int count = 2000; // more than any queue has
  const weft_addr *to = has_peer ? nullptr : &server.name;
  if (has_peer)
    CHECK(weft_datagram_peer(client.sock, &server.name) == WEFT_OK);
  int sent = 0, wrong = 0;
  h.go([&] {
    for (; sent < count; ++sent)
      if (weft_datagram_send(client.sock, &sent, sizeof sent, some_time(), to) != WEFT_OK)
        break;
  });
  h.run([&] {
    settle();
    CHECK(sent < count); // it waits
    int last = sent;
    CHECK(weft_datagram_send(client.sock, &last, sizeof last, weft_now(), to) < 0); // another one is refused, or late
    for (int i = 0; i < count; ++i) {
      int n = -1;
      wrong += weft_datagram_receive(server.sock, &n, sizeof n, some_time(), nullptr) != sizeof n || n != i;
    }
  });
  CHECK(sent == count);
  CHECK(wrong == 0);
}

TEST_CASE("a deadline, a cancel or a close ends the wait for a message, and none is lost by it") {
  OnHost h(each_host());
  Opened a(local()), b(local());
  std::vector<int64_t> answers;
  char buffer[10];
  weft_task task = h.go([&] {
    auto receive = [&](uint64_t deadline) {
      answers.push_back(weft_datagram_receive(a.sock, buffer, sizeof buffer, deadline, nullptr));
    };
    receive(in_ms(1));
    receive(some_time());
    receive(some_time());
    receive(some_time());
  });
  h.run([&] {
    while (answers.empty())
      weft_sleep(1000000);
    settle();
    weft_cancel(task);
    CHECK(weft_datagram_send(b.sock, "m", 1, some_time(), &a.name) == WEFT_OK);
    while (answers.size() < 3)
      weft_sleep(1000000);
    settle();
    weft_sock_close(a.sock);
    a.sock = nullptr;
  });
  CHECK(answers == std::vector<int64_t>{WEFT_E_TIMEOUT, WEFT_E_CANCELLED, 1, WEFT_E_CLOSED});
}

TEST_CASE("a stream has no messages: none of its bytes are taken for one") {
  OnHost h(each_host());
  weft_sock *a = nullptr, *b = nullptr;
  h.run([&] {
    weft_sock *listener = nullptr;
    char got[8];
    auto refuses = [&](weft_sock *from, weft_sock *to) {
      CHECK(weft_sock_write(from, "abc", 3, some_time(), nullptr) == WEFT_OK);
      CHECK(weft_datagram_receive(to, got, 1, some_time(), nullptr) == WEFT_E_INVAL);
      CHECK(weft_datagram_send(from, "x", 1, some_time(), nullptr) == WEFT_E_INVAL);
      CHECK(weft_sock_read(to, got, sizeof got, some_time()) == 3);
      weft_sock_close(a);
      weft_sock_close(b);
    };
    CHECK(weft_tcp_listen("127.0.0.1", 0, 4, &listener) == WEFT_OK);
    CHECK(weft_tcp_connect("127.0.0.1", weft_sock_port(listener), some_time(), &a) == WEFT_OK);
    CHECK(weft_tcp_accept(listener, &b) == WEFT_OK);
    refuses(a, b); // connected, accepted
    weft_sock_close(listener);
    CHECK(weft_sock_pair(0, &a, &b) == WEFT_OK);
    refuses(a, b); // adopted
    CHECK(weft_pipe(&b, &a) == WEFT_OK);
    refuses(a, b);
  });
}

TEST_CASE("a sender without a name has an address all the same, whose text is empty") {
  OnHost h(each_host());
  weft_addr at, none;
  weft_addr_unix("@weft-test-nameless", &at);
  weft_addr_unix(nullptr, &none);
  Opened server(at), client(none);
  h.run([&] {
    char got[4], text[100] = "?";
    weft_addr from;
    CHECK(weft_datagram_send(client.sock, "hi", 2, some_time(), &at) == WEFT_OK);
    CHECK(weft_datagram_receive(server.sock, got, sizeof got, some_time(), &from) == 2);
    CHECK(weft_addr_text(&from, text, sizeof text) == WEFT_OK);
    CHECK(std::string(text).empty());
  });
}
