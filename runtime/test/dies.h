// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// For tests of deaths: runs a function in a forked child and tells how it ended and what it printed.
#pragma once

#include "sanitized.h"

#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <functional>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef WEFT_TEST_TSAN
extern "C" void __sanitizer_set_report_fd(void *fd);
#endif

struct Death {
  int signal = 0; // 0: exited
  int code = 0;
  std::string text; // its standard error
};

inline Death dies(const std::function<void()> &body) {
  int fds[2];
  if (pipe(fds) != 0)
    return {};
  pid_t child = fork();
  if (child == 0) {
    rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    dup2(fds[1], STDERR_FILENO);
    close(fds[0]);
#ifdef WEFT_TEST_TSAN
    // In the child of a process of several threads, as fibers are to it, it takes no notice of what orders the first thread and the
    // others, and reports what is ordered.
    __sanitizer_set_report_fd(reinterpret_cast<void *>(static_cast<intptr_t>(open("/dev/null", O_WRONLY))));
#endif
    body();
    _exit(0);
  }
  close(fds[1]);
  Death death;
  char buffer[4096];
  for (ssize_t n; (n = read(fds[0], buffer, sizeof buffer)) > 0;)
    death.text.append(buffer, static_cast<size_t>(n));
  close(fds[0]);
  int status = 0;
  waitpid(child, &status, 0);
  death.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  death.code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  return death;
}
