; A program with another LLVM is told which one the plug-in is for, in one line, and fails.
; REQUIRES: llvm-14
; RUN: not opt-14 -load-pass-plugin=%pass -passes=verify -disable-output %s 2>&1 | FileCheck %s -DN=%llvm_version
; RUN: not clang-14 -fpass-plugin=%pass -c -o %t.o %s 2>&1 | FileCheck %s -DN=%llvm_version
; CHECK: weft: this plug-in, weft-pass-[[N]].so, is for LLVM [[N]], and the program that loads it has an older LLVM: use clang, opt or lld of LLVM [[N]]
define void @f() {
  ret void
}
