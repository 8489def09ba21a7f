; What cannot be a barrier.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-markers,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}barrier.ll:5:1: weft.barrier: is an attribute of a call, and no function; the form is call @f() "weft.barrier"
; CHECK: error: {{.*}}barrier.ll:6:1: weft.barrier: what WEFT_BARRIER(f) gives can only be called, at once
; CHECK: error: {{.*}}function 'marked' is "weft.barrier": it is an attribute of calls
; CHECK: error: {{.*}}barrier.ll:1:1: weft.barrier: a call of weft.suspend cannot be a barrier
; CHECK: error: {{.*}}barrier.ll:3:1: weft.barrier: a musttail call cannot be a barrier: nothing is left of its caller to end it
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.t = private constant [3 x i8] c"->\00"
@t = constant %weft.tag { ptr @name, ptr @sig.t }
declare void @weft.suspend(ptr)
declare void @weft.barrier()
declare ptr @weft.barrier.mem(ptr, ptr, i32)
declare void @marked() "weft.barrier"
define void @f() {
  call void @weft.suspend(ptr @t) "weft.barrier"
  ret void
}
define void @g() {
  musttail call void @f() "weft.barrier"
  ret void
}
define ptr @h() {
  call void @weft.barrier()
  %p = call ptr @weft.barrier.mem(ptr @f, ptr @name, i32 1)
  ret ptr %p
}
