// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What of arch/switch.h is not inline on x86-64: C++ around the text of entry.cpp.
#include "arch/switch.h"
#include "cont.h"

extern "C" {
void weft_rt_raise_entry();
using SwitchText = void(weft_cb *, const weft_tag *, const weft_payload *, weft_payload *);
SwitchText weft_rt_switch_text0, weft_rt_switch_text1, weft_rt_switch_text2, weft_rt_switch_text3,
    weft_rt_switch_text4, weft_rt_switch_text5;

const char weft_abi1_x86_64_inline = 0;
}

namespace weft {

bool is_fresh(const weft_cb *cb) {
  if (cb->inner != cb)
    return false;
  void *ip = suspended_ip(cb);
  return ip == reinterpret_cast<void *>(weft_rt_entry) ||
         ip == reinterpret_cast<void *>(weft_rt_entry_root);
}

namespace arch {

void switch_memory(weft_cb *cb, const weft_tag *tag, const weft_payload *in, uint32_t ints,
                   weft_payload *out) {
  static SwitchText *const text[] = {weft_rt_switch_text0, weft_rt_switch_text1,
                                     weft_rt_switch_text2, weft_rt_switch_text3,
                                     weft_rt_switch_text4, weft_rt_switch_text5};
  text[ints](cb, tag, in, out);
}

void start_raising(weft_cb *cb, void (*raise)(void *), void *arg) {
  auto *frame = static_cast<void **>(cb->sp);
  frame[0] = reinterpret_cast<void *>(raise);
  frame[1] = arg;
  cb->ip = suspended_ip(cb); // past what was bound
}

// What weft_rt_raise_entry wants is the payload.
uint32_t resume_raising(weft_cb *cb, const weft_handlers *on, void (*raise)(void *), void *arg,
                        weft_payload *out, weft_cont *next) {
  weft_cb *inner = innermost(cb);
  // Within the call, as a return address is not.
  uint64_t point = reinterpret_cast<uint64_t>(suspended_ip(inner)) - 1;
  inner->ip = reinterpret_cast<void *>(weft_rt_raise_entry);
  weft_payload in = {
      {point, reinterpret_cast<uint64_t>(raise), reinterpret_cast<uint64_t>(arg), 0, 0, 0}, {}};
  return resume_block(cb, on, in, out, next);
}

} // namespace arch
} // namespace weft
