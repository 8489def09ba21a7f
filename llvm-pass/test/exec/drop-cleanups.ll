; Landing pads written in IR run once in a drop, innermost first, whatever personality they have; a clean-up sees the
; values that were alive at the suspension.
; RUN: %everylevel %s | FileCheck %s
; CHECK:      inner 7
; CHECK-NEXT: outer 8
; CHECK-NEXT: dropped
; CHECK-NOT:  {{.}}
target triple = "x86_64-unknown-linux-gnu"
%weft.tag = type { ptr, ptr }
@name = private constant [5 x i8] c"wait\00"
@sig = private constant [3 x i8] c"->\00"
@wait = constant %weft.tag { ptr @name, ptr @sig }
@on = constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @wait, i32 0 }] }
@in = private constant [11 x i8] c"inner %ld\0A\00"
@out = private constant [11 x i8] c"outer %ld\0A\00"
@dropped = private constant [8 x i8] c"dropped\00"
declare void @weft.suspend.wait(ptr)
declare { i32, i64 } @weft.resume(i64, ptr)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare void @weft.cont.drop(i64)
declare i32 @__gcc_personality_v0(...)
declare i32 @__gxx_personality_v0(...)
declare i32 @printf(ptr, ...)
declare i32 @puts(ptr)
define void @inner(i64 %x) noinline personality ptr @__gcc_personality_v0 {
  invoke void @weft.suspend.wait(ptr @wait) to label %on unwind label %pad
on:
  ret void
pad:
  %l = landingpad { ptr, i32 } cleanup
  call i32 (ptr, ...) @printf(ptr @in, i64 %x)
  resume { ptr, i32 } %l
}
define void @body(ptr %env) personality ptr @__gxx_personality_v0 {
  %x = load i64, ptr %env
  %y = add i64 %x, 1
  invoke void @inner(i64 %x) to label %on unwind label %pad
on:
  ret void
pad:
  %l = landingpad { ptr, i32 } cleanup
  call i32 (ptr, ...) @printf(ptr @out, i64 %y)
  resume { ptr, i32 } %l
}
define i32 @main() {
  %seven = alloca i64
  store i64 7, ptr %seven
  %k = call i64 @weft.cont.new(ptr @body, ptr %seven, i32 0)
  %r = call { i32, i64 } @weft.resume(i64 %k, ptr @on)
  %n = extractvalue { i32, i64 } %r, 1
  call void @weft.cont.drop(i64 %n)
  call i32 @puts(ptr @dropped)
  ret i32 0
}
