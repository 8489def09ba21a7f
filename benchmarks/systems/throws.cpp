// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Exceptions thrown into a continuation, with as many frames to its handler as throw.cpp has.
#include "weft.h"
#include "weft/exceptions.h"
#include "weft/markers.h"

namespace {

WEFT_TAG(wait_tag, "i64->");
WEFT_ON1(on_wait, wait_tag);

[[gnu::noinline]] void wait(uint64_t value) {
  weft_payload io;
  io.i[0] = value;
  weft_suspend(&wait_tag, &io, nullptr);
}

[[gnu::noinline]] void level(uint64_t depth, uint64_t value) {
  if (depth > 2)
    level(depth - 1, value);
  else
    wait(value);
  asm volatile(""); // not a tail call
}

// Gives each exception's value, plus one, by its next suspension.
void catches(void *, weft_payload *io) {
  uint64_t depth = io->i[0];
  for (uint64_t answer = 0;;)
    try {
      depth > 1 ? level(depth, answer) : wait(answer);
    } catch (uint64_t value) {
      answer = value + 1;
    }
}

} // namespace

namespace bench {

Result throw_into(uint64_t depth, uint64_t ops) {
  weft_payload io;
  io.i[0] = depth;
  weft_cont k = weft_cont_new(catches, nullptr, WEFT_STACK_DEFAULT);
  weft_resume(k, &on_wait, &io, nullptr, &k);
  uint64_t sum = 0, start = now();
  for (uint64_t i = 0; i < ops; ++i) {
    weft_resume_throw(k, &on_wait, weft::thrown(i), &io, &k);
    sum += io.i[0];
  }
  Result result = {ops, now() - start, sum};
  weft_cont_drop(k);
  return result;
}

} // namespace bench
