// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "apart.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace host_conformance {

namespace {

[[noreturn]] void give_up(const char *what) {
  perror(what);
  exit(2);
}

std::string end_of(int fd) {
  constexpr off_t kMost = 1500;
  off_t size = lseek(fd, 0, SEEK_END), from = size > kMost ? size - kMost : 0;
  std::string text(static_cast<size_t>(size - from), '\0');
  ssize_t got = pread(fd, text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

[[noreturn]] void be_apart(Report *report, int output, const std::function<void()> &run) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  run();
  report->done = true;
  fflush(stdout);
  _exit(0); // what a failed case left behind is not looked for
}

} // namespace

Report *new_report() {
  void *memory = mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    give_up("mmap");
  return static_cast<Report *>(memory);
}

void clear(Report *report) {
  report->progress = 0;
  report->failed = report->told = false;
  report->skipped = report->done = false;
  report->expected = nullptr;
  report->rule[0] = report->text[0] = '\0';
}

Ended run_apart(Report *report, unsigned patience, const std::function<void()> &run) {
  using Clock = std::chrono::steady_clock;
  fflush(nullptr);
  int alive[2], output = memfd_create("output", MFD_CLOEXEC);
  if (output < 0 || pipe2(alive, O_CLOEXEC) != 0)
    give_up("memfd_create, pipe");
  pid_t child = fork();
  if (child < 0)
    give_up("fork");
  if (child == 0) {
    close(alive[0]);
    be_apart(report, output, run);
  }
  close(alive[1]); // the child's end closes when it ends
  uint64_t seen = report->progress;
  const auto begun = Clock::now();
  const char *hung = nullptr;
  for (auto since = begun;;) {
    pollfd end = {alive[0], 0, 0};
    if (poll(&end, 1, 50) > 0)
      break;
    auto now = Clock::now();
    if (uint64_t p = report->progress; p != seen && now - begun < std::chrono::seconds(10 * patience)) {
      seen = p;
      since = now;
    } else if (now - since > std::chrono::seconds(patience)) {
      hung = "";
      kill(child, SIGKILL);
      break;
    }
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  Ended ended;
  ended.said = end_of(output);
  close(output);
  close(alive[0]);
  if (hung)
    ended.how = "nothing of it was seen within " + std::to_string(patience) + " s";
  else if (WIFSIGNALED(status))
    ended.how = std::string("the process was ended by ") + (sigabbrev_np(WTERMSIG(status)) ? std::string("SIG") + sigabbrev_np(WTERMSIG(status)) : "a signal");
  else if (WEXITSTATUS(status) != 0 || !report->done)
    ended.how = "the process ended with exit code " + std::to_string(WEXITSTATUS(status));
  return ended;
}

} // namespace host_conformance
