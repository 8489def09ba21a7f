//===- weft/Jit.h - Markers in code that LLJIT compiles ---------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   auto J = weft::createJit();                       // or LLJITBuilder's, then
//   if (!J) ...                                       // weft::prepareJit(**J)
//   (*J)->addIRModule(ThreadSafeModule(...));         // with markers
//   auto Main = (*J)->lookup("main");
//
// The program is linked with weft_pass_lib and then with libweft, static or shared:
// the code runs on the program's own runtime.
//
// What works: exceptions and drops through compiled frames, by the process's own
// unwinder; weft_backtrace() and `bt` of gdb, with lines where modules have debug information; modules that call each other and resume each other's continuations;
// any number of threads that look symbols up, and of compile threads; objects that
// were lowered ahead of time, by addObjectFile(). Compiled code is as fast as the
// same code in a program: the thread's record is found by a constant, as a linker
// arranges it.
//
// What is to be kept in mind:
//  * Lazy compilation (LLLazyJIT, re-exports) compiles on the stack of the first call. LLVM
//    takes hundreds of KiB for that: such calls belong on the thread's own stack or
//    on one of WEFT_STACK_8M.
//    Not with compile threads in LLVM 19, which crashes then now and again, without
//    markers too.
//  * Code may be removed (ResourceTracker) when nothing can come back to it: each
//    continuation with a frame of it, or a body in it that was never resumed, has
//    returned or been dropped, and nobody still holds a tag or a handler table of
//    the removed module. As with dlclose(), nothing checks it (rule CONT-16).
//  * Thread-local variables of the compiled program are LLJIT's business: it emulates
//    them, by libgcc's or compiler-rt's __emutls_get_address, or has a platform for
//    them. Behind a suspension they are the running thread's (TLS-01).
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_JIT_H
#define WEFT_JIT_H

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Passes/OptimizationLevel.h"
#include <memory>

namespace weft {

struct JitOptions {
  llvm::OptimizationLevel Level = llvm::OptimizationLevel::O2;
  /// Debuggers are told of each module (GDB's JIT interface).
  bool Debugger = true;
};

/// An LLJIT for this process that compiles markers.
llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>> createJit(const JitOptions &Options = {});

/// Makes one of \p J, before modules are added. It takes the transforms of J's IR and
/// object layers, so a front end with transforms of its own sets them on layers above.
/// J links by JITLink, which is its default; if several threads look symbols up, or it
/// has compile threads, its compile function is a ConcurrentIRCompiler, which it is not
/// always by default (createJit's is). LLVM's native target, with assembly parser, is
/// initialized. An error of a marker fails the symbols of
/// its module; its text goes to the session's error reporter.
///
/// Defines the symbols of the runtime that compiled code refers to, and the functions of
/// weft/host.h, task.h, sync.h and group.h; others come from the process if it exports them
/// (libweft.so; -rdynamic), or are defined by the front end.
llvm::Error prepareJit(llvm::orc::LLJIT &J, const JitOptions &Options = {});

} // namespace weft

#endif // WEFT_JIT_H
