// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Where the kernel has no guards by advice, each costs mappings. More stacks than the limit of mappings allows
// guards for are made all the same, without, and the process can still map memory.
#include "weft/lowered.h"
#include "sanitized.h"
#include "stack.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

// An old kernel, for everything in this program: comes before the C library's.
extern "C" int madvise(void *base, size_t size, int advice) noexcept {
  if (advice == 102) { // MADV_GUARD_INSTALL
    errno = EINVAL;
    return -1;
  }
  return int(syscall(SYS_madvise, base, size, advice));
}

TEST_CASE("fifty thousand live continuations without guards by advice") {
#ifdef WEFT_TEST_TSAN
  WARN("skipped: TSan needs mappings itself, beside those of the guards");
  return;
#endif
  static const weft_tag tick = {"tick", "->"};
  static const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};
  std::vector<weft_cont> all;
  weft_payload io = {};
  for (int i = 0; i < 50000; ++i) {
    weft_cont k = weft_rt_cont_new_mem([](void *, weft_payload *io) { weft_rt_suspend(&tick, io, io); }, nullptr,
                                       WEFT_STACK_16K);
    REQUIRE(k);
    weft_cont next;
    REQUIRE(weft_rt_resume(k, &on_tick, &io, &io, &next) == 1);
    all.push_back(next);
  }
  weft::StackCounts counts = weft::stack_counts(WEFT_STACK_16K);
  CHECK(counts.unguarded > 0);
  CHECK(counts.made - counts.unguarded > 20000);
  for (int i = 0; i < 100; ++i) // not merged with each other
    CHECK(mmap(nullptr, 4096, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
  for (weft_cont k : all)
    REQUIRE(weft_rt_resume(k, &on_tick, &io, &io, &k) == 0);
}
