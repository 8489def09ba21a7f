/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Code that no loaded object has, a JIT's, for backtraces (backtrace.h) to go through it. weft/Jit.h does this by
 * itself. Exceptions are another matter: those need the code registered with the C library's unwinder
 * (__register_frame), as JITs do. */
#ifndef WEFT_CODE_H
#define WEFT_CODE_H

#include "weft/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_code weft_code;

/* Makes code known by its unwind tables: a section .eh_frame of `size` bytes, relocated to where it lies.
 *
 * Thread:    any, but no other takes a backtrace meanwhile that could reach code which is removed.
 * Ownership: borrows the section until weft_code_remove.
 * Returns:   what weft_code_remove takes; NULL, with nothing changed: no memory, no libunwind on this machine, no table in
 *            the section, or one that this call cannot read (more than 2 GiB from its code).
 * Since ABI 1. */
WEFT_API weft_code *weft_code_add(const void *eh_frame, size_t size);

/* Before the code goes. NULL does nothing. */
WEFT_API void weft_code_remove(weft_code *code);

#ifdef __cplusplus
}
#endif
#endif
