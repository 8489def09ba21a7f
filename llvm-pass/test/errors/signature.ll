; A malformed signature, with the place in the string.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}signature.ll:1:1: weft.suspend: tag 'a' has a wrong signature "i32", character 4: "->" is missing
; CHECK: error: {{.*}}signature.ll:2:1: weft.suspend: tag 'b' has a wrong signature "i32,u8->", character 5: 'u8' is no type of a signature (i1 i8 i16 i32 i64 ptr float double)
; CHECK: error: {{.*}}signature.ll:3:1: weft.suspend: tag 'c' has a wrong signature "i32,->", character 5: a type is missing
; CHECK: error: {{.*}}signature.ll:4:1: weft.suspend: tag 'd' has a wrong signature "->i64, ptr", character 7: ' ptr' is no type of a signature
; CHECK: error: {{.*}}signature.ll:5:1: weft.suspend: tag 'e' has a wrong signature "->i32,i32,i32,i32,i32,i32,ptr", character 3: answer with 7 integers and pointers, at most 6 travel
; CHECK: error: {{.*}}signature.ll:6:1: weft.suspend: tag 'g' has a wrong signature "float,float,float,float,float,float,float->", character 1: payload with 7 floats, at most 6 travel
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.a = private constant [4 x i8] c"i32\00"
@a = constant %weft.tag { ptr @name, ptr @sig.a }
@sig.b = private constant [9 x i8] c"i32,u8->\00"
@b = constant %weft.tag { ptr @name, ptr @sig.b }
@sig.c = private constant [7 x i8] c"i32,->\00"
@c = constant %weft.tag { ptr @name, ptr @sig.c }
@sig.d = private constant [11 x i8] c"->i64, ptr\00"
@d = constant %weft.tag { ptr @name, ptr @sig.d }
@sig.e = private constant [30 x i8] c"->i32,i32,i32,i32,i32,i32,ptr\00"
@e = constant %weft.tag { ptr @name, ptr @sig.e }
@sig.g = private constant [44 x i8] c"float,float,float,float,float,float,float->\00"
@g = constant %weft.tag { ptr @name, ptr @sig.g }
declare void @weft.suspend(ptr)
define void @f(i64 %k, ptr %p, i32 %n) {
  call void @weft.suspend(ptr @a)
  call void @weft.suspend(ptr @b)
  call void @weft.suspend(ptr @c)
  call void @weft.suspend(ptr @d)
  call void @weft.suspend(ptr @e)
  call void @weft.suspend(ptr @g)
  ret void
}
