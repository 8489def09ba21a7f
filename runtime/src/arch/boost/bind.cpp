// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// cont.bind in the portable port: the values lie at the top of the innermost block's stack, and a resume, which reads its
// state anyway, puts them in front of what it sends (switch.cpp).
#include "arch/switch.h"
#include "collect.h"
#include "port.h"

namespace weft {

bool bound_too_much(const weft_cb *cb, uint32_t ints, uint32_t floats) {
  const weft_cb *inner = cb->inner;
  if (!(arch::state_of(inner) & arch::kBound))
    return false;
  const Bound &bound = arch::bound_of(inner);
  return bound.ints + ints > WEFT_PAYLOAD_INTS || bound.floats + floats > WEFT_PAYLOAD_FLOATS;
}

const void *suspended_low(const weft_cb *cb) { return cb->sp; }

const void *suspended_high(const weft_cb *cb) {
  auto *words = reinterpret_cast<const BodyWords *>(cold(const_cast<weft_cb *>(cb))->stack_top);
  return arch::state_of(cb) & arch::kBound ? words + 1 : words;
}

} // namespace weft

using namespace weft;

extern "C" weft_cont weft_rt_cont_bind(weft_cont k, const weft_payload *values, uint32_t ints,
                                       uint32_t floats) {
  weft_cb *cb = &weft_slots[k & WEFT_SLOT_MASK];
  if (cb->handle != k)
    weft_trap(WEFT_RULE_CONSUMED, k, nullptr);
  weft_cb *inner = innermost(cb);
  if (ints > WEFT_PAYLOAD_INTS || floats > WEFT_PAYLOAD_FLOATS || bound_too_much(cb, ints, floats))
    weft_trap(WEFT_RULE_PAYLOAD, k, nullptr);
  Bound &bound = arch::bound_of(inner);
  if (!(arch::state_of(inner) & arch::kBound)) {
    bound.ints = bound.floats = 0;
    inner->ip = arch::state(arch::state_of(inner) | arch::kBound);
  }
  for (uint32_t i = 0; i < ints; ++i)
    bound.values.i[bound.ints + i] = values->i[i];
  for (uint32_t i = 0; i < floats; ++i)
    bound.values.f[bound.floats + i] = values->f[i];
  bound.ints += ints;
  bound.floats += floats;
  cb = arch::consume(k);
  return cb->handle;
}
