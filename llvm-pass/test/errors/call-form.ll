; A marker call is a plain one.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}:1:1: weft.suspend: a marker cannot be called by musttail: the caller's frame has to stay;
; CHECK: error: {{.*}}:3:1: weft.suspend: a marker is declared with the types of this use, not variadic;
; CHECK: error: {{.*}}:4:1: weft.cont.drop: a marker has the C calling convention;
; CHECK: error: {{.*}}:5:1: weft.cont.drop: a marker takes no operand bundles;
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
define void @bare(i64 %k) naked {
  call void @weft.cont.drop(i64 1)
  unreachable
}
