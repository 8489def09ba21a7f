; Nothing is said of what is right: suffixes, tags and tables of other modules, a C++ inline tag, a tag through an
; alias, unused parts of a result, results wider than an outcome, a body that is only declared.
; RUN: opt -load-pass-plugin=%pass -passes=weft-verify,verify -disable-output %s 2>&1 | count 0
; RUN: opt -load-pass-plugin=%pass -passes=weft-verify -S %s | FileCheck %s
; CHECK-COUNT-8: call {{.*}} @weft.
%weft.tag = type { ptr, ptr }
%on = type { i32, i32, [2 x { ptr, i32 }] }
@name = private constant [2 x i8] c"t\00"
@sig = private constant [14 x i8] c"i8,float->ptr\00"
@t = constant %weft.tag { ptr @name, ptr @sig }
$once = comdat any
@once = linkonce_odr constant %weft.tag { ptr @name, ptr @sig }, comdat
@elsewhere = external constant %weft.tag
@other = alias %weft.tag, ptr @t
@on = private unnamed_addr constant %on { i32 2, i32 0, [2 x { ptr, i32 }] [{ ptr, i32 } { ptr @t, i32 0 }, { ptr, i32 } { ptr @t, i32 1 }] }
@on.elsewhere = external constant %on
declare i64 @weft.cont.new.any.suffix(ptr, ptr, i32)
declare { i32, i64, i64, double, i16 } @weft.resume.a(i64, ptr, ptr)
declare { i32, i64 } @weft.resume.b(i64, ptr)
declare ptr @weft.suspend.t(ptr, i8, float)
declare { i64, i64 } @weft.suspend.other(ptr, double, i1)
declare ptr @weft.switch.t(i64, ptr, i8, float)
declare i8 @body(ptr, i8, double)
define void @f(i64 %k, ptr %p) {
  call i64 @weft.cont.new.any.suffix(ptr @body, ptr %p, i32 7)
  call { i32, i64, i64, double, i16 } @weft.resume.a(i64 %k, ptr @on, ptr %p)
  call { i32, i64 } @weft.resume.b(i64 %k, ptr @on.elsewhere)
  call { i32, i64 } @weft.resume.b(i64 %k, ptr %p)
  call ptr @weft.suspend.t(ptr @other, i8 1, float 1.0)
  call ptr @weft.suspend.t(ptr @once, i8 1, float 1.0)
  call { i64, i64 } @weft.suspend.other(ptr @elsewhere, double 1.0, i1 true)
  call ptr @weft.switch.t(i64 %k, ptr @t, i8 1, float 1.0)
  ret void
}
