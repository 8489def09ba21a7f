; Six integers and six floats both ways, of every type, through a resume's union of outcomes: integers
; zero-extended, a float as the double of its value.
; RUN: %everylevel %s | FileCheck %s
; CHECK:      first 1 255 65535 4294967295 -1 7
; CHECK-NEXT: floats 0.5 1.5 2.5 3.5 4.5 5.5
; CHECK-NEXT: which 1: 1 254 65534 4294967294 -2 9
; CHECK-NEXT: floats 10.25 11.25 12.25 13.25 14.25 15.25
; CHECK-NEXT: answer 1 253 65533 4294967293 -3 11
; CHECK-NEXT: floats 20.125 21.125 22.125 23.125 24.125 25.125
; CHECK-NEXT: which 0: 1 252 65532 4294967292 -4 13
; CHECK-NEXT: floats 30.75 31.75 32.75 33.75 34.75 35.75
; CHECK-NEXT: next 0
target triple = "x86_64-unknown-linux-gnu"
%weft.tag = type { ptr, ptr }
%all = type { i1, float, i8, double, i16, float, i32, double, i64, float, ptr, double }
%union = type { i32, i64, i64, i64, i64, i64, i64, i64, double, double, double, double, double, double }
@name = private constant [4 x i8] c"all\00"
@sig = private constant [123 x i8] c"i1,float,i8,double,i16,float,i32,double,i64,float,ptr,double->i1,float,i8,double,i16,float,i32,double,i64,float,ptr,double\00"
@all = constant %weft.tag { ptr @name, ptr @sig }
@on = private constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @all, i32 0 }] }
@first = private constant [26 x i8] c"first %u %u %u %u %ld %d\0A\00"
@answer = private constant [27 x i8] c"answer %u %u %u %u %ld %d\0A\00"
@which = private constant [35 x i8] c"which %d: %lu %lu %lu %lu %ld %ld\0A\00"
@floats = private constant [26 x i8] c"floats %g %g %g %g %g %g\0A\00"
@next = private constant [10 x i8] c"next %lu\0A\00"

declare i32 @printf(ptr, ...)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare %all @weft.suspend.all(ptr, i1, float, i8, double, i16, float, i32, double, i64, float, ptr, double)
declare %union @weft.resume.all(i64, ptr, i1, float, i8, double, i16, float, i32, double, i64, float, ptr, double)

define internal void @print_all(ptr %text, i1 %b, float %f0, i8 %c, double %f1, i16 %s, float %f2, i32 %i, double %f3, i64 %l, float %f4, ptr %p, double %f5) noinline {
  %b.w = zext i1 %b to i32
  %c.w = zext i8 %c to i32
  %s.w = zext i16 %s to i32
  %p.w = ptrtoint ptr %p to i32
  %d0 = fpext float %f0 to double
  %d2 = fpext float %f2 to double
  %d4 = fpext float %f4 to double
  call i32 (ptr, ...) @printf(ptr %text, i32 %b.w, i32 %c.w, i32 %s.w, i32 %i, i64 %l, i32 %p.w)
  call i32 (ptr, ...) @printf(ptr @floats, double %d0, double %f1, double %d2, double %f3, double %d4, double %f5)
  ret void
}

define internal void @print_union(%union %r) noinline {
  %r0 = extractvalue %union %r, 0
  %r1 = extractvalue %union %r, 1
  %r2 = extractvalue %union %r, 2
  %r3 = extractvalue %union %r, 3
  %r4 = extractvalue %union %r, 4
  %r5 = extractvalue %union %r, 5
  %r6 = extractvalue %union %r, 6
  %r7 = extractvalue %union %r, 7
  %r8 = extractvalue %union %r, 8
  %r9 = extractvalue %union %r, 9
  %r10 = extractvalue %union %r, 10
  %r11 = extractvalue %union %r, 11
  %r12 = extractvalue %union %r, 12
  %r13 = extractvalue %union %r, 13
  call i32 (ptr, ...) @printf(ptr @which, i32 %r0, i64 %r2, i64 %r3, i64 %r4, i64 %r5, i64 %r6, i64 %r7)
  call i32 (ptr, ...) @printf(ptr @floats, double %r8, double %r9, double %r10, double %r11, double %r12, double %r13)
  ret void
}

define internal %all @body(ptr %env, i1 %b, float %f0, i8 %c, double %f1, i16 %s, float %f2, i32 %i, double %f3, i64 %l, float %f4, ptr %p, double %f5) {
  call void @print_all(ptr @first, i1 %b, float %f0, i8 %c, double %f1, i16 %s, float %f2, i32 %i, double %f3, i64 %l, float %f4, ptr %p, double %f5)
  %a = call %all @weft.suspend.all(ptr @all, i1 true, float 10.25, i8 254, double 11.25, i16 65534, float 12.25, i32 -2, double 13.25, i64 -2, float 14.25, ptr inttoptr (i64 9 to ptr), double 15.25)
  %a0 = extractvalue %all %a, 0
  %a1 = extractvalue %all %a, 1
  %a2 = extractvalue %all %a, 2
  %a3 = extractvalue %all %a, 3
  %a4 = extractvalue %all %a, 4
  %a5 = extractvalue %all %a, 5
  %a6 = extractvalue %all %a, 6
  %a7 = extractvalue %all %a, 7
  %a8 = extractvalue %all %a, 8
  %a9 = extractvalue %all %a, 9
  %a10 = extractvalue %all %a, 10
  %a11 = extractvalue %all %a, 11
  call void @print_all(ptr @answer, i1 %a0, float %a1, i8 %a2, double %a3, i16 %a4, float %a5, i32 %a6, double %a7, i64 %a8, float %a9, ptr %a10, double %a11)
  ret %all { i1 true, float 30.75, i8 252, double 31.75, i16 65532, float 32.75, i32 -4, double 33.75, i64 -4, float 34.75, ptr inttoptr (i64 13 to ptr), double 35.75 }
}

define i32 @main() {
  %k = call i64 @weft.cont.new(ptr @body, ptr null, i32 0)
  %r = call %union @weft.resume.all(i64 %k, ptr @on, i1 true, float 0.5, i8 255, double 1.5, i16 65535, float 2.5, i32 -1, double 3.5, i64 -1, float 4.5, ptr inttoptr (i64 7 to ptr), double 5.5)
  call void @print_union(%union %r)
  %k2 = extractvalue %union %r, 1
  %e = call %union @weft.resume.all(i64 %k2, ptr @on, i1 true, float 20.125, i8 253, double 21.125, i16 65533, float 22.125, i32 -3, double 23.125, i64 -3, float 24.125, ptr inttoptr (i64 11 to ptr), double 25.125)
  call void @print_union(%union %e)
  %none = extractvalue %union %e, 1
  call i32 (ptr, ...) @printf(ptr @next, i64 %none)
  ret i32 0
}
