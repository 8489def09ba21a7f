/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// The jump of return_by_jump.h. The compiler fixes the name; weak, because another library may have
// one too, and any of them returns.
#include "return_by_jump.h"

#if defined(__x86_64__) && defined(__linux__)
asm(".text\n"
    ".p2align 4\n"
    ".weak __x86_return_thunk\n"
    ".hidden __x86_return_thunk\n"
    ".type __x86_return_thunk,@function\n"
    "__x86_return_thunk:\n"
    ".cfi_startproc\n"
    "popq %rcx\n"
    ".cfi_adjust_cfa_offset -8\n"
    ".cfi_register %rip, %rcx\n"
    "jmpq *%rcx\n"
    ".cfi_endproc\n"
    ".size __x86_return_thunk,.-__x86_return_thunk\n");
#endif
