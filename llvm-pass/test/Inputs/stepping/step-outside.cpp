// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// step-outside PROGRAM [ARG..]: runs a program up to its first int3, then one instruction after the other
// up to the next, and looks at each as a debugger does: ptrace, and libunwind on the stopped process.
// logical-stack.h judges. The first bad instructions are printed with the code around them.
#include "logical-stack.h"

#include <csignal>
#include <cstdlib>
#include <libunwind-ptrace.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static bool stopped_by_trap(pid_t child) {
  int status;
  if (waitpid(child, &status, 0) != child)
    return false;
  if (WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP)
    return true;
  fprintf(stderr, "step-outside: the program did not stop at an int3 (status %#x)\n", status);
  return false;
}

int main(int argc, char **argv) {
  if (argc < 2)
    return 2;
  pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) < 0)
      _exit(77);
    execv(argv[1], argv + 1);
    _exit(127);
  }
  int status;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
      puts("0 bad: ptrace is not allowed here");
    return 2;
  }
  ptrace(PTRACE_SETOPTIONS, child, nullptr, reinterpret_cast<void *>(PTRACE_O_EXITKILL));
  ptrace(PTRACE_CONT, child, nullptr, nullptr);
  if (!stopped_by_trap(child))
    return 2;

  Symbols symbols(std::to_string(child));
  Verdict verdict{symbols};
  unw_addr_space_t space = unw_create_addr_space(&_UPT_accessors, 0);
  unw_set_caching_policy(space, UNW_CACHE_GLOBAL);
  void *target = _UPT_create(child);
  bool others_ran = false;
  for (;;) {
    user_regs_struct regs;
    ptrace(PTRACE_GETREGS, child, nullptr, &regs);
    errno = 0;
    if ((ptrace(PTRACE_PEEKTEXT, child, regs.rip, nullptr) & 0xff) == 0xcc)
      break;
    ++verdict.steps;
    if (symbols.watched(regs.rip)) {
      std::vector<LogicalStack::Frame> frames;
      unw_cursor_t cursor;
      unw_init_remote(&cursor, space, target);
      do {
        unw_word_t ip = 0, sp = 0;
        unw_get_reg(&cursor, UNW_REG_IP, &ip);
        unw_get_reg(&cursor, UNW_REG_SP, &sp);
        if (!ip)
          break;
        if (!frames.empty())
          frames.back().cfa = sp;
        frames.push_back({ip, 0});
      } while (frames.size() < 200 && unw_step(&cursor) > 0);
      verdict.take(regs.rip, frames, others_ran);
      others_ran = false;
    } else {
      others_ran = true;
    }
    if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) < 0 || !stopped_by_trap(child))
      return 2;
  }
  kill(child, SIGKILL);
  return verdict.end();
}
