// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// This copy of libweft among others, and continuations across a fork (process.h).
//
// A child of fork has the thread that forked and nothing else. Its continuations, their stacks and guards are there as
// they were; free blocks that other threads kept are lost in it.
#include "process.h"

#include "cont.h"
#include "exceptions.h"
#include "fatal.h"
#include "os/os.h"

#include <atomic>
#include <cstdio>
#include <pthread.h>

extern "C" {

struct weft_copy {
  std::atomic<uint32_t> used;
};
__attribute__((visibility("hidden"))) extern weft_copy weft_this_copy;
weft_copy weft_this_copy = {{0}};

// Which record the exported functions of this process belong to. The compiler must not know the answer.
WEFT_API weft_copy *weft_rt_copy();
[[gnu::noinline]] weft_copy *weft_rt_copy() {
  weft_copy *copy = &weft_this_copy;
  asm volatile("" : "+r"(copy));
  return copy;
}
}

// Where the record is, from where the note is: no relocation at load, and found in a file of any visibility.
asm(".pushsection .note.weft, \"a\", %note\n"
    ".balign 4\n"
    ".long 5, 8, 1\n"
    ".asciz \"Weft\"\n"
    ".balign 4\n"
    "1: .quad weft_this_copy - 1b\n"
    ".popsection\n");

namespace weft {
namespace {

struct Other {
  bool in_use; // asked for
  char file[512] = "";
};

void look_for_other(void *arg, const char *file, const char *desc) {
  auto *other = static_cast<Other *>(arg);
  int64_t offset;
  __builtin_memcpy(&offset, desc, sizeof offset);
  auto *copy = reinterpret_cast<const weft_copy *>(desc + offset);
  if (copy != &weft_this_copy && (copy->used.load() || !other->in_use))
    snprintf(other->file, sizeof other->file, "%s", file);
}

[[noreturn]] void refuse_second(const char *other) {
  char self[512];
  os::file_of(&weft_this_copy, self, sizeof self);
  fatal("weft: two copies of libweft are in use in one process, that of %s and that of %s: link "
        "both with libweft.so "
        "(PROC-01)",
        other[0] ? other : "another file", self);
}

void before_fork() {
  idle_blocks_lock().lock();
  stacks_lock().lock();
  slots_lock().lock();
}

void after_fork() {
  slots_lock().unlock();
  stacks_lock().unlock();
  idle_blocks_lock().unlock();
}

} // namespace

bool sleeps() {
  if (weft_rt_copy() != &weft_this_copy)
    return true;
  if (is_own_table())
    return false;
  // Its functions are its own, its data another's (-Bsymbolic-functions): half of each.
  Other other{false};
  os::each_note("Weft", 1, look_for_other, &other);
  refuse_second(other.file);
}

void join_process() {
  if (__builtin_expect(weft_this_copy.used.load(std::memory_order_relaxed), 1))
    return;
  static std::once_flag once;
  std::call_once(once, [] {
    // Said before it is looked, so that of two copies that begin at once one sees the other.
    weft_this_copy.used.store(1);
    Other other{true};
    os::each_note("Weft", 1, look_for_other, &other);
    if (other.file[0] || sleeps())
      refuse_second(other.file);
    os::stay_loaded(&weft_this_copy);
    take_over_exceptions();
    pthread_atfork(before_fork, after_fork, after_fork);
  });
}

} // namespace weft
