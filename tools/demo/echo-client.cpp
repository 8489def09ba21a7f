/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// The load on echo-server.cpp, and its judge: plain epoll, nothing of Weft, so that a mistake of
// ours cannot be on both sides of the wire.
//
// Opens all connections first; then each sends random payloads of random sizes and checks every
// byte that comes back, until the time is over and its round is complete. Any wrong byte, early end
// or stall fails the run.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  uint16_t port = 0;
  unsigned connections = 1000;
  unsigned seconds = 3;
  unsigned rounds = 0; // 0: until the time is over
  unsigned max_bytes = 4096;
  uint64_t seed = 1;
};

struct Connection {
  int fd = -1;
  bool connected = false;
  bool ended = false;
  bool wants_write = false;
  uint64_t random = 0;
  uint64_t rounds = 0;
  size_t sent = 0, checked = 0; // of the payload
  Clock::time_point began;
  std::vector<unsigned char> payload;
};

[[noreturn]] void fail(const std::string &text) {
  fprintf(stderr, "\necho-client: %s\n", text.c_str());
  exit(1);
}

[[noreturn]] void fail(const Connection &c, const std::string &text) {
  fail("connection " + std::to_string(c.fd) + ", round " + std::to_string(c.rounds) + ": " + text);
}

class Load {
public:
  explicit Load(const Options &options)
      : options_(options), connections_(options.connections), received_(1 << 16) {
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    if (poll_ < 0)
      fail(std::string("epoll_create1: ") + strerror(errno));
  }

  void run() {
    for (size_t i = 0; i < connections_.size(); ++i)
      open(i);
    serve([this] { return connected_ < connections_.size(); });
    printf("%zu connections are open\n", connections_.size());
    fflush(stdout);

    begin_ = Clock::now();
    end_ = begin_ + std::chrono::seconds(options_.seconds);
    for (Connection &c : connections_)
      next_round(c);
    serve([this] { return ended_ < connections_.size(); });
    report();
  }

private:
  uint64_t draw(Connection &c) {
    c.random ^= c.random << 13;
    c.random ^= c.random >> 7;
    c.random ^= c.random << 17;
    return c.random;
  }

  void open(size_t index) {
    Connection &c = connections_[index];
    c.random = (options_.seed + index + 1) * 0x9e3779b97f4a7c15;
    c.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c.fd < 0)
      fail(std::string("socket: ") + strerror(errno));
    int on = 1;
    setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in server = {};
    server.sin_family = AF_INET;
    server.sin_port = htons(options_.port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(c.fd, reinterpret_cast<sockaddr *>(&server), sizeof server) != 0 &&
        errno != EINPROGRESS)
      fail(std::string("connect: ") + strerror(errno));
    c.wants_write = true;
    epoll_event event = {};
    event.events = EPOLLIN | EPOLLOUT;
    event.data.u64 = index;
    if (epoll_ctl(poll_, EPOLL_CTL_ADD, c.fd, &event) != 0)
      fail(std::string("epoll_ctl: ") + strerror(errno));
  }

  void want_write(Connection &c, bool wanted) {
    if (c.wants_write == wanted)
      return;
    c.wants_write = wanted;
    epoll_event event = {};
    event.events = EPOLLIN | (wanted ? EPOLLOUT : 0u);
    event.data.u64 = static_cast<uint64_t>(&c - connections_.data());
    epoll_ctl(poll_, EPOLL_CTL_MOD, c.fd, &event);
  }

  // Until more() is false. Nothing at all for ten seconds is a stall.
  template <typename More> void serve(More more) {
    epoll_event events[512];
    while (more()) {
      int count = epoll_wait(poll_, events, 512, 10000);
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        fail(std::string("epoll_wait: ") + strerror(errno));
      if (count == 0)
        fail("nothing came for ten seconds: " + std::to_string(connections_.size() - ended_) +
             " connections stall");
      for (int i = 0; i < count; ++i)
        handle(connections_[events[i].data.u64], events[i].events);
    }
  }

  void handle(Connection &c, uint32_t events) {
    if (c.ended)
      return;
    if (!c.connected) {
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0)
        fail(c, std::string("connect: ") + strerror(error));
      if (!(events & EPOLLOUT))
        return;
      c.connected = true;
      ++connected_;
      want_write(c, false);
      return;
    }
    if (events & EPOLLOUT)
      write_some(c);
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
      read_some(c);
  }

  void next_round(Connection &c) {
    c.began = Clock::now();
    bool over = options_.rounds ? c.rounds == options_.rounds : c.began >= end_;
    if (over) {
      // Done sending: the server sees the end and closes, which read_some waits for.
      shutdown(c.fd, SHUT_WR);
      c.payload.clear();
      return;
    }
    c.payload.resize(1 + draw(c) % options_.max_bytes);
    for (size_t i = 0; i < c.payload.size(); i += 8) {
      uint64_t word = draw(c);
      memcpy(c.payload.data() + i, &word, std::min<size_t>(8, c.payload.size() - i));
    }
    c.sent = c.checked = 0;
    write_some(c);
  }

  void write_some(Connection &c) {
    while (c.sent < c.payload.size()) {
      ssize_t n = send(c.fd, c.payload.data() + c.sent, c.payload.size() - c.sent, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN)
        break;
      if (n < 0)
        fail(c, std::string("send: ") + strerror(errno));
      c.sent += static_cast<size_t>(n);
    }
    want_write(c, c.sent < c.payload.size());
  }

  void read_some(Connection &c) {
    for (;;) {
      ssize_t n = recv(c.fd, received_.data(), received_.size(), 0);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN)
        return;
      if (n < 0)
        fail(c, std::string("recv: ") + strerror(errno));
      if (n == 0) {
        if (!c.payload.empty())
          fail(c, "the server closed with " + std::to_string(c.payload.size() - c.checked) +
                      " bytes to come");
        close(c.fd);
        c.ended = true;
        ++ended_;
        return;
      }
      auto size = static_cast<size_t>(n);
      if (size > c.sent - c.checked)
        fail(c, "more came back than was sent");
      if (memcmp(received_.data(), c.payload.data() + c.checked, size) != 0)
        fail(c, "a wrong byte between " + std::to_string(c.checked) + " and " +
                    std::to_string(c.checked + size));
      c.checked += size;
      bytes_ += size;
      if (c.checked == c.payload.size()) {
        ++c.rounds;
        round_us_.push_back(static_cast<uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - c.began).count()));
        next_round(c);
      }
    }
  }

  void report() {
    double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    uint64_t fewest = UINT64_MAX, rounds = 0;
    for (const Connection &c : connections_) {
      fewest = std::min(fewest, c.rounds);
      rounds += c.rounds;
    }
    if (rounds == 0)
      fail("no round was completed");
    std::sort(round_us_.begin(), round_us_.end());
    auto at = [&](double part) {
      return round_us_[static_cast<size_t>(part * static_cast<double>(round_us_.size() - 1))] / 1e3;
    };
    printf(
        "%zu connections, %llu round trips (each at least %llu), %.1f MB there and back in %.1f s: "
        "every byte right\n",
        connections_.size(), static_cast<unsigned long long>(rounds),
        static_cast<unsigned long long>(fewest), static_cast<double>(bytes_) / 1e6, seconds);
    printf("round trip: median %.2f ms, 99 %% within %.2f ms; %.0f per second\n", at(0.5), at(0.99),
           static_cast<double>(rounds) / seconds);
  }

  Options options_;
  int poll_;
  std::vector<Connection> connections_;
  std::vector<unsigned char> received_;
  std::vector<uint32_t> round_us_;
  size_t connected_ = 0, ended_ = 0;
  uint64_t bytes_ = 0;
  Clock::time_point begin_, end_;
};

[[noreturn]] void usage() {
  fputs("usage: echo-client --port N [--connections 1000] [--seconds 3] [--rounds 0]\n"
        "                   [--max-bytes 4096] [--seed 1]\n"
        "Talks to 127.0.0.1 only. With --rounds each connection ends after so many round trips.\n",
        stderr);
  exit(2);
}

Options parse(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc)
      usage();
    std::string name = argv[i];
    char *end = nullptr;
    unsigned long long value = strtoull(argv[i + 1], &end, 10);
    if (*end != '\0' || end == argv[i + 1] || value > 1u << 30)
      usage();
    auto number = static_cast<unsigned>(value);
    if (name == "--port" && value <= 65535)
      options.port = static_cast<uint16_t>(value);
    else if (name == "--connections" && value > 0)
      options.connections = number;
    else if (name == "--seconds")
      options.seconds = number;
    else if (name == "--rounds")
      options.rounds = number;
    else if (name == "--max-bytes" && value > 0)
      options.max_bytes = number;
    else if (name == "--seed")
      options.seed = value;
    else
      usage();
  }
  if (options.port == 0)
    usage();
  return options;
}

} // namespace

int main(int argc, char **argv) {
  Options options = parse(argc, argv);
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < options.connections + 16) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < options.connections + 16)
      fail("at most " + std::to_string(limit.rlim_cur) +
           " descriptors are allowed here (ulimit -n)");
  }
  Load(options).run();
  return 0;
}
