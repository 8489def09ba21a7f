// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Watched descriptors, by cells of the suite's own: what happens to one is told, by weft_fd_ready, once for each edge at least; after
// unwatch nothing is.
#include "cases.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "weft/net.h"

namespace host_conformance {

namespace {

const char *watches(const weft_host_check_adapter &a) { return a.ops->watch && a.ops->unwatch ? nullptr : "without watch"; }

struct Pair {
  explicit Pair(const Context &c) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
      c.fail("HOST-13", "the suite's own socketpair: %s", strerror(errno));
    cell.fd = ends[0];
  }
  ~Pair() {
    close(ends[0]);
    close_peer();
  }
  void close_peer() {
    if (ends[1] >= 0)
      close(ends[1]);
    ends[1] = -1;
  }
  void peer_writes() const {
    ssize_t n = write(ends[1], "x", 1);
    (void)n;
  }
  void empty(int end) const {
    char bytes[65536];
    while (read(ends[end], bytes, sizeof bytes) > 0)
      ;
  }
  void fill() const {
    static const char bytes[65536] = {};
    while (write(ends[0], bytes, sizeof bytes) > 0)
      ;
    while (write(ends[0], bytes, 1) > 0)
      ;
  }
  int ends[2] = {-1, -1};
  weft_fd_cell cell = {};
};

bool watched(Stage &stage, Pair &pair) {
  if (stage.context.failed())
    return false;
  stage.context.expect("`watch` returns");
  weft_status status = stage.ops.watch(&stage, &pair.cell);
  if (status != WEFT_OK)
    stage.context.fail("HOST-13", "`watch` of a socket answered %s", weft_status_text(status));
  return status == WEFT_OK;
}

void already(const Context &c) {
  Stage stage(c);
  Pair pair(c);
  if (c.failed())
    return;
  pair.peer_writes();
  if (!watched(stage, pair))
    return;
  stage.run("WEFT_READABLE of a socket that had data when it was watched", [&] { return pair.cell.ready & WEFT_READABLE; });
  stage.run("WEFT_WRITABLE of a socket that had room when it was watched", [&] { return pair.cell.ready & WEFT_WRITABLE; });
  if (!c.failed())
    stage.ops.unwatch(&stage, &pair.cell);
}

void edges(const Context &c) {
  Stage stage(c);
  Pair pair(c);
  if (c.failed() || !watched(stage, pair))
    return;
  for (int round = 0; round < 100; ++round) {
    pair.empty(0);
    pair.cell.ready &= ~static_cast<uint32_t>(WEFT_READABLE);
    pair.peer_writes();
    if (!stage.run("WEFT_READABLE of a socket, each time that data comes to it", [&] { return pair.cell.ready & WEFT_READABLE; }))
      return;
  }
  for (int round = 0; round < 20; ++round) {
    pair.fill();
    pair.cell.ready &= ~static_cast<uint32_t>(WEFT_WRITABLE);
    pair.empty(1);
    if (!stage.run("WEFT_WRITABLE of a socket, each time that it has room again", [&] { return pair.cell.ready & WEFT_WRITABLE; }))
      return;
  }
  stage.ops.unwatch(&stage, &pair.cell);
}

// Who tells that a descriptor is ready completes the token of who waits for it, so it posts: nobody else does here.
void own_thread(const Context &c) {
  Stage stage(c);
  Pair pair(c);
  if (c.failed() || !watched(stage, pair))
    return;
  if (!stage.run("WEFT_WRITABLE of a socket that had room when it was watched", [&] { return pair.cell.ready & WEFT_WRITABLE; }))
    return;
  weft_token offered = 0;
  bool done = false;
  stage.go("waits", [&] {
    for (int round = 0; round < 20; ++round) {
      pair.empty(0);
      pair.cell.ready &= ~static_cast<uint32_t>(WEFT_READABLE);
      offered = weft_token_new(nullptr);
      weft_await(offered, nullptr);
    }
    done = true;
  });
  const bool on = stage.run("what waits to read, when data comes", [&] {
    if (offered) {
      pair.cell.reader = offered;
      offered = 0;
      pair.peer_writes();
    }
    return done;
  });
  if (on && stage.foreign_posts.load() != 0)
    c.fail("HOST-13", "expected: weft_fd_ready on the loop's thread; seen: another thread completed, %llu times, what waited to read", (unsigned long long)stage.foreign_posts.load());
  if (!c.failed())
    stage.ops.unwatch(&stage, &pair.cell);
}

// A promise of `watch`, in cell->ready: readers then do not look again before they wait.
void arrivals(const Context &c) {
  Stage stage(c);
  Pair pair(c);
  if (c.failed() || !watched(stage, pair))
    return;
  const bool promised = pair.cell.ready & WEFT_TELLS_ARRIVALS;
  for (int round = 0; round < 50 && promised; ++round) {
    pair.cell.ready &= ~static_cast<uint32_t>(WEFT_READABLE);
    pair.peer_writes();
    if (!stage.run("WEFT_READABLE, as WEFT_TELLS_ARRIVALS promises, each time that data comes behind what was not read", [&] { return pair.cell.ready & WEFT_READABLE; }))
      return;
  }
  if (promised) {
    pair.cell.ready &= ~static_cast<uint32_t>(WEFT_READABLE | WEFT_READ_ON);
    shutdown(pair.ends[1], SHUT_WR);
    if (!stage.run("WEFT_READ_ON, as WEFT_TELLS_ARRIVALS promises, when the peer ends its side", [&] { return pair.cell.ready & (WEFT_READ_ON | WEFT_HANGUP); }))
      return;
  }
  stage.ops.unwatch(&stage, &pair.cell);
  if (!promised)
    c.skip("its watch does not set WEFT_TELLS_ARRIVALS");
}

// Over TCP: what is urgent does not stand among the rest, and a read ends before it.
void urgent(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  sockaddr_in address = {};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto *any = reinterpret_cast<sockaddr *>(&address);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), mine = -1;
  if (bind(listener, any, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, any, &size) == 0 && connect(peer, any, size) == 0)
    mine = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  close(listener);
  if (mine < 0) {
    close(peer);
    return c.skip("no TCP to 127.0.0.1");
  }
  weft_fd_cell cell = {};
  cell.fd = mine;
  weft_status status = stage.ops.watch(&stage, &cell);
  if (status != WEFT_OK)
    return c.fail("HOST-13", "`watch` of a socket answered %s", weft_status_text(status));
  const bool promised = cell.ready & WEFT_TELLS_ARRIVALS;
  if (promised) {
    stage.run("WEFT_WRITABLE of a socket that had room when it was watched", [&] { return cell.ready & WEFT_WRITABLE; });
    cell.ready &= ~static_cast<uint32_t>(WEFT_READABLE | WEFT_READ_ON);
    if (send(peer, "!", 1, MSG_OOB) == 1 &&
        !stage.run("WEFT_READ_ON, as WEFT_TELLS_ARRIVALS promises, when the peer sends urgent data", [&] { return cell.ready & WEFT_READ_ON; }))
      return;
  }
  stage.ops.unwatch(&stage, &cell);
  close(mine);
  close(peer);
  if (!promised)
    c.skip("its watch does not set WEFT_TELLS_ARRIVALS");
}

// Who reads a file is told so, and does not wait for what never comes.
void refused(const Context &c) {
  Stage stage(c);
  int file = memfd_create("a file", MFD_CLOEXEC);
  if (c.failed())
    return;
  if (file < 0)
    return c.skip("no memfd_create");
  weft_fd_cell cell = {};
  cell.fd = file;
  c.expect("`watch` returns");
  weft_status status = stage.ops.watch(&stage, &cell);
  if (status != -EPERM)
    return c.fail("HOST-13", "expected: `watch` of a regular file, which has no readiness, answers -EPERM; seen: %s", weft_status_text(status));
  close(file);
}

// Who waits to read or to write learns it.
void hangup(const Context &c) {
  Stage stage(c);
  for (bool half : {true, false}) {
    Pair pair(c);
    if (c.failed() || !watched(stage, pair))
      return;
    if (!stage.run("WEFT_WRITABLE of a socket that had room when it was watched", [&] { return pair.cell.ready & WEFT_WRITABLE; }))
      return;
    pair.fill();
    pair.cell.ready = 0;
    if (half)
      shutdown(pair.ends[1], SHUT_WR);
    else
      pair.close_peer();
    if (!stage.run(half ? "WEFT_READABLE of a socket whose peer writes no more" : "WEFT_READABLE of a socket whose peer is gone", [&] { return pair.cell.ready & WEFT_READABLE; }))
      return;
    if (!half && !stage.run("WEFT_WRITABLE, or WEFT_HANGUP, of a socket whose peer is gone", [&] { return pair.cell.ready & (WEFT_WRITABLE | WEFT_HANGUP); }))
      return;
    stage.ops.unwatch(&stage, &pair.cell);
  }
}

// Where no data comes with it, and each side is told of the other's end by one event: to who reads a hang-up, to who writes an error.
void pipes(const Context &c) {
  Stage stage(c);
  for (bool reads : {true, false}) {
    int ends[2];
    if (c.failed())
      return;
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0)
      return c.fail("HOST-13", "pipe: %s", strerror(errno));
    weft_fd_cell cell = {};
    cell.fd = ends[reads ? 0 : 1];
    if (weft_status status = stage.ops.watch(&stage, &cell); status != WEFT_OK)
      return c.fail("HOST-13", "`watch` of a pipe answered %s", weft_status_text(status));
    if (!reads) {
      if (!stage.run("WEFT_WRITABLE of a pipe that had room when it was watched", [&] { return cell.ready & WEFT_WRITABLE; }))
        return;
      char bytes[4096] = {};
      while (write(ends[1], bytes, sizeof bytes) > 0) {
      }
    }
    cell.ready = 0;
    close(ends[reads ? 1 : 0]);
    if (!stage.run(reads ? "WEFT_READABLE, or WEFT_HANGUP, of an empty pipe to which nobody writes any more"
                         : "WEFT_WRITABLE, or WEFT_HANGUP, of a full pipe that nobody reads any more",
                   [&] { return cell.ready & ((reads ? WEFT_READABLE : WEFT_WRITABLE) | WEFT_HANGUP); }))
      return;
    stage.ops.unwatch(&stage, &cell);
    close(cell.fd);
  }
}

void many(const Context &c) {
  Stage stage(c);
  std::vector<std::unique_ptr<Pair>> pairs;
  for (int i = 0; i < 200 && !c.failed(); ++i) {
    pairs.push_back(std::make_unique<Pair>(c));
    if (c.failed() || !watched(stage, *pairs.back()))
      return;
  }
  for (int round = 0; round < 3 && !c.failed(); ++round) {
    for (auto &pair : pairs) {
      pair->empty(0);
      pair->cell.ready = 0;
      pair->peer_writes();
    }
    size_t told = 0;
    if (!stage.run("WEFT_READABLE of each of 200 sockets to which data comes at once", [&] {
          while (told < pairs.size() && pairs[told]->cell.ready & WEFT_READABLE)
            told++;
          return told == pairs.size();
        }))
      return;
  }
  for (auto &pair : pairs)
    if (!c.failed())
      stage.ops.unwatch(&stage, &pair->cell);
}

void beside_tasks(const Context &c) {
  Stage stage(c);
  Pair pair(c);
  if (c.failed() || !watched(stage, pair))
    return;
  bool over = false;
  uint64_t since = thread_time();
  int running = 1;
  stage.go("always ready", [&] {
    for (uint64_t n = 0; !over && !c.failed(); ++n) {
      c.report->progress.fetch_add(1, std::memory_order_relaxed);
      if (n % 64 == 0 && thread_time() - since > 2000000000)
        c.fail("HOST-13", "expected: watched descriptors are served between turns that say `more`; seen: none within 2 s of the loop's thread");
      weft_yield();
    }
    --running;
  });
  for (int round = 0; round < 20 && !c.failed(); ++round) {
    pair.empty(0);
    pair.cell.ready = 0;
    since = thread_time();
    pair.peer_writes();
    stage.run("WEFT_READABLE of a socket, while tasks are always ready", [&] { return pair.cell.ready & WEFT_READABLE; });
  }
  over = true;
  stage.run("tasks that are asked to end do", [&] { return running == 0; }); // what they read is of this function
  if (!c.failed())
    stage.ops.unwatch(&stage, &pair.cell);
}

// As the runtime's own sockets use it, with numbers of descriptors that come back.
void streams(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  constexpr size_t kBytes = 300'000; // more than the buffers of both ends
  for (int round = 0; round < 20; ++round) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
      return c.skip("no socketpair");
    int ended = 0;
    auto echo = [&](int fd, bool first) {
      weft_sock *sock = nullptr;
      if (weft_sock_adopt(fd, &sock) != WEFT_OK)
        return c.fail("HOST-13", "weft_sock_adopt refused a socket");
      std::string sent(kBytes, static_cast<char>('a' + round)), got;
      char bytes[5000];
      auto take = [&] {
        while (got.size() < kBytes) {
          ssize_t n = weft_sock_read(sock, bytes, sizeof bytes, WEFT_NEVER);
          if (n <= 0)
            return;
          got.append(bytes, static_cast<size_t>(n));
        }
      };
      if (first)
        weft_sock_write(sock, sent.data(), sent.size(), WEFT_NEVER, nullptr);
      take();
      if (!first)
        weft_sock_write(sock, got.data(), got.size(), WEFT_NEVER, nullptr);
      if (got != sent && !c.failed())
        c.fail("HOST-13", "%zu of %zu bytes came back over a watched socket", got.size(), sent.size());
      weft_sock_close(sock);
      ended++;
    };
    stage.go("sends", [&] { echo(ends[0], true); });
    stage.go("echoes", [&] { echo(ends[1], false); });
    if (!stage.run("bytes go both ways over watched sockets, which are full in between", [&] { return ended == 2; }))
      return;
  }
}

// --- unwatch --------------------------------------------------------------------------------------

void nothing_after(const Context &c) {
  Stage stage(c);
  for (int round = 0; round < 30 && !c.failed(); ++round) {
    Pair pair(c), other(c);
    if (c.failed() || !watched(stage, pair) || !watched(stage, other))
      return;
    if (!stage.run("WEFT_WRITABLE of a socket that had room when it was watched", [&] { return pair.cell.ready & WEFT_WRITABLE; }))
      return;
    auto unwatch = [&] {
      if (round % 3 == 0)
        pair.peer_writes(); // happened, and is not told yet
      c.expect("`unwatch` returns");
      stage.ops.unwatch(&stage, &pair.cell);
      pair.cell.ready = 0;
      pair.cell.reader = pair.cell.writer = 0;
    };
    if (round % 2) {
      bool done = false;
      if (round % 4 == 1)
        pair.peer_writes();
      stage.go("unwatches", [&] { // in a turn: the one after the loop saw what happened, or a later one
        for (uint64_t from = stage.turns(), turns = static_cast<uint64_t>(round) / 4 % 4; stage.turns() < from + turns && !c.failed();)
          weft_yield();
        weft_call_native([](void *arg) { (*static_cast<decltype(unwatch) *>(arg))(); }, &unwatch);
        done = true;
      });
      if (!stage.run("a turn for a task", [&] { return done; }))
        return;
    } else {
      unwatch();
    }
    if (fcntl(pair.ends[0], F_GETFD) < 0)
      return c.fail("HOST-14", "expected: the descriptor stays its owner's after `unwatch`; seen: it was closed");
    stage.once();
    if (pair.cell.ready != 0)
      return c.fail("HOST-14", "expected: nothing is told of a cell after `unwatch`, also not what happened before; seen: weft_fd_ready with %u", pair.cell.ready);
    // What comes to the other one after it is told: the loop has seen both.
    for (int later = 0; later < 2; ++later) {
      other.empty(0);
      other.cell.ready = 0;
      pair.peer_writes();
      other.peer_writes();
      if (!stage.run("WEFT_READABLE of the socket that is still watched", [&] { return other.cell.ready & WEFT_READABLE; }))
        return;
      stage.once();
      if (pair.cell.ready != 0)
        return c.fail("HOST-14", "expected: nothing is told of a cell after `unwatch`, which its owner frees; seen: weft_fd_ready with %u", pair.cell.ready);
    }
    stage.ops.unwatch(&stage, &other.cell);
  }
}

// The same number is another descriptor now.
void reused(const Context &c) {
  Stage stage(c);
  for (int round = 0; round < 100 && !c.failed(); ++round) {
    Pair pair(c);
    if (c.failed() || !watched(stage, pair))
      return;
    pair.peer_writes();
    if (!stage.run("WEFT_READABLE of a descriptor whose number was watched and closed before", [&] { return pair.cell.ready & WEFT_READABLE; }))
      return;
    stage.ops.unwatch(&stage, &pair.cell);
  }
}

} // namespace

const std::vector<Case> &descriptor_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-13", "already", "what is ready when it is watched is told"}, "01 02 05", watches, already},
      {{"HOST-13", "edges", "each time something becomes ready it is told"}, "01 02 05 13", watches, edges},
      {{"HOST-13", "own-thread", "it is told on the loop's thread"}, "01 02 05 13", watches, own_thread},
      {{"HOST-13", "arrivals", "each arrival is told, where that is promised"}, "01 02 05 13", watches, arrivals},
      {{"HOST-13", "urgent", "so is urgent data"}, "01 02 05 13", watches, urgent},
      {{"HOST-13", "refused", "what has no readiness is refused"}, "01 02 05 13", watches, refused},
      {{"HOST-13", "hangup", "the end of the peer is told to who reads and to who writes"}, "01 02 05 13", watches, hangup},
      {{"HOST-13", "pipes", "the end of a pipe's other side is told"}, "01 02 05 13", watches, pipes},
      {{"HOST-13", "many", "what is ready at once is all told"}, "01 02 05 13", watches, many},
      {{"HOST-13", "beside-tasks", "descriptors are served while tasks are always ready"}, "01 02 05 10 11 13 15", watches, beside_tasks},
      {{"HOST-14", "nothing-after", "nothing is told after unwatch"}, "01 02 05 10 11 13 15", watches, nothing_after},
      {{"HOST-14", "reused", "a number that was closed is another descriptor"}, "01 02 05 13", watches, reused},
      {{"HOST-13", "streams", "bytes go both ways over sockets of the runtime"}, "01 02 05 13 14", watches, streams},
  };
  return cases;
}

} // namespace host_conformance
