// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Peers that reset, half-close and stall, beside others that do not; a million timers; loops beside each other in one process. Nothing is lost,
// and nothing is left.
#include "on_hosts.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace {

weft_sock *listen_here(weft_addr *at) {
  weft_sock *listener = nullptr;
  CHECK(weft_addr_ip("127.0.0.1", 0, at) == WEFT_OK);
  CHECK(weft_listen(at, 1024, &listener) == WEFT_OK);
  CHECK(weft_sock_local(listener, at) == WEFT_OK);
  return listener;
}

weft_sock *connect_to(const weft_addr &at) {
  weft_sock *s = nullptr;
  CHECK(weft_connect(&at, some_time(), &s) == WEFT_OK);
  return s;
}

// Gives back what it reads until the peer's end or an error, which is its answer.
int64_t echo(weft_sock *s) {
  std::vector<char> block(16384);
  for (;;) {
    int64_t n = weft_sock_read(s, block.data(), block.size(), some_time());
    if (n <= 0)
      return n;
    weft_status status = weft_sock_write(s, block.data(), static_cast<size_t>(n), some_time(), nullptr);
    if (status != WEFT_OK)
      return status;
  }
}

// Accepts `count` connections; each is served by a task of its own, and closed behind it.
template <class Serve> void serve(OnHost &h, weft_sock *listener, int count, Serve each) {
  for (int i = 0; i < count; ++i) {
    weft_sock *s = nullptr;
    if (weft_accept(listener, some_time(), &s, nullptr) != WEFT_OK) {
      CHECK(false);
      return;
    }
    h.go([s, each] {
      each(s);
      weft_sock_close(s);
    });
  }
}

void reset(weft_sock *s) {
  linger now = {1, 0};
  CHECK(setsockopt(weft_sock_fd(s), SOL_SOCKET, SO_LINGER, &now, sizeof now) == 0);
  weft_sock_close(s);
}

} // namespace

TEST_CASE("a thousand connections, half of them reset in mid-write: the others are right") {
  if (weft_raise_descriptors() < 2100) {
    WARN("skipped: needs 2100 descriptors");
    return;
  }
  const HostKind &host = each_host();
  const int connections = sanitized() || thoroughly(2) > 1 ? 1000 : 100;
  constexpr size_t total = 40000, piece = 4000;
  open_for_ever(host);
  const int before = open_descriptors();
  {
    OnHost h(host);
    wait_once(h);
    const int idle = open_descriptors();
    weft_addr at;
    weft_sock *listener = listen_here(&at);
    int server_errors = 0, right = 0, resets = 0;
    h.go([&] { serve(h, listener, connections, [&](weft_sock *s) { server_errors += echo(s) < 0; }); });
    for (int id = 0; id < connections; ++id)
      h.go([&, id] {
        weft_sock *s = connect_to(at);
        if (!s)
          return;
        const auto seed = static_cast<uint64_t>(id);
        unsigned char out[piece], in[piece];
        size_t done = 0;
        for (bool good = true; good && done < total; done += piece) {
          for (size_t i = 0; i < piece; ++i)
            out[i] = pattern(seed, done + i);
          good = weft_sock_write(s, out, piece, some_time(), nullptr) == WEFT_OK;
          if (id % 2 && done >= total / 2) {
            // Unread bytes are on their way back: the server writes into a connection that is gone.
            ++resets;
            reset(s);
            return;
          }
          for (size_t got = 0; good && got < piece;) {
            int64_t n = weft_sock_read(s, in + got, piece - got, some_time());
            good = n > 0;
            for (int64_t i = 0; i < n; ++i, ++got)
              good &= in[got] == pattern(seed, done + got);
          }
          if (!good)
            break;
        }
        right += done == total;
        weft_sock_close(s);
      });
    CHECK(h.run() == WEFT_OK);
    CHECK(right == connections / 2);
    CHECK(resets == connections / 2);
    CHECK(server_errors > 0);
    CHECK(server_errors <= connections / 2);
    weft_sock_close(listener);
    h.step(); // a loop may close what is its own in its next round
    CHECK(open_descriptors() == idle);
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a peer that ended its side still gets all that comes") {
  OnHost h(each_host());
  weft_addr at;
  weft_sock *listener = listen_here(&at);
  constexpr int connections = 50;
  constexpr size_t total = 300000; // more than the buffers between
  int right = 0;
  h.go([&] {
    serve(h, listener, connections, [&](weft_sock *s) {
      const size_t asked = read_to_end(s);
      std::vector<unsigned char> all(asked);
      for (size_t i = 0; i < asked; ++i)
        all[i] = pattern(asked, i);
      CHECK(weft_sock_write(s, all.data(), asked, some_time(), nullptr) == WEFT_OK);
    });
  });
  for (int id = 0; id < connections; ++id)
    h.go([&, id] {
      weft_sock *s = connect_to(at);
      std::vector<unsigned char> block(total + static_cast<size_t>(id));
      CHECK(weft_sock_write(s, block.data(), block.size(), some_time(), nullptr) == WEFT_OK);
      CHECK(weft_sock_shutdown_write(s) == WEFT_OK);
      size_t got = 0, wrong = 0;
      for (int64_t n; (n = weft_sock_read(s, block.data(), 9000, some_time())) > 0;)
        for (int64_t i = 0; i < n; ++i, ++got)
          wrong += block[static_cast<size_t>(i)] != pattern(block.size(), got);
      right += got == block.size() && wrong == 0;
      weft_sock_close(s);
    });
  CHECK(h.run() == WEFT_OK);
  CHECK(right == connections);
  weft_sock_close(listener);
}

TEST_CASE("peers that stall hold up nobody else, and what is written to them goes on where a deadline ended it") {
  OnHost h(each_host());
  weft_addr at;
  weft_sock *listener = listen_here(&at);
  constexpr int connections = 40;
  constexpr size_t total = 8 << 20; // more than a loopback connection buffers
  int stalled = 0, right = 0, others = 0;
  bool resume = false;
  std::vector<unsigned char> all(total);
  for (size_t i = 0; i < total; ++i)
    all[i] = pattern(5, i);
  h.go([&] {
    serve(h, listener, connections, [&](weft_sock *s) {
      unsigned char kind = 0;
      CHECK(weft_sock_read(s, &kind, 1, some_time()) == 1);
      if (kind == 'e') {
        CHECK(echo(s) == 0);
        return;
      }
      size_t done = 0, written = 0;
      weft_status status = weft_sock_write(s, all.data(), total, in_ms(20), &written);
      done += written;
      CHECK((status == WEFT_E_TIMEOUT && done < total));
      ++stalled;
      while (done < total) {
        status = weft_sock_write(s, all.data() + done, total - done, in_ms(20), &written);
        CHECK((status == WEFT_OK || status == WEFT_E_TIMEOUT));
        done += written;
      }
    });
  });
  for (int id = 0; id < connections; ++id)
    h.go([&, id] {
      weft_sock *s = connect_to(at);
      if (id % 10) { // echoes, while the others stall
        char c = 'e';
        CHECK(weft_sock_write(s, &c, 1, some_time(), nullptr) == WEFT_OK);
        for (int i = 0; i < 50; ++i) {
          CHECK(weft_sock_write(s, &c, 1, some_time(), nullptr) == WEFT_OK);
          CHECK(weft_sock_read(s, &c, 1, some_time()) == 1);
        }
        ++others;
      } else {
        CHECK(weft_sock_write(s, "s", 1, some_time(), nullptr) == WEFT_OK);
        while (!resume)
          weft_sleep(1000000);
        std::vector<unsigned char> block(1 << 16);
        size_t got = 0, wrong = 0;
        for (int64_t n; (n = weft_sock_read(s, block.data(), block.size(), some_time())) > 0; got += static_cast<size_t>(n))
          wrong += memcmp(block.data(), all.data() + got, static_cast<size_t>(n)) != 0;
        right += got == total && wrong == 0;
      }
      weft_sock_close(s);
    });
  h.go([&] {
    while (stalled < connections / 10 || others < connections - connections / 10)
      weft_sleep(1000000);
    resume = true;
  });
  CHECK(h.run() == WEFT_OK);
  CHECK(right == connections / 10);
  weft_sock_close(listener);
}

TEST_CASE("a million timers are set and cancelled, and none of them fires or is left") {
  OnHost h(each_host());
  const int tasks = 1000, rounds = thoroughly(1000) == 1 ? 20 : 500; // each sets two a round
  const uint64_t far = UINT64_C(3600000000000);
  std::vector<weft_task> all;
  std::vector<weft_token> tokens(static_cast<size_t>(tasks));
  uint64_t cancelled = 0, completed = 0;
  for (int id = 0; id < tasks; ++id)
    all.push_back(h.go([&, id] {
      for (int round = 0; round < rounds; ++round) {
        const uint64_t deadline = weft_now() + far + static_cast<uint64_t>((id * 7919 + round * 104729) % 1000000);
        cancelled += weft_park_until(deadline) == WEFT_E_CANCELLED;
        tokens[static_cast<size_t>(id)] = weft_token_new(nullptr);
        completed += weft_await_until(tokens[static_cast<size_t>(id)], deadline, nullptr) == WEFT_OK;
      }
    }));
  h.run([&] {
    for (int round = 0; round < rounds; ++round) {
      weft_yield();
      for (int i = 0; i < tasks; ++i)
        weft_cancel(all[static_cast<size_t>(i * 617 % tasks)]);
      weft_yield();
      for (int i = 0; i < tasks; ++i)
        weft_complete(tokens[static_cast<size_t>(i * 331 % tasks)], WEFT_OK, 0);
    }
  });
  CHECK(cancelled == static_cast<uint64_t>(tasks) * static_cast<uint64_t>(rounds));
  CHECK(completed == cancelled);
  weft_stats stats = {};
  stats.size = sizeof stats;
  weft_get_stats(h.runtime(), &stats);
  CHECK(stats.timers_fired == 0);
}

namespace {

// Tasks on two loops that talk by bytes and by tokens; each loop on the thread that made it.
struct Talk {
  static constexpr int pairs = 20;
  const int rounds = 20 * thoroughly(10);
  std::array<std::array<int, 2>, pairs> ends;
  std::array<std::array<std::atomic<weft_token>, 2>, pairs> tokens = {};
  std::atomic<int> wrong{0}, said{0}, completed{0};

  Talk() {
    for (auto &pair : ends)
      if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()) != 0)
        abort();
  }
  void start(OnHost &h, size_t side) {
    for (size_t p = 0; p < pairs; ++p)
      h.go([this, p, side] { speak(p, side); });
  }
  // Both wait for each other's byte, and then for the token that the other one completes.
  void speak(size_t p, size_t side) {
    weft_sock *s = nullptr;
    wrong += weft_sock_adopt(ends[p][side], &s) != WEFT_OK;
    for (int round = 0; round < rounds; ++round) {
      weft_token mine = weft_token_new(nullptr);
      tokens[p][side] = mine;
      const auto out = static_cast<unsigned char>(round + static_cast<int>(p));
      unsigned char in = 0;
      wrong += weft_sock_write(s, &out, 1, some_time(), nullptr) != WEFT_OK;
      wrong += weft_sock_read(s, &in, 1, some_time()) != 1 || in != out;
      ++said;
      // The other one's token was there before its byte was.
      wrong += weft_complete(tokens[p][1 - side], WEFT_OK, out) != WEFT_OK;
      uint64_t value = 0;
      wrong += weft_await_until(mine, some_time(), &value) != WEFT_OK || value != out;
      ++completed;
    }
    weft_sock_close(s);
  }
  void check() const {
    CHECK(wrong == 0);
    CHECK(said == 2 * pairs * rounds);
    CHECK(completed == 2 * pairs * rounds);
  }
};

} // namespace

TEST_CASE("two loops on two threads talk, and nothing is lost or left") {
  const HostKind &one = each_host();
  const size_t index = GENERATE(range(size_t{0}, sizeof hosts / sizeof *hosts));
  const HostKind &two = hosts[index];
  open_for_ever(one);
  open_for_ever(two);
  const int before = open_descriptors();
  {
    Talk talk;
    weft_status statuses[2];
    auto loop = [&](const HostKind &kind, size_t side) {
      OnHost h(kind);
      talk.start(h, side);
      statuses[side] = h.run();
    };
    std::thread other([&] { loop(two, 1); });
    loop(one, 0);
    other.join();
    CHECK((statuses[0] == WEFT_OK && statuses[1] == WEFT_OK));
    talk.check();
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("two loops on one thread talk, and nothing is lost or left") {
  const HostKind &one = each_host();
  const size_t index = GENERATE(range(size_t{0}, sizeof hosts / sizeof *hosts));
  const HostKind &two = hosts[index];
  open_for_ever(one);
  open_for_ever(two);
  const int before = open_descriptors();
  {
    Talk talk;
    OnHost a(one), b(two);
    talk.start(a, 0);
    talk.start(b, 1);
    auto live = [](OnHost &h) {
      weft_stats stats = {};
      stats.size = sizeof stats;
      weft_get_stats(h.runtime(), &stats);
      return stats.tasks_live != 0;
    };
    const uint64_t give_up = weft_now() + UINT64_C(60000000000);
    while ((live(a) || live(b)) && weft_now() < give_up) {
      a.step();
      b.step();
    }
    CHECK_FALSE((live(a) || live(b)));
    talk.check();
  }
  CHECK(open_descriptors() == before);
}
