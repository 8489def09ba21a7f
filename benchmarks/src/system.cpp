// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "system.h"
#include <cerrno>
#include <cinttypes>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

System::System(Setting setting) : setting_(std::move(setting)) { start(); }

System::~System() { stop(); }

void System::restart() {
  stop();
  start();
}

void System::start() {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
    throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
  pid_ = fork();
  if (pid_ < 0)
    throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (pid_ == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    sched_setaffinity(0, sizeof setting_.cpus, &setting_.cpus);
    std::string workers = std::to_string(setting_.workers);
    setenv("WEFT_WORKERS", workers.c_str(), 1);
    setenv("GOMAXPROCS", workers.c_str(), 1);
    if (!setting_.sched.empty())
      setenv("WEFT_SCHED", setting_.sched.c_str(), 1);
    execl(setting_.program.c_str(), setting_.program.c_str(), static_cast<char *>(nullptr));
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_ = fdopen(in[1], "w");
  from_ = fdopen(out[0], "r");
  // "system NAME VERSION"
  std::string greeting = line();
  size_t at = greeting.find(' ', std::strlen("system "));
  if (greeting.rfind("system ", 0) || at == std::string::npos)
    throw std::runtime_error(setting_.program + " greeted with '" + greeting + "'");
  version_ = greeting.substr(at + 1);
}

void System::stop() {
  if (to_)
    std::fclose(to_); // the program ends at the end of its input
  if (from_)
    std::fclose(from_);
  to_ = from_ = nullptr;
  if (pid_ > 0)
    waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

std::string System::line() {
  char text[512];
  if (!std::fgets(text, sizeof text, from_)) {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    throw std::runtime_error(setting_.program +
                             (WIFSIGNALED(status)
                                  ? std::string(" died: ") + strsignal(WTERMSIG(status))
                                  : " ended with status " + std::to_string(WEXITSTATUS(status))));
  }
  text[std::strcspn(text, "\n")] = 0;
  return text;
}

std::optional<Run> System::run(const std::string &workload, uint64_t param, uint64_t ops) {
  if (!to_)
    start();
  std::fprintf(to_, "run %s %" PRIu64 " %" PRIu64 "\n", workload.c_str(), param, ops);
  std::fflush(to_);
  std::string reply = line();
  if (reply == "none")
    return std::nullopt;
  Run r = {};
  if (std::sscanf(reply.c_str(), "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &r.ops, &r.figure,
                  &r.answer, &r.busy) < 3 ||
      !r.ops)
    throw std::runtime_error(setting_.program + " answered '" + reply + "'");
  return r;
}

} // namespace bench
