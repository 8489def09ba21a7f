// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// debug_table.h for continuations. The one for tasks is found from here, if the program has tasks.
#include "cont.h"
#include "debug_table.h"

#include <atomic>
#include <cstddef>

extern "C" {
extern char weft_rt_entry[], weft_rt_entry_end[], weft_rt_entry_root[], weft_rt_entry_root_end[],
    weft_rt_bind_entry[], weft_rt_bind_entry_fresh[];

// Written once, when the library is loaded: a thread's record is so far from its thread pointer.
extern weft::DebugEntry weft_debug_threads[];
#pragma weak weft_debug_tasks
}

namespace weft {
extern std::atomic<uint32_t> slots_used; // cont.cpp
}

extern "C" {

// Its symbol, or its section, is what a debugger looks for; the first entry says that it is it.
WEFT_DEBUG_TABLE WEFT_API weft::DebugEntry weft_debug_table[] = {
    {"weft.debug", {0x7765667464656231}}, // "weftdeb1"
    {"abi", {WEFT_ABI}},
    {"slot.bits", {WEFT_SLOT_BITS}},
    {"cb.size", {sizeof(weft_cb)}},
    {"cb.handle", {offsetof(weft_cb, handle)}},
    {"cb.sp", {offsetof(weft_cb, sp)}},
    {"cb.ip", {offsetof(weft_cb, ip)}},
    {"cb.psp", {offsetof(weft_cb, psp)}},
    {"cb.parent", {offsetof(weft_cb, parent)}},
    {"cb.inner", {offsetof(weft_cb, inner)}},
    {"cb.class", {offsetof(weft_cb, stack_class)}},
    {"cold.offset", {WEFT_COLD_OFFSET}},
    {"cold.low", {offsetof(weft::ColdCb, stack_low)}},
    {"cold.top", {offsetof(weft::ColdCb, stack_top)}},
    {"thread.current", {offsetof(weft_thread, current)}},
    {"thread.free", {offsetof(weft_thread, free_list)}},
    {"classes", {WEFT_STACK_CLASSES}},
    WEFT_DEBUG_ADDRESS("slots", &weft_slots),
    WEFT_DEBUG_ADDRESS("slots.used", &weft::slots_used),
    WEFT_DEBUG_ADDRESS("cb.root", &weft::weft_root_cb),
#if defined(__x86_64__) && !defined(WEFT_PORT_PORTABLE)
    {"port.x86_64", {1}}, // a suspended block's sp is at [rbx][rbp], and goes on above these
    {"bound.ip", {216}},  // bind.cpp: below the stack pointer
    WEFT_DEBUG_ADDRESS("code.entry", weft_rt_entry),
    WEFT_DEBUG_ADDRESS("code.entry.end", weft_rt_entry_end),
    WEFT_DEBUG_ADDRESS("code.root", weft_rt_entry_root),
    WEFT_DEBUG_ADDRESS("code.root.end", weft_rt_entry_root_end),
    WEFT_DEBUG_ADDRESS("code.bound", weft_rt_bind_entry),
    WEFT_DEBUG_ADDRESS("code.bound.fresh", weft_rt_bind_entry_fresh),
#endif
    WEFT_DEBUG_ADDRESS("more", weft_debug_tasks),
    WEFT_DEBUG_ADDRESS("more", weft_debug_threads),
    {"", {0}}};

WEFT_DEBUG_TABLE weft::DebugEntry weft_debug_threads[] = {
    {"thread.offset", {0}}, {"idle.rested", {0}},  {"idle.cold", {0}},
    {"idle.left", {0}},     {"idle.trimmed", {0}}, {"", {0}}};
}

namespace {

[[gnu::constructor]] void fill_in() {
  weft::IdleLists lists = weft::idle_lists();
  weft_debug_threads[0].value = static_cast<uint64_t>(reinterpret_cast<char *>(&weft_tls) -
                                                      static_cast<char *>(__builtin_thread_pointer()));
  weft_debug_threads[1].value = static_cast<uint64_t>(lists.rested);
  weft_debug_threads[2].value = static_cast<uint64_t>(lists.cold);
  weft_debug_threads[3].value = reinterpret_cast<uintptr_t>(lists.left_behind);
  weft_debug_threads[4].value = reinterpret_cast<uintptr_t>(lists.trimmed);
}

} // namespace
