; A body is called from a thunk of the one uniform type, which narrows what comes, widens what it returns, lane by
; lane, and keeps the body's convention. One for each body; a thunk is not wrapped again.
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers,weft-markers,verify -S %s | FileCheck %s
declare i64 @weft.cont.new(ptr, ptr, i32)
declare fastcc zeroext i1 @body(ptr, i64, float, ptr, i8 zeroext, double)
declare { i32, float, ptr } @other(ptr)

; CHECK-LABEL: define void @make(
; CHECK-COUNT-2: call i64 @weft.cont.new(ptr @weft_thunk.body, ptr null, i32 0)
; CHECK: call i64 @weft.cont.new(ptr @weft_thunk.other, ptr null, i32 0)
define void @make() {
  %a = call i64 @weft.cont.new(ptr @body, ptr null, i32 0)
  %b = call i64 @weft.cont.new(ptr @body, ptr null, i32 0)
  %c = call i64 @weft.cont.new(ptr @other, ptr null, i32 0)
  ret void
}
; CHECK: define internal void @weft_thunk.body(ptr %[[ENV:[0-9]+]], i64 %[[I0:[0-9]+]], i64 %[[I1:[0-9]+]], i64 %[[I2:[0-9]+]], i64 %{{.*}}, i64 %{{.*}}, i64 %{{.*}}, double %[[F0:[0-9]+]], double %[[F1:[0-9]+]], double %{{.*}}, double %{{.*}}, double %{{.*}}, double %{{.*}}) #[[THUNK:[0-9]+]]
; CHECK-DAG:  %[[A1:.*]] = fptrunc double %[[F0]] to float
; CHECK-DAG:  %[[A2:.*]] = inttoptr i64 %[[I1]] to ptr
; CHECK-DAG:  %[[A3:.*]] = trunc i64 %[[I2]] to i8
; CHECK:      %[[R:.*]] = call fastcc zeroext i1 @body(ptr %[[ENV]], i64 %[[I0]], float %[[A1]], ptr %[[A2]], i8 zeroext %[[A3]], double %[[F1]])
; CHECK-NEXT: %[[RW:.*]] = zext i1 %[[R]] to i64
; CHECK-NEXT: call void @weft.return.i1f0(i64 %[[RW]])
; CHECK-NEXT: ret void
; CHECK: define internal void @weft_thunk.other(
; CHECK: call void @weft.return.i2f1(i64 %{{.*}}, i64 %{{.*}}, double %{{.*}})
; CHECK-NOT: define internal
; CHECK: attributes #[[THUNK]] = { uwtable "frame-pointer"="all" "weft-thunk" }
