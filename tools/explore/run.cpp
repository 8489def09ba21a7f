// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "run.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace explore {

namespace {

constexpr off_t kMostOutput = 16 << 20; // of a run, to each of two
volatile sig_atomic_t stopped = 0;

class File {
public:
  explicit File(int fd, const char *what) : fd_(fd) {
    if (fd < 0)
      throw std::system_error(errno, std::generic_category(), what);
  }
  ~File() { close(fd_); }
  File(const File &) = delete;
  File &operator=(const File &) = delete;
  int fd() const { return fd_; }
  off_t size() const {
    struct stat about;
    return fstat(fd_, &about) == 0 ? about.st_size : 0;
  }
  std::string all() const {
    std::string text;
    char part[65536];
    ssize_t n;
    for (off_t at = 0; at < kMostOutput && (n = pread(fd_, part, sizeof part, at)) > 0; at += n)
      text.append(part, static_cast<size_t>(n));
    return text;
  }

private:
  int fd_;
};

// In the child. What goes wrong before the program runs is told through `failure`.
[[noreturn]] void become(const Program &program, const std::string &parameters, int in, int out, int err, int failure, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(127);
  dup2(in, 0);
  dup2(out, 1);
  dup2(err, 2);
  setenv("WEFT_SCHED", ("explore:" + parameters).c_str(), 1);
  setenv("WEFT_CLOCK", "virtual", 1);
  setenv("WEFT_WORKERS", "1", 1);
  setenv("WEFT_DEADLOCK", "fatal", 1);
  unsetenv("WEFT_MIGRATE");
  std::vector<char *> arguments;
  for (const std::string &a : program.command)
    arguments.push_back(const_cast<char *>(a.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  int why = errno;
  ssize_t told = write(failure, &why, sizeof why);
  _exit(told == sizeof why ? 126 : 127);
}

} // namespace

std::string End::text() const {
  switch (kind) {
  case Exit: return "exit code " + std::to_string(code);
  case Signal: return std::string("died of ") + strsignal(code);
  case Timeout: return "did not end in time";
  case Output: return "printed something else";
  case TooMuch: return "printed more than 16 MiB";
  }
  return "";
}

void stop_runs() { stopped = 1; }

End run(const Program &program, const std::string &parameters) {
  File in(open(program.input.empty() ? "/dev/null" : program.input.c_str(), O_RDONLY | O_CLOEXEC), program.input.c_str());
  File out(memfd_create("out", MFD_CLOEXEC), "memfd_create"), err(memfd_create("err", MFD_CLOEXEC), "memfd_create");
  int failure[2];
  if (pipe2(failure, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  File tells(failure[0], "pipe");
  pid_t child;
  {
    File told(failure[1], "pipe");
    pid_t self = getpid();
    child = fork();
    if (child < 0)
      throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0)
      become(program, parameters, in.fd(), out.fd(), err.fd(), told.fd(), self);
  }
  int why;
  if (read(tells.fd(), &why, sizeof why) == sizeof why) {
    waitpid(child, nullptr, 0);
    throw std::system_error(why, std::generic_category(), program.command[0]);
  }
  End end;
  {
    File ended(static_cast<int>(syscall(SYS_pidfd_open, child, 0)), "pidfd_open");
    pollfd wait = {ended.fd(), POLLIN, 0};
    auto till = std::chrono::steady_clock::now() + std::chrono::duration<double>(program.timeout);
    while (poll(&wait, 1, 50) <= 0 && !stopped && end.kind == End::Exit) {
      if (std::chrono::steady_clock::now() > till)
        end.kind = End::Timeout;
      else if (out.size() > kMostOutput || err.size() > kMostOutput)
        end.kind = End::TooMuch;
    }
  }
  kill(-child, SIGKILL); // what it may have left behind, too
  int status;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (stopped)
    throw Interrupted{};
  end.out = out.all();
  end.err = err.all();
  if (end.kind != End::Exit)
    return end;
  end.kind = WIFSIGNALED(status) ? End::Signal : End::Exit;
  end.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  if (!end.failed() && program.same_output && program.expected && end.out != *program.expected)
    end.kind = End::Output;
  return end;
}

} // namespace explore
