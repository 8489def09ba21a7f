; A landing pad gives a C++ exception in flight away, into a continuation, which handles it. It counts where it is: in
; neither is anything in flight at the end.
; RUN: %everylevel %s | FileCheck %s
; CHECK:      before: 1 in flight
; CHECK-NEXT: caught 7: 0 in flight
; CHECK-NEXT: after: 0 in flight
target triple = "x86_64-unknown-linux-gnu"
%weft.tag = type { ptr, ptr }
@name = private constant [5 x i8] c"wait\00"
@sig = private constant [3 x i8] c"->\00"
@wait = constant %weft.tag { ptr @name, ptr @sig }
@on = constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @wait, i32 0 }] }
@before = private constant [22 x i8] c"before: %d in flight\0A\00"
@caught = private constant [25 x i8] c"caught %d: %d in flight\0A\00"
@after = private constant [21 x i8] c"after: %d in flight\0A\00"
@_ZTIi = external constant ptr
declare void @weft.suspend.wait(ptr)
declare { i32, i64 } @weft.resume(i64, ptr)
declare { i32, i64 } @weft.resume.throw(i64, ptr, ptr)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare i32 @__gxx_personality_v0(...)
declare ptr @__cxa_allocate_exception(i64)
declare void @__cxa_throw(ptr, ptr, ptr)
declare ptr @__cxa_begin_catch(ptr)
declare void @__cxa_end_catch()
declare i32 @_ZSt19uncaught_exceptionsv()
declare i32 @printf(ptr, ...)

define void @handles(ptr %env) personality ptr @__gxx_personality_v0 {
  invoke void @weft.suspend.wait(ptr @wait) to label %on unwind label %pad
on:
  ret void
pad:
  %l = landingpad { ptr, i32 } catch ptr @_ZTIi
  %e = extractvalue { ptr, i32 } %l, 0
  %object = call ptr @__cxa_begin_catch(ptr %e)
  %i = load i32, ptr %object
  %n = call i32 @_ZSt19uncaught_exceptionsv()
  call i32 (ptr, ...) @printf(ptr @caught, i32 %i, i32 %n)
  call void @__cxa_end_catch()
  ret void
}
define i32 @main() personality ptr @__gxx_personality_v0 {
  %k = call i64 @weft.cont.new(ptr @handles, ptr null, i32 0)
  %r = call { i32, i64 } @weft.resume(i64 %k, ptr @on)
  %next = extractvalue { i32, i64 } %r, 1
  %x = call ptr @__cxa_allocate_exception(i64 4)
  store i32 7, ptr %x
  invoke void @__cxa_throw(ptr %x, ptr @_ZTIi, ptr null) to label %never unwind label %pad
never:
  unreachable
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  %n = call i32 @_ZSt19uncaught_exceptionsv()
  call i32 (ptr, ...) @printf(ptr @before, i32 %n)
  call { i32, i64 } @weft.resume.throw(i64 %next, ptr @on, ptr %e)
  %m = call i32 @_ZSt19uncaught_exceptionsv()
  call i32 (ptr, ...) @printf(ptr @after, i32 %m)
  ret i32 0
}
