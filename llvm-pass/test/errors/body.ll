; What cannot be the body of a continuation.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}body.ll:1:1: weft.cont.new: body 'no.env' does not take the environment, a ptr, as its first parameter
; CHECK: error: {{.*}}body.ll:2:1: weft.cont.new: body 'int.env' does not take the environment, a ptr, as its first parameter
; CHECK: error: {{.*}}body.ll:3:1: weft.cont.new: body 'variadic' is variadic
; CHECK: error: {{.*}}body.ll:4:1: weft.cont.new: body 'vector' has parameter 2 of type <2 x i64>, which no payload can carry: pass a pointer to it
; CHECK: error: {{.*}}body.ll:5:1: weft.cont.new: body 'many' takes more than 6 integers and pointers and 6 floats after the environment
; CHECK: error: {{.*}}body.ll:6:1: weft.cont.new: body 'byval' has parameter 2 that is byval
; CHECK: error: {{.*}}body.ll:7:1: weft.cont.new: body 'sret' has parameter 1 that is sret
; CHECK: error: {{.*}}body.ll:8:1: weft.cont.new: body 'big' returns i128, which no payload can carry: give it through the environment
; CHECK: error: {{.*}}body.ll:9:1: weft.cont.new: body 'returns7' returns more than 6 integers and pointers and 6 floats
; CHECK: error: {{.*}}body.ll:10:1: weft.cont.new: body 'weft.poll' is not an ordinary function
; CHECK: error: {{.*}}body.ll:11:1: weft.cont.new: the body is not a function of this module (a declaration will do): its type says how it is called
; CHECK: error: {{.*}}body.ll:12:1: weft.cont.new: the body is not a function of this module
declare void @no.env()
declare void @int.env(i64)
declare void @variadic(ptr, ...)
declare void @vector(ptr, <2 x i64>)
declare void @many(ptr, i64, i64, i64, i64, i64, i64, i64)
declare void @byval(ptr, ptr byval([8 x i8]))
declare void @sret(ptr sret([32 x i8]))
declare i128 @big(ptr)
declare { i64, i64, i64, i64, i64, i64, i64 } @returns7(ptr)
declare void @weft.poll(ptr)
declare i64 @weft.cont.new(ptr, ptr, i32)
define void @f(i64 %k, ptr %p, i32 %n) {
  call i64 @weft.cont.new(ptr @no.env, ptr null, i32 0)
  call i64 @weft.cont.new(ptr @int.env, ptr null, i32 0)
  call i64 @weft.cont.new(ptr @variadic, ptr null, i32 0)
  call i64 @weft.cont.new(ptr @vector, ptr null, i32 0)
  call i64 @weft.cont.new(ptr @many, ptr null, i32 0)
  call i64 @weft.cont.new(ptr @byval, ptr null, i32 0)
  call i64 @weft.cont.new(ptr @sret, ptr null, i32 0)
  call i64 @weft.cont.new(ptr @big, ptr null, i32 0)
  call i64 @weft.cont.new(ptr @returns7, ptr null, i32 0)
  call i64 @weft.cont.new(ptr @weft.poll, ptr null, i32 0)
  call i64 @weft.cont.new(ptr %p, ptr null, i32 0)
  call i64 @weft.cont.new(ptr null, ptr null, i32 0)
  ret void
}
