// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Walking stacks (backtrace.h).
#include "backtrace.h"

#include "cont.h"
#include "weft/backtrace.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <dlfcn.h>
#include <initializer_list>
#include <link.h>
#include <new>
#include <sys/mman.h>
#include <type_traits>
#include <ucontext.h>
#include <unwind.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#if defined(WEFT_PORT_PORTABLE)
#include "arch/boost/port.h"
#else
extern "C" {
void weft_rt_entry();
void weft_rt_entry_root();
extern char weft_rt_entry_end[], weft_rt_entry_root_end[];
}
#endif

namespace weft {
namespace {

// By address, not by name: a stripped program has none.
#if defined(WEFT_PORT_PORTABLE)
bool is_in(uintptr_t ip, void (*function)(arch::transfer_t)) {
  return _Unwind_FindEnclosingFunction(reinterpret_cast<void *>(ip)) == reinterpret_cast<void *>(function);
}
bool at_start(uintptr_t ip) { return is_in(ip, weft_rt_start); }
bool at_root(uintptr_t ip) { return is_in(ip, weft_rt_start_root); }
#else
bool within(uintptr_t ip, void (*low)(), const char *high) {
  return ip >= reinterpret_cast<uintptr_t>(low) && ip < reinterpret_cast<uintptr_t>(high);
}
bool at_start(uintptr_t ip) { return within(ip, weft_rt_entry, weft_rt_entry_end); }
bool at_root(uintptr_t ip) { return within(ip, weft_rt_entry_root, weft_rt_entry_root_end); }
#endif

// libunwind's functions by the names its header makes of unw_*.
struct Library {
  int (*init_local2)(unw_cursor_t *, unw_context_t *, int) = nullptr;
  int (*step)(unw_cursor_t *) = nullptr;
  int (*get_reg)(unw_cursor_t *, unw_regnum_t, unw_word_t *) = nullptr;
  bool usable = false;

  Library() {
    void *handle = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
    if (!handle)
      return;
    auto find = [&](auto &fn, const char *name) {
      fn = reinterpret_cast<std::remove_reference_t<decltype(fn)>>(dlsym(handle, name));
      return fn != nullptr;
    };
#define WEFT_UNW_NAME_(function) #function
#define WEFT_UNW_NAME(function) WEFT_UNW_NAME_(function) // libunwind.h's macros put the target into it
    usable = find(init_local2, WEFT_UNW_NAME(unw_init_local2)) && find(step, WEFT_UNW_NAME(unw_step)) &&
             find(get_reg, WEFT_UNW_NAME(unw_get_reg));
  }
};

Library &library() {
  // Never destroyed: used while the process dies, perhaps for want of memory.
  alignas(Library) static unsigned char room[sizeof(Library)];
  static Library *loaded = new (room) Library;
  return *loaded;
}

// Hands out frames, up to a limit and but for the first few.
struct Walk {
  size_t limit;
  FrameVisit visit;
  void *arg;
  size_t skip = 0;
  size_t count = 0;
  os::Symbols *symbols = nullptr; // null: there was no memory for them
  bool goes_on = false;

  bool start() {
    Frame frame = {};
    frame.number = count;
    frame.start = true;
    visit(arg, frame);
    return ++count < limit;
  }

  bool frame(uintptr_t ip, bool exact) {
    if (skip) {
      --skip;
      return true;
    }
    // A return address may be the next function's.
    uintptr_t back = exact ? 0 : 1;
    os::Symbol symbol = {nullptr, 0, "?", ip - back};
    if (symbols)
      symbol = symbols->at(ip - back);
    Frame frame = {};
    frame.number = count;
    frame.ip = ip;
    frame.name = symbol.name;
    frame.offset = symbol.offset + back;
    frame.object = symbol.object;
    frame.object_offset = symbol.object_offset + back;
    // A body is called through the pass's thunk, or has become part of it.
    for (const char *prefix : {"weft_thunk.", "mem."})
      if (frame.name && !strncmp(frame.name, prefix, strlen(prefix)))
        frame.name += strlen(prefix);
    visit(arg, frame);
    return ++count < limit;
  }
};

// The caller's symbols, kept over several walks, or some of its own: not on the stack, which may be a small one, and
// not by malloc, which may be what failed.
class SymbolsFor {
public:
  [[gnu::noinline]] explicit SymbolsFor(os::Symbols *given) : symbols_(given) {
    if (given)
      return;
    room_ = mmap(nullptr, sizeof(os::Symbols), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room_ != MAP_FAILED)
      symbols_ = new (room_) os::Symbols;
  }
  ~SymbolsFor() {
    if (room_ == MAP_FAILED)
      return;
    symbols_->~Symbols();
    munmap(room_, sizeof(os::Symbols));
  }
  SymbolsFor(const SymbolsFor &) = delete;
  os::Symbols *get() const { return symbols_; }

private:
  os::Symbols *symbols_;
  void *room_ = MAP_FAILED;
};

// libunwind's context is a ucontext_t by another name, or its beginning, on the targets of Linux.
unw_context_t *as_context(void *registers) { return static_cast<unw_context_t *>(registers); }

#if defined(WEFT_PORT_PORTABLE)
// No CFI leads from a start to the resumer: who waits there says where it is. That is the frame which answers, and
// no part of the program; the next step leads to one that is.
bool go_to(void *&waits, unw_cursor_t &cursor, ucontext_t &registers) {
  arch::ask(waits, nullptr, nullptr, &registers, nullptr);
  return library().init_local2(&cursor, as_context(&registers), 0) >= 0;
}
#endif

void walk(unw_context_t *context, bool from_signal, Walk &out) {
  Library &lib = library();
  unw_cursor_t cursor;
#if defined(WEFT_PORT_PORTABLE)
  ucontext_t registers;
  weft_cb *inside = weft_current();
#endif
  if (lib.init_local2(&cursor, context, from_signal ? UNW_INIT_SIGNAL_FRAME : 0) < 0)
    return;
  bool exact = from_signal;
  do {
    unw_word_t ip = 0;
    lib.get_reg(&cursor, UNW_REG_IP, &ip);
    if (!ip || at_root(ip))
      break;
    if (at_start(ip) ? !out.start() : !out.frame(ip, exact))
      return;
#if defined(WEFT_PORT_PORTABLE)
    if (at_start(ip)) {
      if (inside == &weft_root_cb || out.goes_on || !go_to(inside->psp, cursor, registers))
        return;
      inside = inside->parent;
    }
#endif
    exact = false;
  } while (lib.step(&cursor) > 0);
}

_Unwind_Reason_Code gcc_frame(_Unwind_Context *context, void *arg) {
  auto *out = static_cast<Walk *>(arg);
  uintptr_t ip = _Unwind_GetIP(context);
  if (!ip)
    return _URC_END_OF_STACK;
  return out->frame(ip, false) ? _URC_NO_REASON : _URC_END_OF_STACK;
}

} // namespace

bool walk_ready() { return library().usable; }

[[gnu::noinline]] void each_frame(void *context, size_t skip, size_t limit, FrameVisit visit, void *arg,
                                  os::Symbols *symbols, bool goes_on) {
  SymbolsFor names(symbols);
  Walk out{limit, visit, arg, context ? skip : skip + 1, 0, names.get(), goes_on};
  if (!library().usable) {
    _Unwind_Backtrace(gcc_frame, &out);
    return;
  }
  if (context) {
    walk(as_context(context), true, out);
    return;
  }
  ucontext_t here;
  getcontext(&here);
  walk(as_context(&here), false, out);
}

namespace {

#if defined(WEFT_PORT_PORTABLE)
void walk_suspended(weft_cb *outer, Walk &out) {
  weft_cb *cb = innermost(outer);
  if (is_fresh(cb) || !cb->sp) // null: a signal came in the middle of a switch
    return;
  Library &lib = library();
  unw_cursor_t cursor;
  ucontext_t registers;
  for (void **waits = &cb->sp; go_to(*waits, cursor, registers); waits = &cb->psp, cb = cb->parent) {
    for (unw_word_t ip = 0; lib.step(&cursor) > 0;) {
      lib.get_reg(&cursor, UNW_REG_IP, &ip);
      if (at_start(ip) || at_root(ip))
        break;
      if (!out.frame(ip, false))
        return;
    }
    if (cb == outer || !out.start())
      return;
  }
}
#else
void walk_suspended(weft_cb *outer, Walk &out) {
  weft_cb *cb = innermost(outer);
  if (is_fresh(cb))
    return;
  // As the text of the switch would leave it after its two pops; the frame is found from rbp. A chain's
  // outermost block still has the psp of its last resume: its walk must stop at its own trampoline.
  auto *words = static_cast<uintptr_t *>(cb->sp);
  unw_context_t context = {};
  context.uc_mcontext.gregs[REG_RIP] = reinterpret_cast<greg_t>(suspended_ip(cb)) - 1;
  context.uc_mcontext.gregs[REG_RSP] = reinterpret_cast<greg_t>(words + 2);
  context.uc_mcontext.gregs[REG_RBX] = static_cast<greg_t>(words[0]);
  context.uc_mcontext.gregs[REG_RBP] = static_cast<greg_t>(words[1]);
  Library &lib = library();
  unw_cursor_t cursor;
  if (lib.init_local2(&cursor, &context, UNW_INIT_SIGNAL_FRAME) < 0)
    return;
  int starts = 1;
  for (weft_cb *b = cb; b != outer; b = b->parent)
    ++starts;
  do {
    unw_word_t ip = 0;
    lib.get_reg(&cursor, UNW_REG_IP, &ip);
    if (!ip)
      return;
    bool start = at_start(ip) || at_root(ip);
    if (start && --starts == 0)
      return;
    if (start ? !out.start() : !out.frame(ip, false))
      return;
  } while (lib.step(&cursor) > 0);
}
#endif

} // namespace

void each_suspended_frame(weft_cb *outer, size_t limit, FrameVisit visit, void *arg, os::Symbols *symbols) {
  if (!library().usable)
    return;
  SymbolsFor names(symbols);
  Walk out{limit, visit, arg, 0, 0, names.get()};
  walk_suspended(outer, out);
}

void frame_line(const Frame &frame, bool may_allocate, char *out, size_t size) {
  if (frame.start) {
    snprintf(out, size, "  #%-2zu -- continuation start --", frame.number);
    return;
  }
  if (!frame.name) {
    snprintf(out, size, "  #%-2zu %#zx (%s+%#zx)", frame.number, static_cast<size_t>(frame.ip), frame.object,
             static_cast<size_t>(frame.object_offset));
    return;
  }
  char *demangled = nullptr;
  if (may_allocate && !strncmp(frame.name, "_Z", 2)) {
    int status = 0;
    demangled = abi::__cxa_demangle(frame.name, nullptr, nullptr, &status);
  }
  snprintf(out, size, "  #%-2zu %s+%#zx (%s+%#zx)", frame.number, demangled ? demangled : frame.name,
           static_cast<size_t>(frame.offset), frame.object, static_cast<size_t>(frame.object_offset));
  free(demangled);
}

namespace {

struct Lines {
  void (*line)(void *, const char *);
  void *arg;
};
void hand_line(void *arg, const Frame &frame) {
  auto *lines = static_cast<Lines *>(arg);
  char text[512];
  frame_line(frame, true, text, sizeof text);
  lines->line(lines->arg, text);
}

} // namespace

[[gnu::noinline]] void backtrace(void *context, size_t skip, size_t limit,
                                 void (*line)(void *, const char *), void *arg) {
  Lines lines{line, arg};
  each_frame(context, context ? 0 : skip + 1, limit, hand_line, &lines, nullptr);
  asm volatile(""); // not a tail call: this frame is one to be left out
}

weft_status backtrace_suspended(weft_cb *outer, size_t limit, void (*line)(void *, const char *), void *arg) {
  // dlopen and libunwind's tables want more room than a small stack has.
  struct Call {
    weft_cb *outer;
    size_t limit;
    Lines lines;
    bool walked;
  } call{outer, limit, {line, arg}, false};
  call_native(
      [](void *a) {
        auto *c = static_cast<Call *>(a);
        c->walked = walk_ready();
        each_suspended_frame(c->outer, c->limit, hand_line, &c->lines, nullptr);
      },
      &call);
  return call.walked ? WEFT_OK : WEFT_E_NOTFOUND;
}

} // namespace weft

using namespace weft;

extern "C" {

[[gnu::noinline]] void weft_backtrace(size_t limit, weft_backtrace_line line, void *arg) {
  if (line && limit)
    backtrace(nullptr, 1, limit, line, arg);
  asm volatile(""); // not a tail call: this frame is the one to be left out
}

weft_status weft_cont_backtrace(weft_cont k, size_t limit, weft_backtrace_line line, void *arg) {
  weft_cb *outer = &weft_slots[k & WEFT_SLOT_MASK];
  if (!line)
    return WEFT_E_INVAL;
  if (!k || outer->handle != k)
    return WEFT_E_STALE;
  if (!limit)
    return WEFT_OK;
  return backtrace_suspended(outer, limit, line, arg);
}
}
