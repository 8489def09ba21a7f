; The body of the C form gets the payload in memory and leaves its results there.
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers -S %s | FileCheck %s
declare i64 @weft.cont.new.mem(ptr, ptr, i32)
declare void @body(ptr, ptr)
define i64 @make() {
  %k = call i64 @weft.cont.new.mem(ptr @body, ptr null, i32 0)
  ret i64 %k
}
; CHECK: define internal void @weft_thunk.mem.body(
; CHECK:      %io = alloca { [6 x i64], [6 x double] }
; CHECK-COUNT-12: store
; CHECK:      call void @body(ptr %0, ptr %io)
; CHECK-COUNT-12: load
; CHECK:      call void @weft.return.i6f6(
