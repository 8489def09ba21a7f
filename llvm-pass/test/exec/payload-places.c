// All twelve places of a payload, each with its own value, in every kind of transfer: to a start, by a suspension, its
// answer, a switch (five integers and the handle), a return, behind bound values; each by the straight way and by the
// ways through the runtime (a walk, a remembered way, another entry, a search for a switch's handler).
// RUN: %everylevel %s | FileCheck %s
// RUN: %everylevel -g -fPIC %s | FileCheck %s
// RUN: %clang -O2 -flto -fuse-ld=lld %abi %s %rt -o %t.lto && %t.lto | FileCheck %s
// RUN: %clang -O2 -flto=thin -fuse-ld=lld %abi %s %rt -o %t.thin && %t.thin | FileCheck %s
// CHECK: 2584 places right, 0 wrong
#include <stdio.h>
#include <weft/markers.h>

#define SIX(t) t "," t "," t "," t "," t "," t
WEFT_TAG(direct, SIX("i64") "," SIX("double") "->" SIX("i64") "," SIX("double"));
WEFT_TAG(second, SIX("i64") "," SIX("double") "->" SIX("i64") "," SIX("double"));
WEFT_TAG(outside, SIX("i64") "," SIX("double") "->" SIX("i64") "," SIX("double"));
WEFT_TAG(hop, "i64,i64,i64,i64,i64," SIX("double") "->" SIX("i64") "," SIX("double"));
WEFT_TAG(far_hop, "i64,i64,i64,i64,i64," SIX("double") "->" SIX("i64") "," SIX("double"));
WEFT_HANDLERS(on, 3, {&direct, WEFT_ON_SUSPEND, 0}, {&second, WEFT_ON_SUSPEND, 0}, {&far_hop, WEFT_ON_SWITCH, 0});
WEFT_HANDLERS(on_hop, 2, {&hop, WEFT_ON_SWITCH, 0}, {&direct, WEFT_ON_SUSPEND, 0});
WEFT_ON1(on_outside, outside);
static int right, wrong;
static uint64_t sent; // numbers the transfers, so that no two carry the same values

static weft_payload fill(void) {
  weft_payload p;
  ++sent;
  for (int i = 0; i < 6; ++i) {
    p.i[i] = sent << 40 | (uint64_t)i << 33 | 0x80000001u;
    p.f[i] = (double)sent * 8 + i + 0.25;
  }
  return p;
}
// Whether p is the latest; a switch's last integer is a handle.
static void check(const weft_payload *p, int ints) {
  for (int i = 0; i < 6; ++i) {
    if (i < ints)
      ++*(p->i[i] == (sent << 40 | (uint64_t)i << 33 | 0x80000001u) ? &right : &wrong);
    ++*(p->f[i] == (double)sent * 8 + i + 0.25 ? &right : &wrong);
  }
}
static void exchange(const weft_tag *tag) {
  weft_payload p = fill();
  if (tag == &direct)
    weft_suspend(&direct, &p, &p);
  else if (tag == &second)
    weft_suspend(&second, &p, &p);
  else
    weft_suspend(tag, &p, &p); // computed
  check(&p, 6);
}
static void talks(void *env, weft_payload *io) {
  check(io, 6);
  for (int i = 0; i < 4; ++i) {
    exchange(&direct);
    exchange(&second);
    exchange(env);
    exchange(env); // the same way again
  }
  *io = fill();
}
static weft_cont resume(weft_cont k, const void *table, weft_payload *p) {
  *p = fill();
  weft_resume(k, table, p, p, &k);
  check(p, 6);
  return k;
}
static void between(void *env, weft_payload *io) { // a level that lists none of it
  weft_cont k = weft_cont_new(talks, env, 0);
  check(io, 6);
  *io = fill();
  weft_resume(k, &on_outside, io, io, &k);
  check(io, 6);
  *io = fill();
}
static weft_cont bind(weft_cont k, const weft_payload *all, int ints, int floats, weft_payload *rest) {
  weft_payload first = {{0}};
  *rest = first;
  for (int i = 0; i < 6; ++i) {
    if (i < ints)
      first.i[i] = all->i[i];
    else
      rest->i[i - ints] = all->i[i];
    if (i < floats)
      first.f[i] = all->f[i];
    else
      rest->f[i - floats] = all->f[i];
  }
  return weft_cont_bind(k, &first, (uint32_t)ints, (uint32_t)floats);
}
static void bound(void) {
  weft_cont k = weft_cont_new(talks, (void *)&second, 0);
  for (int i = 0; k; ++i) {
    weft_payload all = fill(), rest;
    k = bind(k, &all, i % 7, i * 3 % 7, &rest);
    weft_resume(k, &on, &rest, &all, &k);
    check(&all, 6);
  }
}
static void other(void *env, weft_payload *io) {
  const weft_tag *by = env;
  check(io, 5);
  for (;;) {
    weft_cont to = io->i[5];
    *io = fill();
    if (by == &hop)
      weft_switch(to, &hop, io, 5, io);
    else
      weft_switch(to, &far_hop, io, 5, io);
    check(io, 5);
  }
}
static void hops(void *env, weft_payload *io) {
  weft_cont to = weft_cont_new(other, env, 0);
  check(io, 6);
  for (int i = 0; i < 4; ++i) {
    *io = fill();
    if (env == &hop)
      weft_switch(to, &hop, io, 5, io);
    else
      weft_switch(to, &far_hop, io, 5, io);
    check(io, 5);
    to = io->i[5];
  }
  weft_cont_drop(to);
  *io = fill();
}
static void hops_below(void *env, weft_payload *io) { // its handler is a level up
  check(io, 6);
  *io = fill();
  weft_resume(weft_cont_new(hops, env, 0), &on_outside, io, io, 0);
  check(io, 6);
  *io = fill();
}
int main(void) {
  weft_payload p;
  const weft_tag *tags[] = {&direct, &second};
  for (int i = 0; i < 2; ++i) {
    for (weft_cont k = weft_cont_new(talks, (void *)tags[i], 0); k;)
      k = resume(k, &on, &p);
    for (weft_cont k = weft_cont_new(between, (void *)tags[i], 0); k;)
      k = resume(k, &on, &p);
  }
  bound();
  resume(weft_cont_new(hops, (void *)&hop, 0), &on_hop, &p);
  resume(weft_cont_new(hops, (void *)&far_hop, 0), &on, &p);
  resume(weft_cont_new(hops_below, (void *)&hop, 0), &on_hop, &p);
  resume(weft_cont_new(hops_below, (void *)&far_hop, 0), &on, &p);
  printf("%d places right, %d wrong\n", right, wrong);
}
