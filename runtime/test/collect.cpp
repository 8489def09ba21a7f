// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A collection finds what stands on stacks, and frees the collector's continuations that nothing refers to.
#include "arch/valgrind.h"
#include "weft/collect.h"
#include "weft/lowered.h"
#include "weft/stack.h"
#include "weft/task.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <vector>

namespace {

const weft_tag tick = {"tick", "->"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};
const weft_handlers on_nothing = {0, 0, {{nullptr, ~0u, 0}}};

// A collector whose heap has nothing but continuations.
struct Collection {
  std::vector<uint64_t> found;
  std::set<uint64_t> words; // all that was looked at
  uint64_t freed, pages;

#if defined(__clang__)
  __attribute__((disable_sanitizer_instrumentation))
#endif
  static void scan(void *arg, const uint64_t *low, const uint64_t *high) {
    auto *self = static_cast<Collection *>(arg);
    for (; low < high; ++low)
      self->word(*low);
  }
  void word(uint64_t read) {
    // A conservative collector reads what nobody wrote, and says so to memcheck.
    volatile uint64_t known = read;
    weft::arch::valgrind::request(weft::arch::valgrind::kMakeDefined, reinterpret_cast<uint64_t>(&known), sizeof known);
    const uint64_t w = known;
    words.insert(w);
    if (weft_collect_mark(w))
      found.push_back(w);
  }
  // Roots besides the stacks.
  explicit Collection(const std::vector<uint64_t> &roots, bool stacks = false) {
    REQUIRE(weft_collect_begin() == WEFT_OK);
    for (uint64_t r : roots)
      word(r);
    if (stacks)
      weft_collect_roots(scan, this);
    for (size_t i = 0; i < found.size(); ++i)
      weft_collect_stacks(found[i], scan, this);
    freed = weft_collect_sweep(&pages);
  }
};

weft_cont make(weft_body body, void *env = nullptr) {
  weft_cont k = weft_rt_cont_new_mem(body, env, 0);
  weft_collect_own(k);
  return k;
}

// Keeps env's word in its frame, as a value and nowhere else, and suspends for ever.
void keep(void *env, weft_payload *io) {
  volatile uint64_t mine = reinterpret_cast<uint64_t>(env);
  for (;;) {
    weft_rt_suspend(&tick, io, io);
    mine = mine;
  }
}

weft_cont suspended(weft_body body, void *env = nullptr) {
  weft_cont k = make(body, env), next = 0;
  weft_payload io = {};
  REQUIRE(weft_rt_resume(k, &on_tick, &io, &io, &next) == 1);
  return next;
}

bool alive(weft_cont k) { return weft_slots[k & WEFT_SLOT_MASK].handle == k; }
void *word(uint64_t w) { return reinterpret_cast<void *>(w); }

} // namespace

TEST_CASE("what nothing refers to is freed, fresh or suspended, and its handle is consumed") {
  weft_cont a = suspended(keep), b = make(keep), c = suspended(keep), d = make(keep);
  Collection all({a, b});
  CHECK(all.freed == 2);
  CHECK((all.pages >= 2 && all.pages <= 4));
  CHECK((alive(a) && alive(b)));
  CHECK((!alive(c) && !alive(d)));
  CHECK(Collection({}).freed == 2);
}

TEST_CASE("a continuation lives by another's frame, and a cycle is freed") {
  weft_cont inner = suspended(keep), outer = suspended(keep, word(inner));
  CHECK(Collection({outer}).freed == 0);
  CHECK((alive(inner) && alive(outer)));
  CHECK(Collection({inner}).freed == 1);
  // One that is kept only by its own frame.
  struct Self {
    static void body(void *env, weft_payload *io) {
      volatile uint64_t me = 0;
      for (;;) {
        weft_rt_suspend(&tick, io, io);
        me = io->i[0];
        *static_cast<uint64_t *>(env) = me;
      }
    }
  };
  uint64_t told = 0;
  weft_cont k = suspended(Self::body, &told), next;
  uint64_t later = k + 1 * WEFT_GENERATION_ONE; // what it is called after the next suspension
  weft_payload io = {{later}, {}};
  REQUIRE(weft_rt_resume(k, &on_tick, &io, &io, &next) == 1);
  REQUIRE(next == later);
  REQUIRE(told == later);
  CHECK(Collection({}).freed == 2); // with inner
}

TEST_CASE("bound values count") {
  weft_cont kept = suspended(keep), k = suspended(keep);
  weft_payload v = {{kept}, {}};
  k = weft_rt_cont_bind(k, &v, 1, 0);
  CHECK(Collection({k}).freed == 0);
  weft_cont fresh = make(keep);
  fresh = weft_rt_cont_bind(fresh, &v, 1, 0);
  CHECK(Collection({fresh}).freed == 1);
  CHECK(alive(kept));
  CHECK(Collection({}).freed == 2);
}

TEST_CASE("a chain lives and dies as one, all its frames seen") {
  static weft_cont outermost;
  struct Chain {
    static void body(void *env, weft_payload *io) {
      volatile uint64_t mine = 0xabcd000000000000 + reinterpret_cast<uint64_t>(env);
      uint64_t depth = reinterpret_cast<uint64_t>(env);
      if (depth == 0)
        return weft_rt_suspend(&tick, io, io);
      weft_cont next;
      weft_rt_resume(make(body, word(depth - 1)), &on_nothing, io, io, &next);
      mine = mine;
    }
  };
  struct Collecting { // whose resumers were found running before they were suspended
    static void body(void *env, weft_payload *io) {
      uint64_t depth = reinterpret_cast<uint64_t>(env);
      CHECK(Collection({}, true).freed == 0); // it must not be in the frame that is dropped
      if (depth == 0)
        return weft_rt_suspend(&tick, io, io);
      weft_cont next;
      weft_rt_resume(make(body, word(depth - 1)), &on_nothing, io, io, &next);
    }
  };
  outermost = suspended(Collecting::body, word(3));
  CHECK(Collection({outermost}).freed == 0);
  CHECK(Collection({}).freed == 1);
  outermost = suspended(Chain::body, word(5));
  Collection all({outermost});
  CHECK(all.freed == 0);
  CHECK(all.found.size() == 1);
  for (uint64_t depth = 0; depth <= 5; ++depth)
    CHECK(all.words.count(0xabcd000000000000 + depth) == 1);
  weft_payload io = {};
  weft_cont next;
  CHECK(weft_rt_resume(outermost, &on_tick, &io, &io, &next) == 0); // it works still
  outermost = suspended(Chain::body, word(5));
  CHECK(Collection({}).freed == 1);
  for (int i = 0; i < 6; ++i) // all six stacks can be had again
    CHECK(make(keep));
  CHECK(Collection({}).freed == 6);
}

// A suspended one whose handle stands on none of the stacks that are scanned: neither on its own nor in the caller's frame.
[[gnu::noinline]] static void forget_one() {
  suspended([](void *, weft_payload *io) {
    volatile char far[3000] = {};
    weft_rt_suspend(&tick, io, io);
    far[0] = far[1];
  });
}

// What calls left behind would stand in the gaps of frames that come there next.
__attribute__((noinline, no_sanitize("address"))) static void clear_stack() { // not in a fake frame
  volatile char below[16384];
  for (volatile char &c : below)
    c = 0;
}

TEST_CASE("the running chain, native calls and who is not the collector's are roots") {
  static weft_cont kept[3], foreign;
  struct Running {
    static void native(void *) {
      Collection c({}, true);
      CHECK(c.freed == 1);
      for (weft_cont k : kept)
        CHECK(alive(k));
      CHECK(alive(foreign));
    }
    static void inner(void *env, weft_payload *) {
      volatile uint64_t mine = reinterpret_cast<uint64_t>(env);
      weft_call_native(native, nullptr);
      Collection c({}, true); // on this stack
      CHECK(c.freed == 0);
      for (weft_cont k : kept)
        CHECK(alive(k));
      mine = mine;
    }
    static void outer(void *env, weft_payload *io) {
      volatile uint64_t mine = reinterpret_cast<uint64_t>(env);
      weft_cont next;
      weft_rt_resume(make(inner, word(kept[1])), &on_nothing, io, io, &next);
      mine = mine;
    }
  };
  for (weft_cont &k : kept)
    k = suspended(keep);
  // Suspended, and given to no collector: it stays, and so does what it has.
  foreign = weft_rt_cont_new_mem(keep, word(kept[2]), 0);
  weft_payload io = {};
  weft_cont next;
  REQUIRE(weft_rt_resume(foreign, &on_tick, &io, &io, &next) == 1);
  foreign = next;
  forget_one();
  clear_stack();
  weft_cont k = make(Running::outer, word(kept[0]));
  weft_rt_resume(k, &on_nothing, &io, &io, &next);
  CHECK(Collection({}).freed >= 2); // without stacks: foreign is no root then
  weft_rt_cont_drop(foreign);
}

TEST_CASE("collections among whatever else happens free exactly what is not kept") {
  std::mt19937 random(5);
  std::vector<weft_cont> kept;
  uint64_t garbage = 0;
  const int rounds = weft::arch::valgrind::running_on ? 300 : 20000;
  for (int round = 0; round < rounds; ++round) {
    weft_payload io = {};
    weft_cont next = 0;
    size_t at = kept.empty() ? 0 : random() % kept.size();
    switch (random() % 12) {
    case 0: case 1: case 2:
      kept.push_back(suspended(keep));
      break;
    case 3:
      kept.push_back(make(keep));
      break;
    case 4: // one that ends by itself
      weft_rt_resume(make([](void *, weft_payload *) {}), &on_tick, &io, &io, &next);
      break;
    case 5: case 6:
      if (!kept.empty()) {
        REQUIRE(weft_rt_resume(kept[at], &on_tick, &io, &io, &next) == 1);
        kept[at] = next;
      }
      break;
    case 7:
      if (!kept.empty())
        kept[at] = weft_rt_cont_bind(kept[at], &io, 0, 0);
      break;
    case 8:
      if (!kept.empty()) {
        weft_rt_cont_drop(kept[at]);
        kept.erase(kept.begin() + long(at));
      }
      break;
    case 9: case 10:
      if (!kept.empty()) {
        kept.erase(kept.begin() + long(at));
        ++garbage;
      }
      break;
    case 11:
      if (random() % 10 == 0) {
        weft_stack_trim();
      } else if (random() % 3 == 0) {
        std::vector<uint64_t> roots(kept.begin(), kept.end());
        REQUIRE(Collection(roots).freed == garbage);
        garbage = 0;
      }
    }
  }
  CHECK(Collection({}).freed == kept.size() + garbage);
}

TEST_CASE("words that are no handles of suspended continuations are not marked") {
  weft_cont k = suspended(keep), ended = make([](void *, weft_payload *) {}), next;
  weft_payload io = {};
  weft_rt_resume(ended, &on_tick, &io, &io, &next);
  uint64_t slot = ended & WEFT_SLOT_MASK, unused = weft_slots[slot].handle; // what its next use would be called
  REQUIRE(weft_collect_begin() == WEFT_OK);
  for (uint64_t w : {uint64_t(0), ~uint64_t(0), ended, unused, k - WEFT_GENERATION_ONE, k + WEFT_GENERATION_ONE,
                     k & WEFT_SLOT_MASK, uint64_t(WEFT_SLOT_MASK), weft_slots[0].handle})
    CHECK(weft_collect_mark(w) == 0);
  CHECK(weft_collect_mark(k) == 1);
  CHECK(weft_collect_mark(k) == 0);
  CHECK(weft_collect_sweep(nullptr) == 0);
  CHECK(Collection({}).freed == 1);
}
