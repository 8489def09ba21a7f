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
#include <type_traits>
#include <ucontext.h>
#include <unwind.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

extern "C" {
void weft_rt_entry();
void weft_rt_entry_root();
extern char weft_rt_entry_end[], weft_rt_entry_root_end[];
}

namespace weft {
namespace {

// By address, not by name: a stripped program has none.
bool within(uintptr_t ip, void (*low)(), const char *high) {
  return ip >= reinterpret_cast<uintptr_t>(low) && ip < reinterpret_cast<uintptr_t>(high);
}
bool at_start(uintptr_t ip) { return within(ip, weft_rt_entry, weft_rt_entry_end); }
bool at_root(uintptr_t ip) { return within(ip, weft_rt_entry_root, weft_rt_entry_root_end); }

// libunwind's functions by the names its header makes of unw_*.
struct Library {
  int (*init_local2)(unw_cursor_t *, unw_context_t *, int) = nullptr;
  int (*step)(unw_cursor_t *) = nullptr;
  int (*get_reg)(unw_cursor_t *, unw_regnum_t, unw_word_t *) = nullptr;
  int (*get_proc_name)(unw_cursor_t *, char *, size_t, unw_word_t *) = nullptr;
  bool usable = false;

  Library() {
    void *handle = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
    if (!handle)
      return;
    auto find = [&](auto &fn, const char *name) {
      fn = reinterpret_cast<std::remove_reference_t<decltype(fn)>>(dlsym(handle, name));
      return fn != nullptr;
    };
    usable = find(init_local2, "_ULx86_64_init_local2") && find(step, "_ULx86_64_step") &&
             find(get_reg, "_ULx86_64_get_reg") && find(get_proc_name, "_ULx86_64_get_proc_name");
  }
};

Library &library() {
  static Library *loaded = new Library; // never destroyed: used while the process dies
  return *loaded;
}

struct Printer {
  size_t limit;
  void (*line)(void *, const char *);
  void *arg;
  size_t skip = 0;
  size_t count = 0;

  bool start() {
    char text[64];
    snprintf(text, sizeof text, "  #%-2zu -- continuation start --", count);
    line(arg, text);
    return ++count < limit;
  }

  bool frame(uintptr_t ip, const char *name, uintptr_t offset, bool exact) {
    if (skip) {
      --skip;
      return true;
    }
    char text[512];
    Dl_info info = {};
    void *entry = nullptr;
    bool known =
        dladdr1(reinterpret_cast<void *>(exact ? ip : ip - 1), &info, &entry, RTLD_DL_SYMENT) != 0;
    auto *symbol = static_cast<const ElfW(Sym) *>(entry);
    if ((!name || !*name) && known && info.dli_sname) {
      name = info.dli_sname;
      offset = ip - reinterpret_cast<uintptr_t>(info.dli_saddr);
    }
    // The nearest dynamic symbol below a static function is not its name.
    if (name && symbol && symbol->st_size && info.dli_sname && !strcmp(name, info.dli_sname) &&
        ip - reinterpret_cast<uintptr_t>(info.dli_saddr) > symbol->st_size)
      name = nullptr;
    // A body is called through the pass's thunk, or has become part of it.
    for (const char *prefix : {"weft_thunk.", "mem."})
      if (name && !strncmp(name, prefix, strlen(prefix)))
        name += strlen(prefix);
    char *demangled = nullptr;
    if (name && !strncmp(name, "_Z", 2)) {
      int status = 0;
      demangled = abi::__cxa_demangle(name, nullptr, nullptr, &status);
    }
    const char *object = known && info.dli_fname ? info.dli_fname : "?";
    if (const char *slash = strrchr(object, '/'))
      object = slash + 1;
    uintptr_t base = known ? reinterpret_cast<uintptr_t>(info.dli_fbase) : 0;
    if (name && *name)
      snprintf(text, sizeof text, "  #%-2zu %s+%#zx (%s+%#zx)", count,
               demangled ? demangled : name, static_cast<size_t>(offset), object,
               static_cast<size_t>(ip - base));
    else
      snprintf(text, sizeof text, "  #%-2zu %#zx (%s+%#zx)", count, static_cast<size_t>(ip), object,
               static_cast<size_t>(ip - base));
    free(demangled);
    line(arg, text);
    return ++count < limit;
  }
};

void walk(unw_context_t *context, bool from_signal, Printer &printer) {
  Library &lib = library();
  unw_cursor_t cursor;
  if (lib.init_local2(&cursor, context, from_signal ? UNW_INIT_SIGNAL_FRAME : 0) < 0)
    return;
  bool exact = from_signal;
  do {
    unw_word_t ip = 0, offset = 0;
    char name[256] = "";
    lib.get_reg(&cursor, UNW_REG_IP, &ip);
    if (!ip)
      break;
    lib.get_proc_name(&cursor, name, sizeof name, &offset);
    if (at_root(ip))
      break;
    if (at_start(ip) ? !printer.start() : !printer.frame(ip, name, offset, exact))
      return;
    exact = false;
  } while (lib.step(&cursor) > 0);
}

_Unwind_Reason_Code gcc_frame(_Unwind_Context *context, void *arg) {
  auto *printer = static_cast<Printer *>(arg);
  uintptr_t ip = _Unwind_GetIP(context);
  if (!ip)
    return _URC_END_OF_STACK;
  return printer->frame(ip, nullptr, 0, false) ? _URC_NO_REASON : _URC_END_OF_STACK;
}

} // namespace

[[gnu::noinline]] void backtrace(void *context, size_t skip, size_t limit,
                                 void (*line)(void *, const char *), void *arg) {
  Printer printer{limit, line, arg, context ? 0 : skip + 1};
  if (!library().usable) {
    _Unwind_Backtrace(gcc_frame, &printer);
    return;
  }
  if (context) {
    walk(static_cast<unw_context_t *>(context), true, printer);
    return;
  }
  unw_context_t here;
  getcontext(&here); // on this target libunwind's context is a ucontext_t
  walk(&here, false, printer);
}

namespace {

void walk_suspended(weft_cb *outer, Printer &printer) {
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
    unw_word_t ip = 0, offset = 0;
    char name[256] = "";
    lib.get_reg(&cursor, UNW_REG_IP, &ip);
    if (!ip)
      return;
    lib.get_proc_name(&cursor, name, sizeof name, &offset);
    bool start = at_start(ip) || at_root(ip);
    if (start && --starts == 0)
      return;
    if (start ? !printer.start() : !printer.frame(ip, name, offset, false))
      return;
  } while (lib.step(&cursor) > 0);
}

// dlopen and libunwind's tables want more room than a small stack has.
struct SuspendedCall {
  weft_cb *outer;
  Printer printer;
  bool walked;
};
void walk_native(void *arg) {
  auto *call = static_cast<SuspendedCall *>(arg);
  call->walked = library().usable;
  if (call->walked)
    walk_suspended(call->outer, call->printer);
}

} // namespace

weft_status backtrace_suspended(weft_cb *outer, size_t limit, void (*line)(void *, const char *), void *arg) {
  SuspendedCall call{outer, Printer{limit, line, arg}, false};
  call_native(walk_native, &call);
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
