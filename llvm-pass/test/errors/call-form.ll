; A marker call is a plain one.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}:1:1: weft.suspend: a marker cannot be called by musttail: the caller's frame has to stay;
; CHECK: error: {{.*}}:3:1: weft.suspend: a marker is declared with the types of this use, not variadic;
; CHECK: error: {{.*}}:4:1: weft.cont.drop: a marker has the C calling convention;
; CHECK: error: {{.*}}:5:1: weft.cont.drop: a marker takes no operand bundles;
; CHECK: error: {{.*}}weft.suspend: an invoked marker has a landing pad of { ptr, i32 }, no funclet and no token;
; CHECK: error: {{.*}}weft.suspend: an invoked marker has a landing pad of { ptr, i32 }, no funclet and no token;
; CHECK: error: {{.*}}weft.cont.drop: a naked function cannot use markers: it has no frame to return to;
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.t = private constant [3 x i8] c"->\00"
@t = constant %weft.tag { ptr @name, ptr @sig.t }
declare void @weft.suspend(ptr)
declare void @weft.suspend.any(ptr, ...)
declare void @weft.cont.drop(i64)
define void @tail(ptr %tag) {
  musttail call void @weft.suspend(ptr @t)
  ret void
}
define void @f(i64 %k) {
  call void (ptr, ...) @weft.suspend.any(ptr @t, i32 1)
  call fastcc void @weft.cont.drop(i64 %k)
  call void @weft.cont.drop(i64 %k) [ "deopt"() ]
  ret void
}
declare void @weft.suspend.two(ptr)
declare i32 @__CxxFrameHandler3(...)
declare i32 @__gxx_personality_v0(...)
define void @funclet() personality ptr @__CxxFrameHandler3 {
  invoke void @weft.suspend.two(ptr @t) to label %on unwind label %pad
on:
  ret void
pad:
  %p = cleanuppad within none []
  cleanupret from %p unwind to caller
}
define void @token() personality ptr @__gxx_personality_v0 {
  invoke void @weft.suspend.two(ptr @t) to label %on unwind label %pad
on:
  ret void
pad:
  %p = landingpad token cleanup
  ret void
}
define void @bare(i64 %k) naked {
  call void @weft.cont.drop(i64 1)
  unreachable
}
