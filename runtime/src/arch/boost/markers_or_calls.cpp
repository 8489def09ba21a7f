// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What the names of markers_or_calls.h are where the pass did not run. Calls, not aliases: of two names at one
// address, backtraces would show this one.
#include "weft/markers_or_calls.h"

extern "C" {

weft_cont weft_either_cont_new(weft_body body, void *env, uint32_t stack) {
  return weft_rt_cont_new_mem(body, env, stack);
}
uint32_t weft_either_resume(weft_cont k, const weft_handlers *on, const weft_payload *in,
                            weft_payload *out, weft_cont *next) {
  return weft_rt_resume(k, on, in, out, next);
}
void weft_either_suspend(const weft_tag *tag, const weft_payload *in, weft_payload *out) {
  weft_rt_suspend(tag, in, out);
}
void weft_either_switch(weft_cont k, const weft_tag *tag, const weft_payload *in, uint32_t ints,
                        weft_payload *out) {
  weft_rt_switch(k, tag, in, ints, out);
}
}
