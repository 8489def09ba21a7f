; What is sent behind bound values is counted where it is too much: by a resume, at a start and at a suspension, of a chain
; too, and by a switch, whose handle counts. The trap finds everything as it was, and the marker's unwind edge: the
; same continuation goes on with less. Six of a kind travel.
; RUN: %everylevel %s | FileCheck %s
; CHECK:      rule 6
; CHECK-NEXT: got 1 2 3 4 5 6
; CHECK-NEXT: rule 6
; CHECK-NEXT: got 1 2 3 4 5 6
; CHECK-NEXT: rule 6
; CHECK-NEXT: got 1 2 3 4 7 8
; CHECK-NEXT: left 1
; CHECK-NOT:  {{.}}
target triple = "x86_64-unknown-linux-gnu"
%weft.tag = type { ptr, ptr }
%six = type { i64, i64, i64, i64, i64, i64 }
@name = private constant [5 x i8] c"more\00"
@six_sig = private constant [26 x i8] c"->i64,i64,i64,i64,i64,i64\00"
@two_sig = private constant [10 x i8] c"i64,i64->\00"
@one_sig = private constant [6 x i8] c"i64->\00"
@more = constant %weft.tag { ptr @name, ptr @six_sig }
@hop2 = constant %weft.tag { ptr @name, ptr @two_sig }
@hop1 = constant %weft.tag { ptr @name, ptr @one_sig }
@none = private constant { i32, i32, [1 x { ptr, i32 }] } { i32 0, i32 0, [1 x { ptr, i32 }] zeroinitializer }
@on = private constant { i32, i32, [3 x { ptr, i32 }] } { i32 3, i32 0, [3 x { ptr, i32 }] [
  { ptr, i32 } { ptr @more, i32 0 }, { ptr, i32 } { ptr @hop2, i32 1 }, { ptr, i32 } { ptr @hop1, i32 1 }] }
@got = private constant [29 x i8] c"got %ld %ld %ld %ld %ld %ld\0A\00"
@rule = private constant [9 x i8] c"rule %d\0A\00"
@left = private constant [9 x i8] c"left %d\0A\00"
@_ZTIi = external constant ptr
@target = global i64 0
declare i32 @printf(ptr, ...)
declare ptr @__cxa_allocate_exception(i64)
declare void @__cxa_throw(ptr, ptr, ptr) noreturn
declare ptr @__cxa_begin_catch(ptr)
declare void @__cxa_end_catch()
declare i32 @__gxx_personality_v0(...)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare i64 @weft.cont.bind.four(i64, i64, i64, i64, i64)
declare void @weft.cont.drop(i64)
declare %six @weft.suspend.more(ptr)
declare { i32, i64 } @weft.resume(i64, ptr)
declare { i32, i64 } @weft.resume.all(i64, ptr, i64, i64, i64, i64, i64, i64)
declare { i32, i64 } @weft.resume.two(i64, ptr, i64, i64)
declare { i32, i64 } @weft.resume.three(i64, ptr, i64, i64, i64)
declare void @weft.switch.two(i64, ptr, i64, i64)
declare void @weft.switch.one(i64, ptr, i64)

define void @weft_trap(i32 %rule, i64 %k, ptr %tag) {
  %e = call ptr @__cxa_allocate_exception(i64 4)
  store i32 %rule, ptr %e
  call void @__cxa_throw(ptr %e, ptr @_ZTIi, ptr null)
  unreachable
}
define internal void @caught(ptr %exception) {
  %p = call ptr @__cxa_begin_catch(ptr %exception)
  %rule = load i32, ptr %p
  call i32 (ptr, ...) @printf(ptr @rule, i32 %rule)
  call void @__cxa_end_catch()
  ret void
}
; Out of the verifier's sight.
define internal i64 @bound(i64 %k) noinline optnone {
  %b = call i64 @weft.cont.bind.four(i64 %k, i64 1, i64 2, i64 3, i64 4)
  ret i64 %b
}
define internal i64 @resume(i64 %k) noinline personality ptr @__gxx_personality_v0 {
  %b = call i64 @bound(i64 %k)
  %too.many = invoke { i32, i64 } @weft.resume.three(i64 %b, ptr @on, i64 5, i64 6, i64 7) to label %end unwind label %pad
end:
  ret i64 0
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  call void @caught(ptr %e)
  %r = call { i32, i64 } @weft.resume.two(i64 %b, ptr @on, i64 5, i64 6)
  %next = extractvalue { i32, i64 } %r, 1
  ret i64 %next
}
define internal void @print(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f) noinline {
  call i32 (ptr, ...) @printf(ptr @got, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f)
  ret void
}
define internal void @inner(ptr %env) {
  %r = call %six @weft.suspend.more(ptr @more)
  %a = extractvalue %six %r, 0
  %b = extractvalue %six %r, 1
  %c = extractvalue %six %r, 2
  %d = extractvalue %six %r, 3
  %e = extractvalue %six %r, 4
  %f = extractvalue %six %r, 5
  call void @print(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f)
  %again = call %six @weft.suspend.more(ptr @more)
  ret void
}
define internal void @body(ptr %env, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f) {
  call void @print(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f)
  %k = call i64 @weft.cont.new(ptr @inner, ptr null, i32 0)
  %r = call { i32, i64 } @weft.resume(i64 %k, ptr @none)
  ret void
}
; Takes what was sent, and the handle of who is left behind it.
define internal void @hopped(ptr %env, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %k) {
  %from = icmp ne i64 %k, 0
  %eight = select i1 %from, i64 8, i64 0
  call void @print(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %eight)
  call void @weft.cont.drop(i64 %k)
  ret void
}
define internal void @hops(ptr %env) personality ptr @__gxx_personality_v0 {
  %k = load i64, ptr @target
  invoke void @weft.switch.two(i64 %k, ptr @hop2, i64 7, i64 8) to label %end unwind label %pad
end:
  ret void
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  call void @caught(ptr %e)
  invoke void @weft.switch.one(i64 %k, ptr @hop1, i64 7) to label %end unwind label %dropped
dropped:
  %d = landingpad { ptr, i32 } cleanup
  call i32 (ptr, ...) @printf(ptr @left, i32 1)
  resume { ptr, i32 } %d
}
define i32 @main() {
  %k = call i64 @weft.cont.new(ptr @body, ptr null, i32 0)
  %k1 = call i64 @resume(i64 %k)
  %k2 = call i64 @resume(i64 %k1)
  call void @weft.cont.drop(i64 %k2)
  %to = call i64 @weft.cont.new(ptr @hopped, ptr null, i32 0)
  %to.bound = call i64 @bound(i64 %to)
  store i64 %to.bound, ptr @target
  %from = call i64 @weft.cont.new(ptr @hops, ptr null, i32 0)
  %r = call { i32, i64 } @weft.resume(i64 %from, ptr @on)
  ret i32 0
}
