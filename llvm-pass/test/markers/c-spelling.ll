; Each marker of markers.h becomes the canonical one, with what the tag's signature says loaded and stored.
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers,verify -S %s | FileCheck %s
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig = private constant [29 x i8] c"i32,ptr,float->double,i8,ptr\00"
@t = constant %weft.tag { ptr @name, ptr @sig }
@sig.hop = private constant [13 x i8] c"i64->i64,i64\00"
@hop = constant %weft.tag { ptr @name, ptr @sig.hop }
@on = private constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @t, i32 0 }] }
declare i64 @weft.cont.new.mem(ptr, ptr, i32)
declare i32 @weft.resume.mem(i64, ptr, ptr, ptr, ptr)
declare void @weft.suspend.mem(ptr, ptr, ptr)
declare void @weft.switch.mem(i64, ptr, ptr, i32, ptr)
declare void @weft.cont.drop(i64)
declare void @body(ptr, ptr)

; CHECK-LABEL: define i64 @new(
; CHECK: %k = call i64 @weft.cont.new(ptr @weft_thunk.mem.body, ptr %env, i32 2)
define i64 @new(ptr %env) {
  %k = call i64 @weft.cont.new.mem(ptr @body, ptr %env, i32 2)
  ret i64 %k
}

; CHECK-LABEL: define void @suspend(
; CHECK:      %[[I0:.*]] = load i64, ptr %{{.*}}
; CHECK-NEXT: %[[A0:.*]] = trunc i64 %[[I0]] to i32
; CHECK:      %[[A1:.*]] = load ptr, ptr %{{.*}}
; CHECK:      %[[F0:.*]] = load double, ptr
; CHECK-NEXT: %[[A2:.*]] = fptrunc double %[[F0]] to float
; CHECK-NEXT: %[[R:.*]] = call { double, i8, ptr } @weft.suspend.c.i32_ptr_float.double_i8_ptr(ptr @t, i32 %[[A0]], ptr %[[A1]], float %[[A2]])
; CHECK:      store double %{{.*}}, ptr %{{.*}}
; CHECK:      zext i8 %{{.*}} to i64
; CHECK:      store ptr
; CHECK-NOT:  store
; CHECK:      ret void
define void @suspend(ptr nonnull %in, ptr nonnull %out) {
  call void @weft.suspend.mem(ptr @t, ptr %in, ptr %out)
  ret void
}

; A resume takes and gives everything: what a body returns is not known here.
; CHECK-LABEL: define i32 @resume(
; CHECK:       %[[R:.*]] = call { i32, i64, i64, i64, i64, i64, i64, i64, double, double, double, double, double, double } @weft.resume.c.all(i64 %k, ptr @on, i64 %{{.*}}, i64 %{{.*}}, i64 %{{.*}}, i64 %{{.*}}, i64 %{{.*}}, i64 %{{.*}}, double %{{.*}}, double %{{.*}}, double %{{.*}}, double %{{.*}}, double %{{.*}}, double %{{.*}})
; CHECK:       %[[NEXT:.*]] = extractvalue {{.*}} %[[R]], 1
; CHECK:       store i64 %[[NEXT]], ptr %next
; CHECK-COUNT-12: store
; CHECK:       %[[WHICH:.*]] = extractvalue {{.*}} %[[R]], 0
; CHECK:       ret i32 %[[WHICH]]
define i32 @resume(i64 %k, ptr nonnull %io, ptr nonnull %next) {
  %w = call i32 @weft.resume.mem(i64 %k, ptr @on, ptr %io, ptr %io, ptr %next)
  ret i32 %w
}

; CHECK-LABEL: define void @switch(
; CHECK: call { i64, i64 } @weft.switch.c.i64.i64_i64(i64 %k, ptr @hop, i64 %{{.*}})
define void @switch(i64 %k, ptr nonnull %io) {
  call void @weft.switch.mem(i64 %k, ptr @hop, ptr %io, i32 1, ptr %io)
  ret void
}

; CHECK-LABEL: define void @drop(
; CHECK: call void @weft.cont.drop(i64 %k)
define void @drop(i64 %k) {
  call void @weft.cont.drop(i64 %k)
  ret void
}
