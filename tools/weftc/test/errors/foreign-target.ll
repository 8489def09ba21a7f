; A module for another machine cannot be part of a program for this one.
; RUN: not weftc %s -o %t 2>&1 | FileCheck %s
; CHECK: foreign-target.ll: error: made for riscv64-unknown-linux-gnu, but programs are linked for
target triple = "riscv64-unknown-linux-gnu"
define i32 @main() {
  ret i32 0
}
