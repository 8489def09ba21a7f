; Another language's exception, an object of its own with a class of its own: its landing pads get that very object,
; at the suspension, or at the resume.throw when nothing in the continuation catches it. A clean-up on the way resumes
; the unwinding.
; RUN: %everylevel %s | FileCheck %s
; CHECK:      clean-up
; CHECK-NEXT: caught inside: 42, and 5 is alive
; CHECK-NEXT: clean-up
; CHECK-NEXT: caught outside: 43
; CHECK-NEXT: caught outside: 44
target triple = "x86_64-unknown-linux-gnu"
%exception = type { i64, ptr, i64, i64, i64 } ; _Unwind_Exception and our value
%weft.tag = type { ptr, ptr }
@name = private constant [5 x i8] c"wait\00"
@sig = private constant [3 x i8] c"->\00"
@wait = constant %weft.tag { ptr @name, ptr @sig }
@on = constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @wait, i32 0 }] }
@e = global %exception { i64 u0x4D494E454C414E47, ptr null, i64 0, i64 0, i64 0 }, align 16
@inside = private constant [39 x i8] c"caught inside: %ld, and %ld is alive\0A\00\00"
@outside = private constant [21 x i8] c"caught outside: %ld\0A\00"
@cleaned = private constant [9 x i8] c"clean-up\00"
declare void @weft.suspend.wait(ptr)
declare { i32, i64 } @weft.resume(i64, ptr)
declare { i32, i64 } @weft.resume.throw(i64, ptr, ptr)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare i32 @__gxx_personality_v0(...)
declare i32 @printf(ptr, ...)
declare i32 @puts(ptr)

define void @waits() personality ptr @__gxx_personality_v0 {
  invoke void @weft.suspend.wait(ptr @wait) to label %on unwind label %pad
on:
  ret void
pad:
  %l = landingpad { ptr, i32 } cleanup
  call i32 @puts(ptr @cleaned)
  resume { ptr, i32 } %l
}
define void @catches(ptr %env) personality ptr @__gxx_personality_v0 {
  %alive = load i64, ptr %env
  invoke void @waits() to label %on unwind label %pad
on:
  ret void
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %o = extractvalue { ptr, i32 } %l, 0
  %p = getelementptr %exception, ptr %o, i32 0, i32 4
  %v = load i64, ptr %p
  call i32 (ptr, ...) @printf(ptr @inside, i64 %v, i64 %alive)
  ret void
}
define void @does_not(ptr %env) {
  call void @waits()
  ret void
}
define void @throw_into(i64 %k, i64 %value) personality ptr @__gxx_personality_v0 {
  %p = getelementptr %exception, ptr @e, i32 0, i32 4
  store i64 %value, ptr %p
  %r = invoke { i32, i64 } @weft.resume.throw(i64 %k, ptr @on, ptr @e) to label %on unwind label %pad
on:
  ret void
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %o = extractvalue { ptr, i32 } %l, 0
  %q = getelementptr %exception, ptr %o, i32 0, i32 4
  %v = load i64, ptr %q
  call i32 (ptr, ...) @printf(ptr @outside, i64 %v)
  ret void
}
define i32 @main() {
  %five = alloca i64
  store i64 5, ptr %five
  %k1 = call i64 @weft.cont.new(ptr @catches, ptr %five, i32 0)
  %r1 = call { i32, i64 } @weft.resume(i64 %k1, ptr @on)
  %n1 = extractvalue { i32, i64 } %r1, 1
  call void @throw_into(i64 %n1, i64 42)
  %k2 = call i64 @weft.cont.new(ptr @does_not, ptr null, i32 0)
  %r2 = call { i32, i64 } @weft.resume(i64 %k2, ptr @on)
  %n2 = extractvalue { i32, i64 } %r2, 1
  call void @throw_into(i64 %n2, i64 43)
  %k3 = call i64 @weft.cont.new(ptr @catches, ptr null, i32 0)
  call void @throw_into(i64 %k3, i64 44)
  ret i32 0
}
