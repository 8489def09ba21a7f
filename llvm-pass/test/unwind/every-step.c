// At every single instruction of resumes, suspends, switches, starts, ends, forwarded suspends, binds and drops the
// whole logical stack can be unwound: by a debugger from outside, and by a profiler in a signal's handler on the
// stack that is being switched. Inputs/stepping/logical-stack.h says what is checked at each step.
// Of one port only: what this is about is the inline port's text.
// REQUIRES: inline-port, x86_64, ptrace
// RUN: %clang -g -O0 -fexceptions %abi -c %s -o %t.0.o
// RUN: %clang -g -O2 -fexceptions %abi -c %s -o %t.2.o
// RUN: clang %t.2.o %rt -o %t.2
// RUN: %step_outside %t.2 > %t.outside || (cat %t.outside; false)
// RUN: FileCheck %s < %t.outside
// RUN: clang++ %t.0.o %step_inside %rt -o %t.in.0
// RUN: env STEP_BY=libunwind STEP_ON=current %t.in.0 > %t.libunwind || (cat %t.libunwind; false)
// RUN: FileCheck %s --check-prefixes=CHECK,NOINLINE < %t.libunwind
// RUN: clang++ %t.2.o %step_inside %rt -o %t.in.2
// RUN: env STEP_BY=libgcc STEP_ON=own %t.in.2 > %t.libgcc || (cat %t.libgcc; false)
// RUN: FileCheck %s < %t.libgcc
// RUN: %clang -g -O2 -flto=thin -fexceptions %abi -c %s -o %t.lto.o
// RUN: clang++ -O2 -flto=thin -fuse-ld=lld %t.lto.o %step_inside %rt -o %t.lto
// RUN: env STEP_BY=libunwind STEP_ON=own %t.lto > %t.lto.libunwind || (cat %t.lto.libunwind; false)
// RUN: FileCheck %s < %t.lto.libunwind
// CHECK-DAG: saw leaf < mid < {{(generator < )?}}weft_thunk.mem.generator < __morestack < next_of < generate < all < main <
// CHECK-DAG: saw weft_rt_return < next_of < generate <
// CHECK-DAG: saw weft_rt_search < weft_rt_suspend_slow < {{(innermost < )?}}weft_thunk.mem.innermost < __morestack < next_of < {{(between < )?}}weft_thunk.mem.between < __morestack < next_far < forward <
// CHECK-DAG: saw weft_rt_suspend_slow < next_far < forward <
// CHECK-DAG: saw weft_rt_before_return < weft_rt_return < __morestack < next_of < {{(between < )?}}weft_thunk.mem.between <
// CHECK-DAG: saw {{(member < )?}}weft_thunk.mem.member < __morestack < run_ring < go_round <
// CHECK-DAG: saw weft_rt_search < weft_rt_find_switch < {{(member < )?}}weft_thunk.mem.member <
// CHECK-DAG: saw weft_rt_switch_text0 < {{.*}}weft_rt_switch < out_of_line_body <
// CHECK-DAG: saw weft_rt_bind_entry_fresh < next_of < bind <
// CHECK-DAG: saw weft_rt_bind_entry < {{(takes_bound < )?}}weft_thunk.mem.takes_bound < __morestack < next_of < bind <
// CHECK-DAG: saw {{.*}} < weft_rt_raise_entry < {{(drop_inner < )?}}weft_thunk.mem.drop_inner < __morestack < {{(drop_outer < )?}}weft_thunk.mem.drop_outer < __morestack < {{.*}}weft_rt_cont_drop < drop <
// NOINLINE-DAG: saw odd_leaf < odd_body < weft_thunk.mem.odd_body < __morestack < odd_next_of < odd_frames <
// CHECK: steps, {{[0-9]+}} unwound, {{.*}} 0 bad
#include <stdlib.h>
#include <string.h>
#include <weft/lowered.h>
#include <weft/markers.h>
#define NOINLINE __attribute__((noinline))
#define KEEP __asm__ volatile("" ::: "memory") // nothing is a tail call

WEFT_TAG(tick, "i64,double->i64,double");
WEFT_TAG(far, "i64->i64");
WEFT_TAG(hop, "i64->i64,i64");
WEFT_ON1(on_tick, tick);
WEFT_ON1(on_far, far);
WEFT_HANDLERS(on_ring, 2, {&hop, WEFT_ON_SWITCH, 0}, {&far, WEFT_ON_SUSPEND, 0});
WEFT_HANDLERS(on_ring_last, 2, {&far, WEFT_ON_SUSPEND, 0}, {&hop, WEFT_ON_SWITCH, 0});

// --- A generator: the suspension two frames below the body.
NOINLINE static uint64_t leaf(uint64_t x) {
  weft_payload io = {.i = {x}, .f = {(double)x}};
  weft_suspend(&tick, &io, &io);
  KEEP;
  return io.i[0] + (uint64_t)io.f[0];
}
NOINLINE static uint64_t mid(uint64_t x) { return leaf(x) * 3; }
static void generator(void *env, weft_payload *io) {
  uint64_t sum = 0;
  for (long i = 0; i < (long)env; ++i)
    sum += mid(i);
  io->i[0] = sum;
}
NOINLINE static uint32_t next_of(weft_cont *k, weft_payload *io) {
  uint32_t which = weft_resume(*k, &on_tick, io, io, k);
  KEEP;
  return which;
}
NOINLINE static void generate(void) {
  weft_payload io = {{0}};
  weft_cont k = weft_cont_new(generator, (void *)3, 0);
  while (next_of(&k, &io))
    KEEP;
}

// --- Frames that the compiler lays out in another way: realigned, of variable size, both.
NOINLINE static uint64_t odd_leaf(int n) {
  _Alignas(64) volatile char aligned[64];
  volatile char sized[n];
  aligned[0] = sized[n - 1] = 1;
  weft_suspend(&tick, 0, 0);
  KEEP;
  return aligned[0] + sized[n - 1];
}
static void odd_body(void *env, weft_payload *io) { io->i[0] = odd_leaf(100) + odd_leaf(50) + !env; }
NOINLINE static uint32_t odd_next_of(weft_cont *k, weft_payload *io, int n) {
  _Alignas(64) volatile char aligned[64];
  volatile char sized[n];
  aligned[0] = sized[n - 1] = 0;
  uint32_t which = weft_resume(*k, &on_tick, io, io, k);
  KEEP;
  return which + aligned[0] + sized[n - 1];
}
NOINLINE static void odd_frames(void) {
  weft_payload io = {{0}};
  weft_cont k = weft_cont_new(odd_body, 0, 0);
  for (int n = 40; odd_next_of(&k, &io, n); n += 8)
    KEEP;
}

// --- A suspend that goes past resumers, found by walking and then by the cache, and the end of the one that
// has a cache.
static void innermost(void *env, weft_payload *io) {
  (void)env, (void)io;
  for (int i = 0; i < 3; ++i) {
    weft_suspend(&far, 0, 0);
    KEEP;
  }
}
static void between(void *env, weft_payload *io) {
  (void)env, (void)io;
  weft_payload p = {{0}};
  weft_cont k = weft_cont_new(innermost, 0, 0);
  next_of(&k, &p);
  KEEP;
}
NOINLINE static uint32_t next_far(weft_cont *k) {
  uint32_t which = weft_resume(*k, &on_far, 0, 0, k);
  KEEP;
  return which;
}
NOINLINE static void forward(void) {
  weft_cont k = weft_cont_new(between, 0, 0);
  while (next_far(&k))
    KEEP;
}

// --- Symmetric switches, by the first entry of the table and by another.
enum { members = 3 };
static weft_cont ring[members];
static void member(void *env, weft_payload *io) {
  int me = (int)(long)env;
  uint64_t from = io->i[1];
  while (io->i[0] != 99) {
    if (me != 0 || io->i[0] != 0)
      ring[(me + members - 1) % members] = from;
    if (io->i[0] == 7) {
      weft_suspend(&far, 0, 0);
      KEEP;
      return;
    }
    weft_payload p = {.i = {io->i[0] + 1}};
    weft_switch(ring[(me + 1) % members], &hop, &p, 1, io);
    from = io->i[1];
  }
}
NOINLINE static weft_cont run_ring(const void *on, weft_payload *io) {
  weft_cont rest = 0;
  weft_resume(ring[0], on, io, io, &rest);
  KEEP;
  return rest;
}
NOINLINE static void go_round(const void *on) {
  for (long i = 0; i < members; ++i)
    ring[i] = weft_cont_new(member, (void *)i, WEFT_STACK_16K);
  weft_payload io = {{0}};
  weft_cont rest = run_ring(on, &io); // the last one was 1, having come from 0
  io.i[0] = 99;
  for (int i = 0; i < 3; ++i)
    weft_resume(i == 1 ? rest : ring[i], on, &io, 0, 0);
  KEEP;
}

// --- The calls for compilers that cannot run the pass.
static weft_cont partner;
static void out_of_line_partner(void *env, weft_payload *io) {
  (void)env;
  weft_rt_switch(io->i[0], &hop, 0, 0, io); // the one it came from, which ends
  KEEP;
}
static void out_of_line_body(void *env, weft_payload *io) {
  (void)env;
  weft_rt_suspend(&far, io, io);
  weft_rt_switch(partner, &hop, 0, 0, io);
  KEEP; // the handle in io is the partner's, which waits for ever: one drop of an out-of-line suspension
  weft_cont_drop(io->i[0]);
}
NOINLINE static uint32_t out_of_line_next(weft_cont *k, weft_payload *io) {
  uint32_t which = weft_rt_resume(*k, (const weft_handlers *)&on_ring, io, io, k);
  KEEP;
  return which;
}
NOINLINE static void out_of_line(void) {
  weft_payload io = {{0}};
  partner = weft_rt_cont_new_mem(out_of_line_partner, 0, 0);
  weft_cont k = weft_rt_cont_new_mem(out_of_line_body, 0, 0);
  while (out_of_line_next(&k, &io))
    KEEP;
}

// --- Bound values, at a start and at a suspension point.
static void takes_bound(void *env, weft_payload *io) {
  (void)env;
  weft_suspend(&tick, io, io);
  KEEP;
}
NOINLINE static void bind(void) {
  weft_payload values = {.i = {1, 2}}, io = {{0}};
  weft_cont k = weft_cont_new(takes_bound, 0, 0);
  k = weft_cont_bind(k, &values, 2, 0);
  next_of(&k, &io);
  k = weft_cont_bind(k, &values, 1, 0);
  next_of(&k, &io);
  KEEP;
}

// --- Drops: of a fresh one, and with clean-ups in two continuations of a chain.
static volatile int cleaned;
static void clean(int *x) { cleaned += *x; }
static void drop_inner(void *env, weft_payload *io) {
  (void)env, (void)io;
  __attribute__((cleanup(clean))) int x = 1;
  weft_suspend(&far, 0, 0);
  KEEP;
}
static void drop_outer(void *env, weft_payload *io) {
  (void)env, (void)io;
  __attribute__((cleanup(clean))) int x = 10;
  weft_cont k = weft_cont_new(drop_inner, 0, 0);
  weft_resume(k, &on_tick, 0, 0, 0);
  KEEP;
}
NOINLINE static void drop(void) {
  weft_cont_drop(weft_cont_new(drop_inner, 0, 0));
  weft_cont k = weft_cont_new(drop_outer, 0, 0);
  next_far(&k);
  weft_cont_drop(k);
  KEEP;
}

NOINLINE static void all(void) {
  generate();
  odd_frames();
  forward();
  go_round(&on_ring);
  go_round(&on_ring_last);
  out_of_line();
  bind();
  drop();
  KEEP;
}

// For steppers that are slow.
NOINLINE static void few(void) {
  generate();
  forward();
  go_round(&on_ring_last);
  KEEP;
}

int main(int argc, char **argv) {
  (void)argv;
  void (*volatile run)(void) = argc > 1 ? few : all;
  run(); // stacks are made, and symbols bound
  __asm__ volatile("int3");
  run();
  __asm__ volatile("int3");
  return 0;
}
