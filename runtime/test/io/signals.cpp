// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Signals as events: none is lost, all who listen hear each, and the program's own handlers are called and come back.
#include "on_hosts.h"
#include "weft/signals.h"

#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

std::atomic<int> plain_calls{0}, info_calls{0};
void plain(int) { ++plain_calls; }
void with_info(int number, siginfo_t *info, void *) { info_calls += info && info->si_signo == number ? 1 : 1000; }

// A signal's disposition for the time of a test.
class Disposition {
public:
  Disposition(int number, void (*handler)(int)) : number_(number) {
    struct sigaction a = {};
    a.sa_handler = handler;
    sigaction(number, &a, &before_);
  }
  explicit Disposition(int number) : number_(number) {
    struct sigaction a = {};
    a.sa_sigaction = with_info;
    a.sa_flags = SA_SIGINFO;
    sigaction(number, &a, &before_);
  }
  ~Disposition() { sigaction(number_, &before_, nullptr); }
  Disposition(const Disposition &) = delete;
  Disposition &operator=(const Disposition &) = delete;

private:
  int number_;
  struct sigaction before_;
};

struct sigaction present(int number) {
  struct sigaction a;
  sigaction(number, nullptr, &a);
  return a;
}

// To the process: where tasks run on other threads it comes on the loop's, and a moment later.
void send(int number) { CHECK(kill(getpid(), number) == 0); }

weft_signals *listen(int number) {
  weft_signals *s = nullptr;
  CHECK(weft_signals_open(number, &s) == WEFT_OK);
  return s;
}

} // namespace

TEST_CASE("a signal wakes who waits for it, and each that was sent is counted once") {
  OnHost h(each_host());
  // One whose default is to end the process, and which the system does not make one of several.
  const int number = SIGRTMIN;
  Disposition own(number, SIG_DFL);
  weft_signals *s = listen(number);
  int64_t total = 0;
  h.go([&] {
    while (total < 4) {
      const int64_t n = weft_signals_wait(s, some_time());
      CHECK(n >= 1);
      if (n < 1)
        break;
      total += n;
    }
    CHECK(weft_signals_wait(s, in_ms(1)) == WEFT_E_TIMEOUT);
  });
  h.run([&] {
    settle();
    send(number);
    while (total < 1)
      weft_sleep(1000000);
    for (int i = 0; i < 3; ++i)
      send(number);
  });
  CHECK(total == 4);
  CHECK(weft_signals_wait(s, 1) == WEFT_E_NOTASK);
  weft_signals_close(s);
  CHECK(present(number).sa_handler == SIG_DFL);
}

TEST_CASE("all who listen to a signal hear it, and others do not") {
  OnHost h(each_host());
  Disposition a(SIGUSR1, SIG_IGN), b(SIGUSR2, SIG_IGN);
  weft_signals *all[3] = {listen(SIGUSR1), listen(SIGUSR1), listen(SIGUSR2)};
  int heard = 0;
  for (int i = 0; i < 2; ++i)
    h.go([&, i] {
      CHECK(weft_signals_wait(all[i], some_time()) == 1);
      ++heard;
    });
  h.run([&] {
    settle();
    send(SIGUSR1);
    while (heard < 2)
      weft_sleep(1000000);
    CHECK(weft_signals_wait(all[2], in_ms(1)) == WEFT_E_TIMEOUT);
    weft_signals_close(all[0]);
    send(SIGUSR1); // the other one still listens
    CHECK(weft_signals_wait(all[1], some_time()) == 1);
  });
  weft_signals_close(all[1]);
  weft_signals_close(all[2]);
}

TEST_CASE("a handler of the program is called as before, and is there alone after the close") {
  OnHost h(each_host());
  const bool info = GENERATE(false, true);
  std::unique_ptr<Disposition> own(info ? new Disposition(SIGUSR1) : new Disposition(SIGUSR1, plain));
  plain_calls = info_calls = 0;
  weft_signals *s = listen(SIGUSR1);
  h.run([&] {
    send(SIGUSR1);
    CHECK(weft_signals_wait(s, some_time()) == 1);
    while (plain_calls + info_calls == 0) // it is called behind the listeners
      weft_sleep(1000000);
    CHECK(plain_calls == (info ? 0 : 1));
    CHECK(info_calls == (info ? 1 : 0));
  });
  weft_signals_close(s);
  CHECK((info ? reinterpret_cast<void *>(present(SIGUSR1).sa_sigaction) == reinterpret_cast<void *>(with_info)
              : present(SIGUSR1).sa_handler == plain));
  send(SIGUSR1);
  CHECK(plain_calls + info_calls == 2);
}

TEST_CASE("a handler that the program installs over it stays") {
  OnHost h(each_host());
  Disposition own(SIGUSR2, SIG_IGN);
  plain_calls = 0;
  weft_signals *s = listen(SIGUSR2), *second = nullptr;
  struct sigaction found;
  {
    struct sigaction over = {};
    over.sa_handler = plain;
    sigaction(SIGUSR2, &over, &found);
  }
  weft_signals_close(s);
  CHECK(present(SIGUSR2).sa_handler == plain);
  send(SIGUSR2);
  CHECK(plain_calls == 1);
  CHECK(weft_signals_open(SIGUSR2, &second) == WEFT_E_BUSY);
  CHECK(second == nullptr);
  sigaction(SIGUSR2, &found, nullptr); // it has removed its own again
  CHECK(weft_signals_open(SIGUSR2, &second) == WEFT_OK);
  weft_signals_close(second);
  CHECK(present(SIGUSR2).sa_handler == SIG_IGN);
}

TEST_CASE("a deadline, a cancel or a close ends the wait for a signal, and none is lost by it") {
  OnHost h(each_host());
  Disposition own(SIGUSR1, SIG_IGN);
  weft_signals *s = listen(SIGUSR1);
  std::vector<int64_t> answers;
  weft_task task = h.go([&] {
    answers.push_back(weft_signals_wait(s, in_ms(1)));
    for (int i = 0; i < 3; ++i)
      answers.push_back(weft_signals_wait(s, some_time()));
  });
  h.run([&] {
    while (answers.empty())
      weft_sleep(1000000);
    settle();
    weft_cancel(task);
    send(SIGUSR1);
    while (answers.size() < 3)
      weft_sleep(1000000);
    settle();
    weft_signals_close(s);
  });
  CHECK(answers == std::vector<int64_t>{WEFT_E_TIMEOUT, WEFT_E_CANCELLED, 1, WEFT_E_CLOSED});
}

TEST_CASE("a thread that is none of the runtime's does not close what somebody waits for") {
  OnHost h(each_host());
  Disposition own(SIGUSR1, SIG_IGN);
  weft_signals *s = listen(SIGUSR1);
  int64_t heard = 0;
  h.go([&] { heard = weft_signals_wait(s, some_time()); });
  h.run([&] {
    settle();
    std::thread([&] { weft_signals_close(s); }).join();
    send(SIGUSR1);
    while (heard == 0)
      weft_sleep(1000000);
  });
  CHECK(heard == 1);
  CHECK(weft_signals_wait(nullptr, WEFT_NEVER) == WEFT_E_INVAL);
  weft_signals_close(s);
}

TEST_CASE("signals that cannot be listened to are refused, with nothing changed") {
  OnHost h(each_host());
  weft_signals *s = nullptr;
  const int before = open_descriptors();
  for (int number : {0, -1, 1000, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS})
    CHECK(weft_signals_open(number, &s) == WEFT_E_INVAL);
  for (int number : {SIGKILL, SIGSTOP})
    CHECK(weft_signals_open(number, &s) == -EINVAL);
  std::vector<weft_signals *> many;
  Disposition own(SIGUSR1, SIG_IGN);
  weft_status status;
  while ((status = weft_signals_open(SIGUSR1, &s)) == WEFT_OK)
    many.push_back(s);
  CHECK(status == WEFT_E_LIMIT);
  CHECK(many.size() == 64);
  CHECK(weft_signals_open(SIGUSR1, nullptr) == WEFT_E_INVAL);
  CHECK(weft_signals_wait(nullptr, WEFT_NEVER) == WEFT_E_INVAL);
  for (weft_signals *each : many)
    weft_signals_close(each);
  CHECK(open_descriptors() == before);
}

TEST_CASE("in a child of fork nobody listens, and what it hears its parent does not") {
  OnHost h(each_host());
  Disposition own(SIGUSR1, plain);
  plain_calls = 0;
  weft_signals *s = listen(SIGUSR1);
  pid_t child = fork();
  if (child == 0) {
    raise(SIGUSR1);
    _exit(present(SIGUSR1).sa_handler == plain && plain_calls == 1 ? 0 : 1);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  h.run([&] { CHECK(weft_signals_wait(s, in_ms(1)) == WEFT_E_TIMEOUT); });
  CHECK(plain_calls == 0);
  weft_signals_close(s);
}

TEST_CASE("in a child of fork the close of a parent's listener is none of the child's own") {
  OnHost h(each_host());
  Disposition own(SIGUSR1, SIG_IGN), other(SIGUSR2, SIG_IGN);
  weft_signals *s = listen(SIGUSR1);
  pid_t child = fork();
  if (child == 0) {
    int64_t n = 0;
    OnHost mine(hosts[0]); // in whichever place the parent's was
    weft_signals *heard = nullptr;
    if (weft_signals_open(SIGUSR2, &heard) != WEFT_OK)
      _exit(2);
    weft_signals_close(s);
    raise(SIGUSR2);
    mine.go([&] { n = weft_signals_wait(heard, some_time()); });
    mine.run();
    _exit(n == 1 ? 0 : 1);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  weft_signals_close(s);
}

TEST_CASE("who listens to a signal does not hear another one that came while its place was "
          "somebody else's") {
  OnHost h(each_host());
  Disposition a(SIGUSR1, SIG_IGN), b(SIGUSR2, SIG_IGN);
  std::atomic<bool> over{false};
  std::thread storm([&] {
    while (!over)
      raise(SIGUSR1);
  });
  int wrong = 0;
  const int rounds = 20 * thoroughly(50);
  h.run([&] {
    for (int i = 0; i < rounds; ++i) {
      weft_signals *first = nullptr, *second = nullptr;
      wrong += weft_signals_open(SIGUSR1, &first) != WEFT_OK;
      if (i % 2)
        std::this_thread::yield();
      weft_signals_close(first);
      wrong += weft_signals_open(SIGUSR2, &second) != WEFT_OK;
      std::this_thread::yield();
      wrong += weft_signals_wait(second, 1) != WEFT_E_TIMEOUT;
      weft_signals_close(second);
    }
  });
  over = true;
  storm.join();
  CHECK(wrong == 0);
}

TEST_CASE(
    "listeners come and go under a storm of signals, and none of these is written elsewhere") {
  OnHost h(each_host());
  Disposition own(SIGUSR1, SIG_IGN);
  std::atomic<bool> over{false};
  std::thread storm([&] {
    while (!over)
      raise(SIGUSR1); // this thread's, so beside the one that closes
  });
  weft_signals *always = listen(SIGUSR1);
  int wrong = 0;
  const int rounds = 20 * thoroughly(50);
  h.run([&] {
    for (int i = 0; i < rounds; ++i) {
      weft_signals *s = nullptr;
      wrong += weft_signals_open(SIGUSR1, &s) != WEFT_OK;
      weft_signals_close(s);
      // Takes the number that was just closed.
      int ends[2];
      wrong += socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0;
      for (int k = 0; k < 10; ++k)
        std::this_thread::yield();
      char c;
      wrong += read(ends[1], &c, 1) != -1;
      close(ends[0]);
      close(ends[1]);
      if (i % 50 == 0)
        wrong += weft_signals_wait(always, some_time()) < 1;
    }
  });
  over = true;
  storm.join();
  weft_signals_close(always);
  CHECK(wrong == 0);
}
