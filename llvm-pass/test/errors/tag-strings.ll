; Name and signature of a tag are constant strings.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}tag-strings.ll:1:1: weft.suspend: tag 'no.name' does not point to a constant name
; CHECK: error: {{.*}}tag-strings.ll:2:1: weft.suspend: tag 'no.sig' does not point to a constant signature
; CHECK: error: {{.*}}tag-strings.ll:3:1: weft.suspend: tag 'far.sig' does not point to a constant signature
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.t = private constant [3 x i8] c"->\00"
@t = constant %weft.tag { ptr @name, ptr @sig.t }
@unknown = external constant [4 x i8]
@no.name = constant %weft.tag { ptr null, ptr @sig.t }
@no.sig = constant %weft.tag { ptr @name, ptr null }
@far.sig = constant %weft.tag { ptr @name, ptr @unknown }
declare void @weft.suspend(ptr)
define void @f(i64 %k, ptr %p, i32 %n) {
  call void @weft.suspend(ptr @no.name)
  call void @weft.suspend(ptr @no.sig)
  call void @weft.suspend(ptr @far.sig)
  ret void
}
