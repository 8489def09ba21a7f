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

namespace conformance {

namespace {

[[noreturn]] void give_up(const char *what) {
  perror(what);
  exit(2);
}

// Its end, from a line's begin on. What the runtime said before a backtrace, in a line that begins with its name, is a part of it, however
// long that is.
std::string end_of(int fd) {
  constexpr off_t kMost = 1500, kRead = 65536;
  off_t size = lseek(fd, 0, SEEK_END), from = size > kRead ? size - kRead : 0;
  std::string text(static_cast<size_t>(size - from), '\0');
  ssize_t got = pread(fd, text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  if (text.size() <= kMost)
    return text;
  size_t line = text.rfind("\nweft: "), begin = text.find('\n', text.size() - kMost);
  std::string end = text.substr(begin == text.npos ? text.size() - kMost : begin + 1);
  if (line == text.npos)
    return text.starts_with("weft: ") ? text.substr(0, text.find('\n')) + "\n...\n" + end : end;
  return line + 1 >= text.size() - end.size() ? end : text.substr(line + 1, text.find('\n', line + 1) - line - 1) + "\n...\n" + end;
}

[[noreturn]] void be_apart(Report *report, int output, const std::function<void()> &test) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  test();
  report->done = true;
  fflush(stdout);
  _exit(0);
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
  report->call[0] = report->rule[0] = report->text[0] = '\0';
  report->seed = 0;
  report->workers = report->step_count = 0;
  report->failed = report->skipped = report->slow = report->done = false;
}

Ended run_apart(Report *report, unsigned patience, const std::function<void()> &test) {
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
    be_apart(report, output, test);
  }
  close(alive[1]); // the child's end closes when it ends
  Ended ended;
  uint64_t seen = report->progress;
  for (auto since = Clock::now();;) {
    pollfd end = {alive[0], 0, 0};
    if (poll(&end, 1, 100) > 0)
      break;
    if (uint64_t now = report->progress; now != seen) {
      seen = now;
      since = Clock::now();
    } else if (Clock::now() - since > std::chrono::seconds(patience)) {
      ended.hung = true;
      kill(child, SIGKILL);
      break;
    }
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  ended.said = end_of(output);
  close(output);
  close(alive[0]);
  std::string in = report->call[0] ? std::string(" in `") + report->call + "`" : "";
  if (ended.hung)
    ended.how = (report->call[0] ? std::string("`") + report->call + "` did" : "it did") + " not return within " + std::to_string(patience) + " s";
  else if (WIFSIGNALED(status))
    ended.how = std::string("ended by ") + (sigabbrev_np(WTERMSIG(status)) ? std::string("SIG") + sigabbrev_np(WTERMSIG(status)) : "a signal") + in;
  else if (WEXITSTATUS(status) != 0 || !report->done)
    ended.how = "the process ended with exit code " + std::to_string(WEXITSTATUS(status)) + in;
  return ended;
}

} // namespace conformance
