/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Weft's passes for compilers that build their IR through LLVM-C, in C or in any language that binds C.
 *
 * Markers are functions like others: LLVMAddFunction(m, "weft.suspend.gen", type), with the types of this use
 * (weft/intrinsics.def has each with an example), tags and handler tables constants. Then
 *
 *   char *error = NULL;
 *   if (weft_run_passes(module, target_machine, "O2", &error)) {
 *     fprintf(stderr, "%s\n", error);
 *     LLVMDisposeMessage(error);
 *   } else
 *     LLVMTargetMachineEmitToFile(target_machine, module, "a.o", LLVMObjectFile, &error);
 *
 * and a.o is linked with libweft. The library is libweft-llvm-c-<N>.so, or libweft-pass-<N>.a with the C++ library;
 * both need the same shared libLLVM that the program builds its IR with. In a JIT by LLVM-C, this is the transform of
 * LLVMOrcIRTransformLayerSetTransform.
 */
#ifndef WEFT_LLVM_C_H
#define WEFT_LLVM_C_H

#include "llvm-c/TargetMachine.h"
#include "llvm-c/Types.h"
#include "weft/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs LLVM's default pipeline with Weft's passes in it: checks the markers, optimizes, and makes switches of them.
 *
 * Target:    as for LLVMRunPasses, may be NULL. Needs LLVMInitializeNativeAsmParser() before code is made: the switch is
 *            inline assembly.
 * Options:   words with commas between, NULL for "O2": O0 O1 O2 O3 Os Oz; weft-only (nothing but Weft's passes);
 *            verify-each (LLVM's verifier after each pass, which ends the process at what is wrong);
 *            before-link=full, before-link=thin (link-time optimization follows).
 * Errors:    0 when all is well. Else `*error`, if `error` is not NULL, is a text with a line for each mistake, begun by
 *            its place, to be freed by LLVMDisposeMessage; a diagnostic handler of the module's context is told of each
 *            as well. A wrong option and a module that LLVM's verifier refuses change nothing. After other errors the
 *            module is valid but lacks the calls in question: to be disposed of.
 * Thread:    any, as long as no other uses the module's context.
 * Since ABI 1. */
WEFT_API LLVMBool weft_run_passes(LLVMModuleRef module, LLVMTargetMachineRef target, const char *options,
                                  char **error);

#ifdef __cplusplus
}
#endif
#endif
