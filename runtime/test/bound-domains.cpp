// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Domains that are bound to the host's thread or to the pool: their tasks run there and nowhere else, whatever they wait
// for and whoever wakes them; nobody else is held up or woken for it; and what is bound may end as everything may.
#include "on_workers.h"
#include "sanitized.h"
#include "weft/dump.h"
#include "weft/net.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

const int scale = sanitized() ? 1 : 5;

// With WEFT_MIGRATE a worker is several threads (TASK-08): then where a task runs is not to be seen in the thread's number.
const bool one_thread_each = !getenv("WEFT_MIGRATE");

// The system is asked each time: what a library answers may be kept over a switch.
long thread_here() { return syscall(SYS_gettid); }

struct Places {
  long host = thread_here();
  std::atomic<int> wrong{0}, seen{0};
  void shall_be(uint32_t bind) {
    seen++;
    if (bind != WEFT_BIND_ANY && one_thread_each && (thread_here() == host) != (bind == WEFT_BIND_HOST))
      wrong++;
  }
};

weft_domain *bound(uint32_t bind, weft_domain *parent = nullptr, uint32_t picks = 0, const char *sched = nullptr) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = bind == WEFT_BIND_HOST ? "on the host" : bind == WEFT_BIND_POOL ? "in the pool" : "anywhere";
  attr.bind = bind;
  attr.picks = picks;
  attr.sched = sched;
  weft_domain *d = nullptr;
  char error[256];
  weft_status status = weft_domain_create(parent, &attr, &d, error, sizeof error);
  INFO(error);
  REQUIRE(status == WEFT_OK);
  return d;
}

uint64_t turns(weft_runtime *rt) {
  weft_stats stats = {};
  stats.size = sizeof stats;
  weft_get_stats(rt, &stats);
  return stats.turns;
}

std::string dumped(weft_runtime *rt, int format) {
  std::string text;
  weft_dump_to(rt, format, [](void *arg, const char *s, size_t n) { static_cast<std::string *>(arg)->append(s, n); }, &text);
  return text;
}

} // namespace

TEST_CASE("tasks of a bound domain run on its threads, in whatever way they become ready") {
  for (const char *sched : {"fifo", "work_stealing"})
    for (uint32_t workers : {2u, 4u}) {
      OnWorkers w(workers, sched);
      Places places;
      weft_domain *domains[] = {bound(WEFT_BIND_HOST, nullptr, 3, sched), bound(WEFT_BIND_POOL, nullptr, 0, sched),
                                bound(WEFT_BIND_ANY, nullptr, 8)};
      const uint32_t binds[] = {WEFT_BIND_HOST, WEFT_BIND_POOL, WEFT_BIND_ANY};
      // A ring of tasks in all domains, by channels; sleeps and yields and children beside.
      weft_chan *chans[6];
      for (auto &c : chans)
        c = weft_chan_new(sizeof(int), 0);
      const int rounds = 100 * scale;
      for (int i = 0; i < 6; ++i)
        w.go([&, i] {
          for (int n = 0; n < rounds; ++n) {
            int got = n;
            if (i == 0)
              weft_chan_send(chans[0], &got);
            weft_chan_recv(chans[(i + 5) % 6], &got);
            places.shall_be(binds[i % 3]);
            if (i != 0)
              weft_chan_send(chans[i], &got);
            places.shall_be(binds[i % 3]);
          }
        }, nullptr, domains[i % 3]);
      for (int i = 0; i < 9; ++i)
        w.go([&, i] {
          const uint32_t bind = binds[i % 3];
          for (int n = 0; n < 20 * scale; ++n) {
            places.shall_be(bind);
            weft_yield();
            places.shall_be(bind);
            if (n % 5 == 0)
              weft_sleep(20000);
            places.shall_be(bind);
            weft_task child = 0;
            w.go([&places, bind] { places.shall_be(bind); }, &child); // in the spawner's domain
            weft_join(child);
            places.shall_be(bind);
          }
        }, nullptr, domains[i % 3]);
      CHECK(w.run() == WEFT_OK);
      CHECK(places.wrong == 0);
      CHECK(places.seen == 12 * rounds + 9 * 20 * scale * 5);
      for (auto *d : domains)
        CHECK(weft_domain_close(d) == WEFT_OK);
      for (auto *c : chans)
        weft_chan_free(c);
    }
}

TEST_CASE("what is bound below a domain that is not runs on its threads, and that below what is bound") {
  for (uint32_t workers : {2u, 3u}) {
    OnWorkers w(workers);
    Places places;
    weft_domain *middle = bound(WEFT_BIND_ANY, nullptr, 4), *deeper = bound(WEFT_BIND_ANY, middle, 2);
    struct {
      weft_domain *domain;
      uint32_t bind;
    } all[] = {{middle, WEFT_BIND_ANY}, {deeper, WEFT_BIND_ANY}, {bound(WEFT_BIND_HOST, deeper), WEFT_BIND_HOST},
               {bound(WEFT_BIND_POOL, deeper, 5), WEFT_BIND_POOL}, {bound(WEFT_BIND_HOST, middle), WEFT_BIND_HOST},
               {nullptr, WEFT_BIND_ANY}, {nullptr, WEFT_BIND_POOL}};
    all[5] = {bound(WEFT_BIND_ANY, all[4].domain), WEFT_BIND_HOST};
    all[6] = {bound(WEFT_BIND_POOL, all[3].domain, 3), WEFT_BIND_POOL};
    std::atomic<int> inside[7] = {}, overlap{0};
    weft_token token = weft_token_new(w.rt);
    for (int i = 0; i < 7; ++i)
      for (int k = 0; k < 4; ++k)
        w.go([&, i, k] {
          for (int n = 0; n < 100 * scale; ++n) {
            if (++inside[i] > 1)
              overlap++;
            places.shall_be(all[i].bind);
            inside[i]--;
            if (n % 10 == k)
              weft_sleep(10000);
            else
              weft_yield();
          }
        }, nullptr, all[i].domain);
    w.go([&] {
      weft_await(token, nullptr);
      places.shall_be(WEFT_BIND_HOST);
    }, nullptr, all[2].domain);
    std::thread foreign([&] { weft_complete(token, WEFT_OK, 0); });
    CHECK(w.run() == WEFT_OK);
    foreign.join();
    CHECK(places.wrong == 0);
    CHECK(overlap == 0); // a domain is run by one worker at a time
    CHECK(weft_domain_close(middle) == WEFT_OK);
  }
}

TEST_CASE("wakes by foreign threads and sockets find the side") {
  OnWorkers w(3);
  Places places;
  weft_domain *host = bound(WEFT_BIND_HOST), *pool = bound(WEFT_BIND_POOL);
  const int rounds = 50 * scale;
  weft_task parked[2] = {};
  std::atomic<int> woken[2] = {};
  for (int i = 0; i < 2; ++i)
    w.go([&, i] {
      for (int n = 0; n < rounds; ++n) {
        weft_park();
        places.shall_be(i ? WEFT_BIND_POOL : WEFT_BIND_HOST);
        woken[i]++;
      }
    }, &parked[i], i ? pool : host);
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  weft_sock *sock[2] = {};
  for (int i = 0; i < 2; ++i)
    REQUIRE(weft_sock_adopt(ends[i], &sock[i]) == WEFT_OK);
  for (int i = 0; i < 2; ++i)
    w.go([&, i] {
      size_t written;
      char byte = 0;
      for (int n = 0; n < rounds; ++n) {
        if (i == 0)
          weft_sock_write(sock[i], &byte, 1, WEFT_NEVER, &written);
        if (weft_sock_read(sock[i], &byte, 1, WEFT_NEVER) != 1)
          places.wrong++;
        places.shall_be(i ? WEFT_BIND_POOL : WEFT_BIND_HOST);
        if (i == 1)
          weft_sock_write(sock[i], &byte, 1, WEFT_NEVER, &written);
      }
    }, nullptr, i ? pool : host);
  std::thread foreign([&] {
    for (int n = 0; n < rounds; ++n)
      for (int i = 0; i < 2; ++i) {
        while (woken[i] != n)
          std::this_thread::yield();
        weft_wake(parked[i]);
      }
  });
  CHECK(w.run() == WEFT_OK);
  foreign.join();
  CHECK(places.wrong == 0);
  CHECK(places.seen == 4 * rounds);
  for (auto *s : sock)
    weft_sock_close(s);
  for (auto task : parked)
    weft_detach(task);
}

TEST_CASE("a parent goes on while what is bound below it waits for its side") {
  OnWorkers w(3);
  weft_domain *middle = bound(WEFT_BIND_ANY, nullptr, 100), *host = bound(WEFT_BIND_HOST, middle);
  weft_domain *busy = bound(WEFT_BIND_HOST);
  std::atomic<bool> begun{false}, freed{false}, in_time{false}, ran{false}, early{false};
  w.go([&] { // holds the host's thread till a task beside the waiting domain has run
    begun = true;
    auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!freed && std::chrono::steady_clock::now() < give_up)
      std::this_thread::yield();
    in_time = freed.load();
  }, nullptr, busy);
  w.go([&] {
    while (!begun)
      weft_yield();
    w.go([&] { ran = true; }, nullptr, host);
    for (int i = 0; i < 1000; ++i) // it is picked meanwhile, and sent
      weft_yield();
    early = ran.load();
    weft_sleep(100000); // the middle one has nothing else: hollow, and not empty
    freed = true;
  }, nullptr, middle);
  CHECK(w.run() == WEFT_OK);
  CHECK(in_time);
  CHECK_FALSE(early);
  CHECK(ran);
}

// How often the pool's only worker has slept.
long sleeps_of_pool() {
  std::string found;
  for (const auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream status(task.path() / "status");
    std::string line;
    std::getline(status, line);
    if (line == "Name:\tweft-1")
      while (std::getline(status, line))
        if (line.rfind("voluntary_ctxt_switches:", 0) == 0)
          found = line.substr(line.find('\t'));
  }
  return found.empty() ? -1 : std::stol(found);
}

TEST_CASE("neither side is woken for what only the other one may run") {
  for (uint32_t bind : {WEFT_BIND_POOL, WEFT_BIND_HOST}) {
    OnWorkers w(2);
    weft_domain *domains[3];
    for (auto &d : domains) // so that two of them always wait
      d = bound(bind);
    std::atomic<int> left{6};
    const int yields = 80 * scale;
    for (int i = 0; i < 6; ++i)
      w.go([&] {
        for (int n = 0; n < yields; ++n) {
          for (int work = 0; work < 100000; ++work) // there is time to do it wrong
            asm volatile("" : "+r"(work));
          weft_yield();
        }
        left--;
      }, nullptr, domains[i % 3]);
    while (sleeps_of_pool() < 0) // it has its name
      std::this_thread::yield();
    uint64_t turned = turns(w.rt);
    long slept = sleeps_of_pool();
    CHECK(w.run() == WEFT_OK);
    CHECK(left == 0);
    if (bind == WEFT_BIND_POOL)
      CHECK(turns(w.rt) - turned < 30);
    else if (one_thread_each && !sanitized())
      CHECK(sleeps_of_pool() - slept < 5 + yields / 4); // and not at each; some where the machine gives the others no time
  }
}

TEST_CASE("a domain for the pool keeps the host's thread free") {
  OnWorkers w(2);
  weft_domain *pool = bound(WEFT_BIND_POOL), *host = bound(WEFT_BIND_HOST);
  std::atomic<bool> stop{false};
  std::atomic<int> ticks{0};
  for (int i = 0; i < 4; ++i)
    w.go([&, i] {
      while (!stop)
        if (i % 2)
          weft_yield();
    }, nullptr, pool);
  w.go([&] {
    for (int i = 0; i < 20; ++i) {
      weft_sleep(100000);
      ticks++;
    }
    stop = true;
  }, nullptr, host);
  CHECK(w.run() == WEFT_OK);
  CHECK(ticks == 20);
}

TEST_CASE("bound domains are closed: by their tasks, by others, at once") {
  for (int i = 0; i < 20 * scale; ++i) {
    OnWorkers w(3);
    std::atomic<int> ended{0}, closed{0};
    for (uint32_t bind : {WEFT_BIND_HOST, WEFT_BIND_POOL})
      for (bool nested : {false, true}) {
        weft_domain *outer = bound(WEFT_BIND_ANY), *d = bound(bind, nested ? outer : nullptr);
        for (int n = 0; n < 4; ++n)
          w.go([&] {
            while (!weft_cancelled())
              weft_yield();
            ended++;
          }, nullptr, d);
        if (i % 2)
          w.go([&, d, outer, nested] { // from outside
            weft_yield();
            closed += weft_domain_close(nested ? outer : d) == WEFT_OK;
          });
        else
          w.go([&, d] { // from inside: its last task's end destroys it
            weft_yield();
            closed += weft_domain_close(d) == WEFT_OK;
          }, nullptr, d);
      }
    CHECK(w.run() == WEFT_OK);
    CHECK(ended == 16);
    CHECK(closed == 4);
    CHECK(dumped(w.rt, WEFT_DUMP_TEXT).find(i % 2 ? "outer, closed" : "on the host") == std::string::npos);
  }
}

TEST_CASE("a deadlock among bound domains is told, and no other") {
  for (int i = 0; i < 50 * scale; ++i) {
    OnWorkers w(2 + static_cast<uint32_t>(i) % 2);
    weft_domain *middle = bound(WEFT_BIND_ANY);
    weft_domain *host = bound(WEFT_BIND_HOST, i % 3 ? middle : nullptr), *pool = bound(WEFT_BIND_POOL, i % 4 ? middle : nullptr);
    weft_chan *c = weft_chan_new(sizeof(int), 0);
    int x = 0;
    w.go([&] {
      for (int n = 0; n < 5; ++n)
        weft_chan_send(c, &n);
    }, nullptr, host);
    w.go([&] {
      for (int n = 0; n < 6; ++n) // one more than there are
        weft_chan_recv(c, &x);
    }, nullptr, pool);
    CHECK(w.run() == WEFT_E_DEADLOCK);
    w.go([&] { weft_chan_send(c, &x); }, nullptr, host);
    CHECK(w.run() == WEFT_OK);
    weft_chan_free(c);
  }
}

// Trees of any shape, with any bindings and slices; tasks that do anything, and are cancelled in the middle of it.
TEST_CASE("random trees of domains run to their end, and every task where it belongs") {
  const uint64_t seeds = one_thread_each ? 10u * static_cast<unsigned>(scale) : 4; // migrating costs a hundred times as much
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    uint64_t state = seed * 0x9e3779b97f4a7c15;
    auto draw = [&state](uint64_t n) {
      state = state * 6364136223846793005 + 1442695040888963407;
      return (state >> 33) % n;
    };
    OnWorkers w(static_cast<uint32_t>(2 + draw(3)), draw(2) ? "fifo" : "work_stealing");
    Places places;
    struct Node {
      weft_domain *domain;
      uint32_t bind; // of it, or of one above
    };
    std::vector<Node> nodes, tops;
    for (int i = 0; i < 10; ++i) {
      size_t above = draw(nodes.size() + 2);
      bool top = above >= nodes.size();
      uint32_t wanted = static_cast<uint32_t>(draw(3)), from = top ? uint32_t{WEFT_BIND_ANY} : nodes[above].bind;
      if (from != WEFT_BIND_ANY)
        wanted = draw(2) ? from : uint32_t{WEFT_BIND_ANY};
      weft_domain *d = bound(wanted, top ? nullptr : nodes[above].domain, static_cast<uint32_t>(draw(6)), draw(2) ? "fifo" : "work_stealing");
      nodes.push_back({d, wanted != WEFT_BIND_ANY ? wanted : from});
      if (top)
        tops.push_back(nodes.back());
    }
    std::atomic<int> left{0};
    struct Worker {
      Places *places;
      std::atomic<int> *left;
      uint32_t bind;
      void run(uint64_t random, int depth) {
        for (int n = 0; n < 40 && !weft_cancelled(); ++n) {
          places->shall_be(bind);
          random = random * 6364136223846793005 + 1442695040888963407;
          switch ((random >> 40) % 6) {
          case 0:
            weft_sleep(random >> 49); // up to 33 us
            break;
          case 1:
            if (depth < 2) {
              ++*left;
              weft_task child = 0;
              weft_status status = OnWorkers::go([me = *this, random, depth]() mutable { me.run(random, depth + 1); }, &child);
              if (status != WEFT_OK)
                --*left;
              else if (random >> 63 || weft_join(child) != WEFT_OK)
                weft_detach(child);
            }
            break;
          default:
            weft_yield();
          }
        }
        --*left;
      }
    };
    for (int i = 0; i < 25; ++i) {
      const Node &node = nodes[draw(nodes.size())];
      left++;
      w.go([worker = Worker{&places, &left, node.bind}, random = state]() mutable { worker.run(random, 0); }, nullptr, node.domain);
    }
    const bool closes = draw(2);
    std::atomic<size_t> closed{0};
    if (closes)
      w.go([&] {
        for (const Node &top : tops) {
          weft_yield();
          closed += weft_domain_close(top.domain) == WEFT_OK;
        }
      });
    CHECK(w.run() == WEFT_OK);
    CHECK(places.wrong == 0);
    CHECK(left == 0);
    for (const Node &top : tops)
      if (!closes)
        closed += weft_domain_close(top.domain) == WEFT_OK;
    CHECK(closed == tops.size());
  }
}

TEST_CASE("dumps tell which worker runs a task") {
  OnWorkers w(2);
  std::atomic<bool> begun{false}, stop{false};
  std::string text, json, stacks;
  w.go([&] {
    begun = true;
    while (!stop)
      std::this_thread::yield();
  }, nullptr, bound(WEFT_BIND_POOL));
  w.go([&] {
    while (!begun)
      weft_yield();
    text = dumped(nullptr, WEFT_DUMP_TEXT);
    json = dumped(nullptr, WEFT_DUMP_JSON);
    stacks = dumped(nullptr, WEFT_DUMP_TEXT | WEFT_DUMP_STACKS);
    stop = true;
  }, nullptr, bound(WEFT_BIND_HOST));
  CHECK(w.run() == WEFT_OK);
  CHECK(text.find("running in root/in the pool; worker 1; for") != std::string::npos);
  CHECK(text.find("running in root/on the host; worker 0; for") != std::string::npos);
  CHECK(text.find("no frames") == std::string::npos);
  size_t in_pool = stacks.find("running in root/in the pool; worker 1; for"), said = stacks.find("\n  (no frames: it runs on another thread)\n");
  CHECK(in_pool < said);
  CHECK(stacks.find('\n', in_pool) == said);
  CHECK(stacks.find("no frames", said + 9) == std::string::npos); // it knows its own
  CHECK(json.find("\"state\":\"running\",\"worker\":1,") != std::string::npos);
}

TEST_CASE("with one worker there is no pool, and everything runs on the host's thread") {
  OnWorkers w(1);
  Places places;
  weft_domain *pool = bound(WEFT_BIND_POOL), *host = bound(WEFT_BIND_HOST);
  for (weft_domain *d : {pool, host})
    w.go([&] {
      for (int i = 0; i < 10; ++i) {
        places.shall_be(WEFT_BIND_HOST);
        weft_yield();
      }
    }, nullptr, d);
  CHECK(w.run() == WEFT_OK);
  CHECK(places.seen == 20);
  CHECK(places.wrong == 0);
}

TEST_CASE("bindings that contradict each other are refused, and old callers have none") {
  OnWorkers w(2);
  weft_domain *host = bound(WEFT_BIND_HOST), *out = nullptr;
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = "computes";
  attr.bind = WEFT_BIND_POOL;
  char error[256];
  CHECK(weft_domain_create(host, &attr, &out, error, sizeof error) == WEFT_E_INVAL);
  CHECK(std::string(error) == "weft_domain_create: 'computes' cannot be bound to the pool, as its parent 'on the host' #2 is bound "
                              "to the host (TASK-08)");
  attr.bind = 3;
  CHECK(weft_domain_create(nullptr, &attr, &out, error, sizeof error) == WEFT_E_INVAL);
  CHECK(std::string(error) == "weft_domain_create: bind is 3; accepted: WEFT_BIND_ANY, WEFT_BIND_HOST, WEFT_BIND_POOL (TASK-08)");
  attr.size = offsetof(weft_domain_attr, bind); // whatever lies behind
  CHECK(weft_domain_create(nullptr, &attr, &out, error, sizeof error) == WEFT_OK);
  attr.size = sizeof attr;
  attr.bind = WEFT_BIND_HOST;
  CHECK(weft_domain_create(host, &attr, &out, error, sizeof error) == WEFT_OK);
  attr.bind = WEFT_BIND_ANY; // as its parent
  CHECK(weft_domain_create(host, &attr, &out, error, sizeof error) == WEFT_OK);
  std::string text = dumped(w.rt, WEFT_DUMP_TEXT), json = dumped(w.rt, WEFT_DUMP_JSON);
  CHECK(text.find("root/on the host: fifo, 0 tasks, 0 ready, bound to the host\n") != std::string::npos);
  CHECK(text.find("root/computes: fifo, 0 tasks, 0 ready\n") != std::string::npos);
  CHECK(text.find("root/on the host/computes: fifo, 0 tasks, 0 ready, bound to the host\n") != std::string::npos);
  CHECK(json.find("\"bind\":\"host\"") != std::string::npos);
}
