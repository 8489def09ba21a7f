; A program with another LLVM is told which one the plug-in is for, in one line, and fails.
; REQUIRES: llvm-14
; RUN: not opt-14 -load-pass-plugin=%pass -passes=verify -disable-output %s 2>&1 | FileCheck %s
; RUN: not clang-14 -fpass-plugin=%pass -c -o %t.o %s 2>&1 | FileCheck %s
; CHECK: weft: this plug-in, weft-pass-22.so, is for LLVM 22, and the program that loads it has an older LLVM: use clang, opt or lld of LLVM 22
define void @f() {
  ret void
}
