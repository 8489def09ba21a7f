; Bound values come first, integers before integers and floats before floats, at a start and at a suspension; binding
; may be repeated, and a resume that finds nothing bound is as it was.
; RUN: %everylevel %s | FileCheck %s
; CHECK:      1 2 3 4 5 6 / 0.5 1.5 2.5 3.5 4.5 5.5
; CHECK-NEXT: 10 20 30 40 50 60 / 10.5 20.5 30.5 40.5 50.5 60.5
; CHECK-NEXT: 7 8 9 10 11 12 / 6.5 7.5 8.5 9.5 10.5 11.5
; CHECK-NEXT: which 0
target triple = "x86_64-unknown-linux-gnu"
%weft.tag = type { ptr, ptr }
%all = type { i64, i64, i64, i64, i32, ptr, double, double, double, double, float, double }
@name = private constant [5 x i8] c"more\00"
@sig = private constant [67 x i8] c"->i64,i64,i64,i64,i32,ptr,double,double,double,double,float,double\00"
@more = constant %weft.tag { ptr @name, ptr @sig }
@on = private constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @more, i32 0 }] }
@text = private constant [44 x i8] c"%ld %ld %ld %ld %d %ld / %g %g %g %g %g %g\0A\00"
@which = private constant [10 x i8] c"which %d\0A\00"
declare i32 @printf(ptr, ...)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare %all @weft.suspend.more(ptr)
declare { i32, i64 } @weft.resume.none(i64, ptr)
declare { i32, i64 } @weft.resume.all(i64, ptr, i64, i64, i64, i64, i32, ptr, double, double, double, double, float, double)
declare { i32, i64 } @weft.resume.tail(i64, ptr, i32, ptr, float, double)
declare i64 @weft.cont.bind(i64)
declare i64 @weft.cont.bind.i64.double(i64, i64, double)
declare i64 @weft.cont.bind.two(i64, double, i64, i64, double)
declare i64 @weft.cont.bind.last(i64, i32, float, double, ptr)

define internal void @print(i64 %a, i64 %b, i64 %c, i64 %d, i32 %e, ptr %f, double %g, double %h, double %i, double %j, float %k, double %l) noinline {
  %f.w = ptrtoint ptr %f to i64
  %k.w = fpext float %k to double
  call i32 (ptr, ...) @printf(ptr @text, i64 %a, i64 %b, i64 %c, i64 %d, i32 %e, i64 %f.w, double %g, double %h, double %i, double %j, double %k.w, double %l)
  ret void
}

define internal void @body(ptr %env, i64 %a, i64 %b, i64 %c, i64 %d, i32 %e, ptr %f, double %g, double %h, double %i, double %j, float %k, double %l) {
entry:
  call void @print(i64 %a, i64 %b, i64 %c, i64 %d, i32 %e, ptr %f, double %g, double %h, double %i, double %j, float %k, double %l)
  br label %next
next:
  %n = phi i32 [ 0, %entry ], [ %n1, %next ]
  %r = call %all @weft.suspend.more(ptr @more)
  %r0 = extractvalue %all %r, 0
  %r1 = extractvalue %all %r, 1
  %r2 = extractvalue %all %r, 2
  %r3 = extractvalue %all %r, 3
  %r4 = extractvalue %all %r, 4
  %r5 = extractvalue %all %r, 5
  %r6 = extractvalue %all %r, 6
  %r7 = extractvalue %all %r, 7
  %r8 = extractvalue %all %r, 8
  %r9 = extractvalue %all %r, 9
  %r10 = extractvalue %all %r, 10
  %r11 = extractvalue %all %r, 11
  call void @print(i64 %r0, i64 %r1, i64 %r2, i64 %r3, i32 %r4, ptr %r5, double %r6, double %r7, double %r8, double %r9, float %r10, double %r11)
  %n1 = add i32 %n, 1
  %again = icmp ult i32 %n1, 2
  br i1 %again, label %next, label %end
end:
  ret void
}

define i32 @main() {
  %k0 = call i64 @weft.cont.new(ptr @body, ptr null, i32 0)
  %k1 = call i64 @weft.cont.bind.i64.double(i64 %k0, i64 1, double 0.5)
  %k2 = call i64 @weft.cont.bind.two(i64 %k1, double 1.5, i64 2, i64 3, double 2.5)
  %k3 = call i64 @weft.cont.bind(i64 %k2)
  %k4 = call i64 @weft.cont.bind.i64.double(i64 %k3, i64 4, double 3.5)
  %a = call { i32, i64 } @weft.resume.tail(i64 %k4, ptr @on, i32 5, ptr inttoptr (i64 6 to ptr), float 4.5, double 5.5)
  %ka = extractvalue { i32, i64 } %a, 1
  %b = call { i32, i64 } @weft.resume.all(i64 %ka, ptr @on, i64 10, i64 20, i64 30, i64 40, i32 50, ptr inttoptr (i64 60 to ptr), double 10.5, double 20.5, double 30.5, double 40.5, float 50.5, double 60.5)
  %kb = extractvalue { i32, i64 } %b, 1
  %k5 = call i64 @weft.cont.bind.two(i64 %kb, double 6.5, i64 7, i64 8, double 7.5)
  %k6 = call i64 @weft.cont.bind.two(i64 %k5, double 8.5, i64 9, i64 10, double 9.5)
  %k7 = call i64 @weft.cont.bind.last(i64 %k6, i32 11, float 10.5, double 11.5, ptr inttoptr (i64 12 to ptr))
  %c = call { i32, i64 } @weft.resume.none(i64 %k7, ptr @on)
  %w = extractvalue { i32, i64 } %c, 0
  call i32 (ptr, ...) @printf(ptr @which, i32 %w)
  ret i32 0
}
