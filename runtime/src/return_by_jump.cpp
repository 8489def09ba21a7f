/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// The jump of return_by_jump.h. The compiler fixes the name; weak, because another library may have
// one too, and any of them returns.
#include "return_by_jump.h"

#if defined(__x86_64__) && defined(__linux__)
#include "weft/arch/x86_64.h"

asm(".text\n"
    ".p2align 4\n"
    ".weak __x86_return_thunk\n"
    ".hidden __x86_return_thunk\n"
    ".type __x86_return_thunk,@function\n"
    "__x86_return_thunk:\n"
    ".cfi_startproc\n"
    WEFT_X86_64_RETURN_BY_JUMP("%")
    ".cfi_endproc\n"
    ".size __x86_return_thunk,.-__x86_return_thunk\n");
#endif
