; What no payload can carry goes by pointer.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}payload-type.ll:1:1: weft.suspend: payload element 1 has type i128, which no payload can carry: pass a pointer to it;
; CHECK: error: {{.*}}payload-type.ll:2:1: weft.suspend: payload element 1 has type <4 x float>, which no payload can carry: pass a pointer to it;
; CHECK: error: {{.*}}payload-type.ll:3:1: weft.suspend: payload element 2 has type { i32, i32 }, which no payload can carry: pass a pointer to it;
; CHECK: error: {{.*}}payload-type.ll:4:1: weft.suspend: payload element 1 has type x86_fp80,
; CHECK: error: {{.*}}payload-type.ll:5:1: weft.suspend: payload element 1 has type ptr addrspace(1),
; CHECK: error: {{.*}}payload-type.ll:6:1: weft.suspend: argument 2 is byval: pass a plain pointer;
; CHECK: error: {{.*}}payload-type.ll:7:1: weft.suspend: answer element 1 has type <2 x i64>,
; CHECK: error: {{.*}}payload-type.ll:8:1: weft.resume: result element 1 has type i128,
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.t = private constant [3 x i8] c"->\00"
@t = constant %weft.tag { ptr @name, ptr @sig.t }
declare void @weft.suspend.i128(ptr, i128)
declare void @weft.suspend.vector(ptr, <4 x float>)
declare void @weft.suspend.struct(ptr, i32, { i32, i32 })
declare void @weft.suspend.x87(ptr, x86_fp80)
declare void @weft.suspend.far(ptr, ptr addrspace(1))
declare void @weft.suspend.byval(ptr, ptr byval([64 x i8]))
declare <2 x i64> @weft.suspend.answer(ptr)
declare { i32, i64, i128 } @weft.resume.i128(i64, ptr)
define void @f(i64 %k, ptr %p, i32 %n) {
  call void @weft.suspend.i128(ptr @t, i128 1)
  call void @weft.suspend.vector(ptr @t, <4 x float> zeroinitializer)
  call void @weft.suspend.struct(ptr @t, i32 1, { i32, i32 } zeroinitializer)
  call void @weft.suspend.x87(ptr @t, x86_fp80 0xK3FFF8000000000000000)
  call void @weft.suspend.far(ptr @t, ptr addrspace(1) null)
  call void @weft.suspend.byval(ptr @t, ptr byval([64 x i8]) %p)
  call <2 x i64> @weft.suspend.answer(ptr @t)
  call { i32, i64, i128 } @weft.resume.i128(i64 %k, ptr null)
  ret void
}
