; A global that the verifier rejects is shown where it is defined.
; RUN: not weftc %s -c -o %t.o 2>&1 | FileCheck %s
@llvm.used = appending global [1 x i32] [i32 3]
; CHECK: verifier-global.ll:[[#@LINE-1]]:1: error: wrong type for intrinsic global variable
