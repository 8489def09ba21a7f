// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Weft's continuations through markers, compiled by the pass with all checks on, in the shapes that
// cost differently. Nothing here calls the runtime's out-of-line forms.
#include "weft.h"
#include "weft/markers.h"
#include <cstdlib>
#include <vector>

namespace {

WEFT_TAG(value_tag, "i64->i64");
WEFT_TAG(other_tag, "i64->i64");
WEFT_TAG(ring_tag, "i64->i64,i64"); // one's number; who came, and its handle
WEFT_TAG(stop_tag, "i64->i64,i64"); // the same; resumed with no handle
WEFT_ON1(on_value, value_tag);
WEFT_HANDLERS(on_both, 2, {&value_tag, WEFT_ON_SUSPEND, 0}, {&other_tag, WEFT_ON_SUSPEND, 0});
WEFT_HANDLERS(on_ring, 2, {&ring_tag, WEFT_ON_SWITCH, 0}, {&stop_tag, WEFT_ON_SUSPEND, 0});

inline uint64_t suspend(const weft_tag *tag, uint64_t v) {
  weft_payload io;
  io.i[0] = v;
  weft_suspend(tag, &io, &io);
  return io.i[0];
}

// Resumes *k, leaves in it the handle to resume next, and returns the value.
inline uint64_t resume(weft_cont *k, const void *on, uint64_t v) {
  weft_payload io;
  io.i[0] = v;
  weft_resume(*k, on, &io, &io, k);
  return io.i[0];
}

weft_cont fresh(weft_marker_body body, uint64_t env = 0) {
  weft_cont k = weft_cont_new(body, reinterpret_cast<void *>(env), WEFT_STACK_DEFAULT);
  if (!k) {
    std::fputs("weft: no memory for a continuation\n", stderr);
    std::exit(1);
  }
  return k;
}

void echo(void *, weft_payload *io) {
  for (uint64_t x = io->i[0];;)
    x = suspend(&value_tag, x + 1);
}

[[gnu::noinline]] uint64_t suspend_elsewhere(uint64_t v) {
  uint64_t x = suspend(&value_tag, v);
  asm volatile(""); // not a tail call
  return x;
}
void echo_in_callee(void *, weft_payload *io) {
  for (uint64_t x = io->i[0];;)
    x = suspend_elsewhere(x + 1);
}

struct Step {
  weft_cont next;
  uint64_t value;
};
[[gnu::noinline]] Step resume_elsewhere(weft_cont k, uint64_t v) {
  uint64_t value = resume(&k, &on_value, v);
  return {k, value};
}

// The same two, told not to rely on the processor's prediction of returns, which is wrong both times.
[[gnu::noinline, gnu::function_return("thunk-extern")]] uint64_t suspend_and_jump(uint64_t v) {
  uint64_t x = suspend(&value_tag, v);
  asm volatile(""); // not a tail call
  return x;
}
void echo_by_jump(void *, weft_payload *io) {
  for (uint64_t x = io->i[0];;)
    x = suspend_and_jump(x + 1);
}
[[gnu::noinline, gnu::function_return("thunk-extern")]] Step resume_and_jump(weft_cont k, uint64_t v) {
  uint64_t value = resume(&k, &on_value, v);
  return {k, value};
}

inline bench::Result resumed_in_loop(weft_marker_body body, uint64_t ops) {
  weft_cont k = fresh(body);
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i)
    sum += resume(&k, &on_value, i);
  uint64_t ns = bench::now() - start;
  weft_cont_drop(k);
  return {ops, ns, sum};
}

template <Step (*step)(weft_cont, uint64_t)>
inline bench::Result resumed_in_callee(weft_marker_body body, uint64_t ops) {
  weft_cont k = fresh(body);
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i) {
    Step s = step(k, i);
    k = s.next;
    sum += s.value;
  }
  uint64_t ns = bench::now() - start;
  weft_cont_drop(k);
  return {ops, ns, sum};
}

// --- ring: whoever arrives notes the handle of the one that it came from
struct Ring {
  std::vector<weft_cont> all;
  uint64_t left, sum;
} the_ring;

void ring_body(void *env, weft_payload *io) {
  const uint64_t me = reinterpret_cast<uint64_t>(env);
  Ring &r = the_ring;
  uint64_t from = io->i[0], handle = io->i[1];
  for (;;) {
    weft_payload p;
    p.i[0] = me;
    if (handle) {
      r.all[from] = handle;
      r.sum += from + 1;
    }
    if (r.left-- == 0)
      weft_suspend(&stop_tag, &p, &p);
    else
      weft_switch(r.all[me + 1 == r.all.size() ? 0 : me + 1], &ring_tag, &p, 1, &p);
    from = p.i[0], handle = p.i[1];
  }
}

// Resumes *k until one stops, leaves the handle of that one in *k, and says which it is.
uint64_t enter_ring(weft_cont *k) {
  weft_payload p;
  p.i[0] = p.i[1] = 0;
  weft_resume(*k, &on_ring, &p, &p, k);
  return p.i[0];
}

// --- nested: each level resumes the next and passes the value up
void pass_up(void *env, weft_payload *io) {
  const uint64_t depth = reinterpret_cast<uint64_t>(env);
  if (depth == 1)
    echo(nullptr, io);
  weft_cont inner = fresh(pass_up, depth - 1);
  for (uint64_t x = io->i[0];;)
    x = suspend(&value_tag, resume(&inner, &on_value, x) + 1);
}

// --- forward: depth - 1 levels that do not list the tag
void echo_alternately(void *, weft_payload *io) {
  for (uint64_t x = io->i[0];;) {
    x = suspend(&value_tag, x + 1);
    x = suspend(&other_tag, x + 1);
  }
}
WEFT_TAG(unused_tag, "->");
WEFT_ON1(on_unused, unused_tag);

template <weft_marker_body innermost> void forwarding(void *env, weft_payload *io) {
  const uint64_t depth = reinterpret_cast<uint64_t>(env);
  if (depth == 1)
    innermost(nullptr, io);
  weft_cont inner = fresh(forwarding<innermost>, depth - 1);
  resume(&inner, &on_unused, io->i[0]);
}

// --- tree: recursion within the continuation
[[gnu::noinline]] void walk(uint64_t height) {
  if (!height)
    return;
  walk(height - 1);
  suspend(&value_tag, height);
  walk(height - 1);
}
void tree_body(void *, weft_payload *) {
  for (;;)
    walk(20);
}

void add_one(void *, weft_payload *io) { io->i[0] += 1; }

// --- barrier
[[gnu::noinline]] uint64_t one_more(uint64_t x) { return x + 1; }
uint64_t (*volatile callee)(uint64_t) = one_more;

void calls_inside(void *, weft_payload *io) {
  uint64_t ops = io->i[0], sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i)
    sum += WEFT_BARRIER(callee)(i);
  io->i[1] = bench::now() - start;
  io->i[0] = sum;
}

} // namespace

namespace bench {

Result loop(uint64_t, uint64_t ops) { return resumed_in_loop(echo, ops); }
Result suspend_in_callee(uint64_t, uint64_t ops) { return resumed_in_loop(echo_in_callee, ops); }
Result resume_in_callee(uint64_t, uint64_t ops) { return resumed_in_callee<resume_elsewhere>(echo, ops); }
Result both_in_callees(uint64_t, uint64_t ops) {
  return resumed_in_callee<resume_elsewhere>(echo_in_callee, ops);
}
Result both_by_jump(uint64_t, uint64_t ops) { return resumed_in_callee<resume_and_jump>(echo_by_jump, ops); }
Result tree(uint64_t, uint64_t ops) { return resumed_in_loop(tree_body, ops); }

Result driver(uint64_t n, uint64_t ops) {
  std::vector<weft_cont> all;
  for (uint64_t j = 0; j < n; ++j)
    all.push_back(resume_elsewhere(fresh(echo), 0).next);
  uint64_t sum = 0, i = 0, start = now();
  while (i < ops)
    for (uint64_t j = 0; j < n && i < ops; ++j, ++i) {
      Step s = resume_elsewhere(all[j], i);
      all[j] = s.next;
      sum += s.value;
    }
  uint64_t ns = now() - start;
  for (weft_cont k : all)
    weft_cont_drop(k);
  return {ops, ns, sum};
}

Result ring(uint64_t n, uint64_t ops) {
  the_ring = {{}, 0, 0};
  for (uint64_t j = 0; j < n; ++j) {
    the_ring.all.push_back(fresh(ring_body, j));
    the_ring.left = 0;
    enter_ring(&the_ring.all[j]); // up to its first suspension
  }
  the_ring.left = ops;
  weft_cont k = the_ring.all[0];
  uint64_t start = now(), last = enter_ring(&k), ns = now() - start;
  the_ring.all[last] = k;
  for (weft_cont each : the_ring.all)
    weft_cont_drop(each);
  return {ops, ns, the_ring.sum};
}

Result nested(uint64_t depth, uint64_t ops) {
  weft_cont k = fresh(pass_up, depth);
  uint64_t sum = 0, values = ops / depth, start = now();
  for (uint64_t i = 0; i < values; ++i)
    sum += resume(&k, &on_value, i);
  uint64_t ns = now() - start;
  weft_cont_drop(k);
  return {values * depth, ns, sum};
}

Result forward(uint64_t depth, uint64_t ops) {
  weft_cont k = fresh(forwarding<echo>, depth);
  uint64_t sum = resume(&k, &on_value, 0) - 1, start = now();
  for (uint64_t i = 0; i < ops; ++i)
    sum += resume(&k, &on_value, i);
  uint64_t ns = now() - start;
  weft_cont_drop(k);
  return {ops, ns, sum};
}

// Two tags by turns, so that a memory of the last handler alone does not help.
Result search(uint64_t depth, uint64_t ops) {
  weft_cont k = fresh(forwarding<echo_alternately>, depth);
  uint64_t sum = resume(&k, &on_both, 0) - 1, start = now();
  for (uint64_t i = 0; i < ops; ++i)
    sum += resume(&k, &on_both, i);
  uint64_t ns = now() - start;
  weft_cont_drop(k);
  return {ops, ns, sum};
}

Result search_level(uint64_t depth, uint64_t ops) {
  Result pairs = search(depth, ops / depth);
  return {pairs.ops * depth, pairs.figure, pairs.answer};
}

Result barrier(uint64_t, uint64_t ops) {
  weft_cont k = fresh(calls_inside);
  weft_payload io;
  io.i[0] = ops;
  weft_resume(k, &on_value, &io, &io, &k);
  return {ops, io.i[1], io.i[0]};
}

Result bind(uint64_t, uint64_t ops) {
  weft_cont k = fresh(echo);
  uint64_t sum = 0, start = now();
  for (uint64_t i = 0; i < ops; ++i) {
    weft_payload io;
    io.i[0] = i;
    k = weft_cont_bind(k, &io, 1, 0);
    weft_resume(k, &on_value, nullptr, &io, &k);
    sum += io.i[0];
  }
  uint64_t ns = now() - start;
  weft_cont_drop(k);
  return {ops, ns, sum};
}

Result create(uint64_t, uint64_t ops) {
  uint64_t sum = 0, start = now();
  for (uint64_t i = 0; i < ops; ++i) {
    weft_cont k = weft_cont_new(add_one, nullptr, WEFT_STACK_DEFAULT);
    sum += resume(&k, &on_value, i);
  }
  return {ops, now() - start, sum};
}

} // namespace bench
