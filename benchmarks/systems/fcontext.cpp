// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Boost.Context's raw interface, make_fcontext and jump_fcontext: the fastest that Boost has,
// without the C++ wrapper. Stacks come from Boost's own default allocator. Two words travel each
// way: the context that was left, and the address of the value.
#include "serve.h"
#include <boost/context/detail/fcontext.hpp>
#include <boost/context/fixedsize_stack.hpp>
#include <boost/version.hpp>
#include <vector>

namespace {

using boost::context::detail::fcontext_t;
using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

// jump_fcontext carries one pointer: enough for the value itself.
void *word(uint64_t v) { return reinterpret_cast<void *>(v); }
uint64_t value(const transfer_t &t) { return reinterpret_cast<uint64_t>(t.data); }

using Body = void(transfer_t);

// A context on a stack of its own; abandoned, not unwound, at the end.
struct Context {
  static constexpr size_t kStack = 64 << 10;
  boost::context::stack_context stack;
  fcontext_t at;
  explicit Context(Body *body) : stack(boost::context::fixedsize_stack(kStack).allocate()) {
    at = make_fcontext(stack.sp, stack.size, body);
  }
  Context(Context &&from) noexcept : stack(from.stack), at(from.at) { from.stack.sp = nullptr; }
  ~Context() {
    if (stack.sp)
      boost::context::fixedsize_stack(kStack).deallocate(stack);
  }
  uint64_t resume(uint64_t v) {
    transfer_t t = jump_fcontext(at, word(v));
    at = t.fctx;
    return value(t);
  }
};

std::vector<Context> contexts(uint64_t n, Body *body) {
  std::vector<Context> all;
  all.reserve(n);
  for (uint64_t j = 0; j < n; ++j)
    all.emplace_back(body);
  return all;
}

void echo(transfer_t t) {
  for (;;)
    t = jump_fcontext(t.fctx, word(value(t) + 1));
}

[[gnu::noinline]] transfer_t suspend_elsewhere(fcontext_t to, uint64_t v) {
  transfer_t t = jump_fcontext(to, word(v));
  asm volatile(""); // not a tail call
  return t;
}
void echo_in_callee(transfer_t t) {
  for (;;)
    t = suspend_elsewhere(t.fctx, value(t) + 1);
}

[[gnu::noinline]] uint64_t resume_elsewhere(Context &c, uint64_t v) { return c.resume(v); }

template <Body *body> bench::Result resumed_in_loop(uint64_t, uint64_t ops) {
  Context c(body);
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i)
    sum += c.resume(i);
  return {ops, bench::now() - start, sum};
}

template <Body *body> bench::Result resumed_in_callee(uint64_t, uint64_t ops) {
  Context c(body);
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i)
    sum += resume_elsewhere(c, i);
  return {ops, bench::now() - start, sum};
}

bench::Result driver(uint64_t n, uint64_t ops) {
  std::vector<Context> all = contexts(n, echo);
  uint64_t sum = 0, i = 0, start = 0;
  for (Context &c : all)
    c.resume(0);
  start = bench::now();
  while (i < ops)
    for (uint64_t j = 0; j < n && i < ops; ++j, ++i)
      sum += resume_elsewhere(all[j], i);
  return {ops, bench::now() - start, sum};
}

// --- ring: each jumps to the next; whoever arrives notes where the one it came from stopped
struct Ring {
  std::vector<Context> all;
  uint64_t left, sum;
  fcontext_t home;
};
Ring *ring;

void ring_body(transfer_t t) {
  // The first value says who I am; later ones, who came.
  uint64_t me = value(t);
  t = jump_fcontext(t.fctx, nullptr);
  for (;;) {
    uint64_t from = value(t);
    if (from == ~UINT64_C(0))
      ring->home = t.fctx;
    else {
      ring->all[from].at = t.fctx;
      ring->sum += from + 1;
    }
    if (ring->left-- == 0) {
      t = jump_fcontext(ring->home, nullptr);
      continue;
    }
    uint64_t next = me + 1 == ring->all.size() ? 0 : me + 1;
    t = jump_fcontext(ring->all[next].at, word(me));
  }
}

bench::Result ring_of(uint64_t n, uint64_t ops) {
  Ring r{contexts(n, ring_body), 0, 0, nullptr};
  ring = &r;
  for (uint64_t j = 0; j < n; ++j)
    r.all[j].resume(j);
  uint64_t start = bench::now();
  r.left = ops;
  jump_fcontext(r.all[0].at, word(~UINT64_C(0)));
  return {ops, bench::now() - start, r.sum};
}

// --- nested: each level resumes the next and passes the value up
void pass_up(transfer_t t) {
  uint64_t depth = value(t);
  if (depth == 1) {
    t = jump_fcontext(t.fctx, nullptr);
    echo(t);
  }
  Context inner(pass_up);
  inner.resume(depth - 1);
  t = jump_fcontext(t.fctx, nullptr);
  for (;;)
    t = jump_fcontext(t.fctx, word(inner.resume(value(t)) + 1));
}

bench::Result nested(uint64_t depth, uint64_t ops) {
  Context c(pass_up);
  c.resume(depth);
  uint64_t sum = 0, values = ops / depth, start = bench::now();
  for (uint64_t i = 0; i < values; ++i)
    sum += c.resume(i);
  uint64_t ns = bench::now() - start;
  return {values * depth, ns, sum}; // the inner stacks are leaked with the program
}

// --- forward: the innermost jumps straight to the outermost's resumer
fcontext_t innermost_goes_to;

void forwarding(transfer_t t) {
  uint64_t depth = value(t);
  if (depth == 1) {
    t = jump_fcontext(innermost_goes_to, nullptr);
    echo(t);
  }
  Context inner(forwarding);
  inner.resume(depth - 1); // never comes back
  __builtin_trap();
}
void forwarding_outermost(transfer_t t) {
  innermost_goes_to = t.fctx;
  forwarding(t);
}

bench::Result forward(uint64_t depth, uint64_t ops) {
  Context c(forwarding_outermost);
  c.resume(depth);
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i)
    sum += c.resume(i);
  return {ops, bench::now() - start, sum};
}

// --- tree
[[gnu::noinline]] fcontext_t walk(uint64_t height, fcontext_t out) {
  if (!height)
    return out;
  out = walk(height - 1, out);
  out = jump_fcontext(out, word(height)).fctx;
  return walk(height - 1, out);
}
void tree_body(transfer_t t) {
  for (fcontext_t out = t.fctx;;)
    out = walk(20, out);
}

// --- create
void add_one(transfer_t t) {
  jump_fcontext(t.fctx, word(value(t) + 1));
  __builtin_trap();
}

bench::Result create(uint64_t, uint64_t ops) {
  // The stack is reused, as a pool would.
  Context c(add_one);
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i) {
    c.at = make_fcontext(c.stack.sp, c.stack.size, add_one);
    sum += c.resume(i);
  }
  return {ops, bench::now() - start, sum};
}

} // namespace

int main() {
  return bench::serve("fcontext", "Boost " BOOST_LIB_VERSION,
                      {{"loop", resumed_in_loop<echo>},
                       {"portable-loop", resumed_in_loop<echo>},
                       {"driver", driver},
                       {"ring", ring_of},
                       {"nested", nested},
                       {"forward", forward},
                       {"suspend-in-callee", resumed_in_loop<echo_in_callee>},
                       {"resume-in-callee", resumed_in_callee<echo>},
                       {"both-in-callees", resumed_in_callee<echo_in_callee>},
                       {"both-by-jump", resumed_in_callee<echo_in_callee>},
                       {"tree", resumed_in_loop<tree_body>},
                       {"create", create}});
}
