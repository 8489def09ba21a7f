; What C computes: a tag travels with everything, a body and a count of integers go out of line, and a buffer or
; table that may be null is replaced when it is.
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers,weft-verify,verify -S %s | FileCheck %s
declare i64 @weft.cont.new.mem(ptr, ptr, i32)
declare i32 @weft.resume.mem(i64, ptr, ptr, ptr, ptr)
declare void @weft.suspend.mem(ptr, ptr, ptr)
declare void @weft.switch.mem(i64, ptr, ptr, i32, ptr)

; CHECK-LABEL: define void @tag(
; CHECK: %[[ISNULL:.*]] = icmp eq ptr %in, null
; CHECK: select i1 %[[ISNULL]], ptr @weft_zero_payload, ptr %in
; CHECK: call { i64, i64, i64, i64, i64, i64, double, double, double, double, double, double } @weft.suspend.c.all6(ptr %t, {{.*}}) #[[COMPUTED:[0-9]+]]
define void @tag(ptr %t, ptr %in) {
  call void @weft.suspend.mem(ptr %t, ptr %in, ptr null)
  ret void
}

; CHECK-LABEL: define i64 @body(
; CHECK: call i64 @weft_rt_cont_new_mem(ptr %body, ptr null, i32 0)
define i64 @body(ptr %body) {
  %k = call i64 @weft.cont.new.mem(ptr %body, ptr null, i32 0)
  ret i64 %k
}

; CHECK-LABEL: define void @count(
; CHECK: call void @weft_rt_switch(i64 %k, ptr %t, ptr null, i32 %n, ptr null)
define void @count(i64 %k, ptr %t, i32 %n) {
  call void @weft.switch.mem(i64 %k, ptr %t, ptr null, i32 %n, ptr null)
  ret void
}

; A switch without a signature sends as many integers as it says.
; CHECK-LABEL: define void @some(
; CHECK: @weft.switch.c.all2(i64 %k, ptr %t, i64 %{{.*}}, i64 %{{.*}}, double
define void @some(i64 %k, ptr %t, ptr %in) {
  call void @weft.switch.mem(i64 %k, ptr %t, ptr %in, i32 2, ptr null)
  ret void
}

; CHECK-LABEL: define void @table(
; CHECK: %weft.unwanted = alloca [12 x i64]
; CHECK: %[[NONE:.*]] = icmp eq ptr %on, null
; CHECK: %[[ON:.*]] = select i1 %[[NONE]], ptr @weft_no_handlers, ptr %on
; CHECK: @weft.resume.c(i64 %k, ptr %[[ON]])
; CHECK: select i1 %{{.*}}, ptr %weft.unwanted, ptr %out
define void @table(i64 %k, ptr %on, ptr %out) {
  call i32 @weft.resume.mem(i64 %k, ptr %on, ptr null, ptr %out, ptr null)
  ret void
}
; CHECK: attributes #[[COMPUTED]] = { "weft-computed-tag" "weft-sends-all" }
