// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Linked into a program under test: from its first int3 to its second the program stops after every
// instruction, by the trap flag, and walks its own stack in the signal's handler, as a profiler would.
// logical-stack.h judges what was found.
//
//   STEP_BY=libunwind | libgcc     who walks
//   STEP_ON=own | current          the handler's stack: one of its own, or whatever the code stands on
#include "logical-stack.h"

#include <csignal>
#include <cstdlib>
#include <dlfcn.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

namespace {

Symbols *symbols;
Verdict *verdict;
bool by_libgcc, stepping, others_ran;

using Frames = std::vector<LogicalStack::Frame>;

// Loaded as the runtime does it: linked in, libunwind would take over the C++ exceptions.
decltype(&unw_init_local2) init_local2;
decltype(&unw_step) step;
decltype(&unw_get_reg) get_reg;

bool load_libunwind() {
  void *handle = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return false;
  init_local2 = reinterpret_cast<decltype(init_local2)>(dlsym(handle, "_ULx86_64_init_local2"));
  step = reinterpret_cast<decltype(step)>(dlsym(handle, "_ULx86_64_step"));
  get_reg = reinterpret_cast<decltype(get_reg)>(dlsym(handle, "_ULx86_64_get_reg"));
  return init_local2 && step && get_reg;
}

void walk_libunwind(ucontext_t *context, Frames &frames) {
  unw_cursor_t cursor;
  if (init_local2(&cursor, context, UNW_INIT_SIGNAL_FRAME) < 0)
    return;
  do {
    unw_word_t ip = 0, sp = 0;
    get_reg(&cursor, UNW_REG_IP, &ip);
    get_reg(&cursor, UNW_REG_SP, &sp);
    if (!ip)
      break;
    if (!frames.empty())
      frames.back().cfa = sp;
    frames.push_back({ip, 0});
  } while (frames.size() < 200 && step(&cursor) > 0);
}

// The walk begins in the handler: frames count from the interrupted one on.
struct FromHere {
  Frames *frames;
  uintptr_t from;
  bool begun;
};

void walk_libgcc(ucontext_t *context, Frames &frames) {
  FromHere state = {&frames, static_cast<uintptr_t>(context->uc_mcontext.gregs[REG_RIP]), false};
  _Unwind_Backtrace(
      [](_Unwind_Context *context, void *arg) {
        auto *state = static_cast<FromHere *>(arg);
        int before = 0;
        uintptr_t ip = _Unwind_GetIPInfo(context, &before), sp = _Unwind_GetCFA(context);
        if (!state->begun && !(before && ip == state->from))
          return _URC_NO_REASON;
        state->begun = true;
        if (!ip)
          return _URC_END_OF_STACK;
        if (!state->frames->empty())
          state->frames->back().cfa = sp;
        state->frames->push_back({ip, 0});
        return state->frames->size() < 200 ? _URC_NO_REASON : _URC_END_OF_STACK;
      },
      &state);
}

void on_trap(int, siginfo_t *, void *context_) {
  auto *context = static_cast<ucontext_t *>(context_);
  greg_t *regs = context->uc_mcontext.gregs;
  if (!stepping) {
    stepping = true;
    regs[REG_EFL] |= 0x100;
    return;
  }
  auto ip = static_cast<uintptr_t>(regs[REG_RIP]);
  if (*reinterpret_cast<const uint8_t *>(ip) == 0xcc) {
    regs[REG_EFL] &= ~greg_t(0x100);
    _exit(verdict->end());
  }
  ++verdict->steps;
  if (!symbols->watched(ip)) {
    others_ran = true;
    return;
  }
  Frames frames;
  if (by_libgcc)
    walk_libgcc(context, frames);
  else
    walk_libunwind(context, frames);
  verdict->take(ip, frames, others_ran);
  others_ran = false;
}

[[gnu::constructor]] void install() {
  auto is = [](const char *name, const char *value) {
    const char *found = getenv(name);
    return found && !strcmp(found, value);
  };
  by_libgcc = is("STEP_BY", "libgcc");
  if (!by_libgcc && !load_libunwind())
    _exit(2);
  symbols = new Symbols("self");
  verdict = new Verdict{*symbols};
  struct sigaction action = {};
  action.sa_sigaction = on_trap;
  action.sa_flags = SA_SIGINFO;
  if (!is("STEP_ON", "current")) {
    stack_t stack = {};
    stack.ss_size = 1 << 20;
    stack.ss_sp = malloc(stack.ss_size);
    sigaltstack(&stack, nullptr);
    action.sa_flags |= SA_ONSTACK;
  }
  sigaction(SIGTRAP, &action, nullptr);
}

} // namespace
