// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// cont.bind: values that wait at a suspended continuation for its next resume.
//
// A resume must not ask whether something was bound. So the values lie below the stack pointer of
// the chain's innermost block, where nothing is alive, and the block's ip leads by way of
// weft_rt_bind_entry (entry.cpp), which puts what was sent behind them and goes on at the
// real ip. Who wants that one asks suspended_ip. Rejected: values in the cold half of the block,
// which has no room for twelve; memory of their own, which could run out.
//
// Nor does it know how much was bound. That it is too much together is seen at weft_rt_bind_entry, where all
// has happened already; it is taken back, so that the trap finds what every trap finds.
#include "arch/sanitizer.h"
#include "arch/switch.h"
#include "arch/valgrind.h"
#include "collect.h"
#include "cont.h"

#include <cstddef>

extern "C" {
void weft_rt_bind_entry();
void weft_rt_bind_entry_fresh();
[[noreturn]] void weft_rt_refuse_bound(weft_cb *inner, const weft_payload *sent, uint64_t rbx,
                                       void *frame, uint32_t code);
}

namespace weft {
namespace {

// At sp - sizeof. The second half of both rows is for what is sent; bytes, as the entry adds them.
struct BoundValues {
  char *point; // ip - 1: what unwinders take for the return address (arch/x86_64.h)
  void *ip;
  uint64_t int_bytes, float_bytes;
  uint64_t ints[2 * WEFT_PAYLOAD_INTS];
  double floats[2 * WEFT_PAYLOAD_FLOATS];
};
static_assert(sizeof(BoundValues) == 224 && offsetof(BoundValues, ip) == 224 - 216 &&
                  offsetof(BoundValues, int_bytes) == 224 - 208 &&
                  offsetof(BoundValues, float_bytes) == 224 - 200 &&
                  offsetof(BoundValues, ints) == 224 - 192 &&
                  offsetof(BoundValues, floats) == 224 - 96,
              "the numbers of BIND_ENTRY");

BoundValues *values_of(const weft_cb *cb) {
  return reinterpret_cast<BoundValues *>(static_cast<char *>(cb->sp) - sizeof(BoundValues));
}

bool has_values(const weft_cb *cb) {
  return cb->ip == reinterpret_cast<void *>(weft_rt_bind_entry) ||
         cb->ip == reinterpret_cast<void *>(weft_rt_bind_entry_fresh);
}

// Volatile and not seen by sanitizers: it is a stack, and frames that were jumped out of may have
// left their marks below its end.
WEFT_NOT_SEEN bool append(weft_cb *cb, bool fresh, const weft_payload *values, uint32_t ints,
                          uint32_t floats) {
  volatile BoundValues *bound = values_of(cb);
  bool first = !has_values(cb);
  uint64_t have_ints = first ? 0 : bound->int_bytes / 8;
  uint64_t have_floats = first ? 0 : bound->float_bytes / 8;
  if (have_ints + ints > WEFT_PAYLOAD_INTS || have_floats + floats > WEFT_PAYLOAD_FLOATS)
    return false;
  if (first)
    arch::valgrind::open(bound, sizeof(BoundValues));
  for (uint32_t i = 0; i < ints; ++i)
    bound->ints[have_ints + i] = values->i[i];
  for (uint32_t i = 0; i < floats; ++i)
    bound->floats[have_floats + i] = values->f[i];
  bound->int_bytes = 8 * (have_ints + ints);
  bound->float_bytes = 8 * (have_floats + floats);
  if (first) {
    bound->ip = cb->ip;
    bound->point = static_cast<char *>(cb->ip) - 1;
    cb->ip = reinterpret_cast<void *>(fresh ? weft_rt_bind_entry_fresh : weft_rt_bind_entry);
  }
  return true;
}

} // namespace

WEFT_NOT_SEEN bool bound_too_much(const weft_cb *cb, uint32_t ints, uint32_t floats) {
  const weft_cb *inner = cb->inner;
  if (!has_values(inner))
    return false;
  const BoundValues *bound = values_of(inner);
  return bound->int_bytes / 8 + ints > WEFT_PAYLOAD_INTS ||
         bound->float_bytes / 8 + floats > WEFT_PAYLOAD_FLOATS;
}

WEFT_NOT_SEEN void *suspended_ip(const weft_cb *cb) {
  return has_values(cb) ? values_of(cb)->ip : cb->ip;
}

WEFT_NOT_SEEN const void *suspended_low(const weft_cb *cb) {
  return has_values(cb) ? values_of(cb) : cb->sp;
}

const void *suspended_high(const weft_cb *cb) { return cold(const_cast<weft_cb *>(cb))->stack_top; }

} // namespace weft

using namespace weft;

extern "C" weft_cont weft_rt_cont_bind(weft_cont k, const weft_payload *values, uint32_t ints,
                                       uint32_t floats) {
  weft_cb *cb = &weft_slots[k & WEFT_SLOT_MASK];
  if (cb->handle != k)
    weft_trap(WEFT_RULE_CONSUMED, k, nullptr);
  weft_cb *inner = innermost(cb);
  if (reinterpret_cast<char *>(values_of(inner)) < cold(inner)->stack_low)
    weft_trap(WEFT_RULE_OVERFLOW, k, nullptr);
  // All of it before the handle moves on: a block whose generations are used up is copied then.
  if (!append(inner, is_fresh(cb), values, ints, floats))
    weft_trap(WEFT_RULE_PAYLOAD, k, nullptr);
  cb = arch::consume(k);
  return cb->handle;
}

// By weft_rt_too_much (entry.cpp), on the stack of who resumes or switches, at `frame`.
extern "C" void weft_rt_refuse_bound(weft_cb *inner, const weft_payload *sent, uint64_t rbx,
                                     void *frame, uint32_t code) {
  weft_cb *target = inner, *running;
  if (code & WEFT_SENT_BY_SWITCH) {
    // The handle of who was left is the last integer that was sent.
    weft_cb *left = &weft_slots[sent->i[(code & WEFT_SENT_INTS) - 1] & WEFT_SLOT_MASK];
    while (target->psp != left->psp)
      target = target->parent;
    running = left->inner;
    left->inner = left;
    left->on = target->on;
  } else {
    while (target->psp != frame)
      target = target->parent;
    running = target->parent;
  }
  target->on = reinterpret_cast<const weft_handlers *>(rbx);
  target->inner = inner;
  target->handle -= WEFT_GENERATION_ONE;
  weft_tls.current = running;
  weft_trap(WEFT_RULE_PAYLOAD, target->handle, nullptr); // a switch's tag is lost by now
}
