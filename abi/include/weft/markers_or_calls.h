/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The operations for headers that any compiler may include, such as fiber.h and generator.hpp.
 *
 * They are markers by names that the runtime defines too. Where the pass runs, each becomes the inline switch; where
 * it does not (gcc, clang without the plug-in), the linker finds weft_rt_* of lowered.h. So one source is right with
 * any compiler, objects of both kinds work in one program, and inline functions of both are the same functions to the
 * one-definition rule. Rejected: a macro that says whether the pass runs. A wrong one would be found late or not at
 * all, and templates would differ from object to object under one name.
 *
 * Who wants an error where the pass did not run uses markers.h, whose functions these are otherwise. (A drop or a
 * resume.throw is a call in any case: weft_rt_cont_drop, weft_rt_resume_throw.)
 */
#ifndef WEFT_MARKERS_OR_CALLS_H
#define WEFT_MARKERS_OR_CALLS_H

#include "weft/lowered.h"
#include "weft/names_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_EITHER(name) __asm__("weft." name ".mem.call")

WEFT_API weft_cont weft_either_cont_new(weft_body body, void *env, uint32_t stack)
    WEFT_EITHER("cont.new");
WEFT_API uint32_t weft_either_resume(weft_cont k, const weft_handlers *on, const weft_payload *in,
                                     weft_payload *out, weft_cont *next) WEFT_EITHER("resume");
WEFT_API void weft_either_suspend(const weft_tag *tag, const weft_payload *in, weft_payload *out)
    WEFT_EITHER("suspend");
WEFT_API void weft_either_switch(weft_cont k, const weft_tag *tag, const weft_payload *in,
                                 uint32_t ints, weft_payload *out) WEFT_EITHER("switch");

#ifdef __cplusplus
}
#endif
#endif
