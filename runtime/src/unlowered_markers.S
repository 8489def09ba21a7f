/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What a marker that the pass did not lower links to: a linker error that says how to run the pass.
 *
 * libweft.a has this member only for its undefined symbol. It is taken from the archive when an object
 * refers to a marker by name, which no lowered object does, and then the linker prints that symbol.
 * The linkers that know .gnu.warning sections also print the text, with the place of the reference.
 * Not in libweft.so, where the symbol would be missing from every program; there the linker names the
 * marker itself. IR's suffixed markers (weft.suspend.i64) cannot be listed, and are named likewise.
 */
#ifndef weft_shared_EXPORTS
	.data
	.macro unlowered name
	.globl	\name
\name:
	.pushsection .gnu.warning.\name, "", @progbits
	.asciz	"this marker was not lowered: compile with clang -fpass-plugin=weft-pass-22.so"
	.popsection
	.endm

	unlowered weft.barrier.mem
	unlowered weft.cont.new
	unlowered weft.cont.new.mem
	unlowered weft.cont.bind
	unlowered weft.cont.bind.mem
	unlowered weft.cont.drop
	unlowered weft.resume
	unlowered weft.resume.mem
	unlowered weft.resume.throw
	unlowered weft.resume.throw.mem
	unlowered weft.suspend
	unlowered weft.suspend.mem
	unlowered weft.switch
	unlowered weft.switch.mem
	.quad	weft_marker_not_lowered__compile_with__fpass_plugin_weft_pass_22_so
#endif

	.section .note.GNU-stack, "", @progbits
