/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What the names of markers_or_calls.h are where the pass did not run. A jump, not an alias: of two names at one
 * address, backtraces would show this one. By the GOT, as all jumps of the runtime (docs/decisions/0011). */
#ifdef __CET__
#include <cet.h>
#else
#define _CET_ENDBR
#endif
	.text
	.macro	either name, function
	.globl	\name
	.type	\name, @function
	.p2align 4
\name:
	.cfi_startproc
	_CET_ENDBR
	jmpq	*\function@GOTPCREL(%rip)
	.cfi_endproc
	.size	\name, . - \name
	.endm

	either weft.cont.new.mem.call, weft_rt_cont_new_mem
	either weft.resume.mem.call, weft_rt_resume
	either weft.suspend.mem.call, weft_rt_suspend
	either weft.switch.mem.call, weft_rt_switch

	.section .note.GNU-stack, "", @progbits
