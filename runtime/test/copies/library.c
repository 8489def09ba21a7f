/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* A library that uses continuations; made several times, each with its own or with a shared libweft. */
#include <weft/fiber.h>
#include <weft/markers_or_calls.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(what) JOIN(LIBRARY, what)

static const weft_tag tag = {"copies", "i64->"};
static const weft_handlers on = {1, 0, {{&tag, WEFT_ON_SUSPEND, 0}}};

static void body(void *env, weft_payload *io) {
  weft_payload out = {.i = {(uint64_t)(uintptr_t)env}};
  weft_either_suspend(&tag, &out, io);
}

/* A continuation that suspends once, with `value`. */
WEFT_API weft_cont NAME(_make)(uint64_t value) {
  return weft_either_cont_new(body, (void *)(uintptr_t)value, WEFT_STACK_16K);
}

/* The tag of the library that made it. */
WEFT_API const weft_tag *NAME(_tag)(void) { return &tag; }

/* What it suspends with, whoever made it; then it is dropped. */
WEFT_API uint64_t NAME(_ask)(weft_cont k, const weft_tag *its) {
  weft_handlers its_on = {1, 0, {{its, WEFT_ON_SUSPEND, 0}}};
  weft_payload p = {{0}};
  weft_cont next = 0;
  uint32_t which = weft_either_resume(k, its == &tag ? &on : &its_on, NULL, &p, &next);
  weft_rt_cont_drop(next);
  return which == 1 ? p.i[0] : 0;
}
