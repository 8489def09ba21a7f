; An invoked C marker stays an invoke; its results are stored on the normal edge only.
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers,verify -S %s | FileCheck %s
; CHECK:      invoke {{.*}}@weft.resume.c(i64 %k, ptr @weft_no_handlers)
; CHECK-NEXT: to label %weft.landed unwind label %pad
; CHECK:      weft.landed:
; CHECK:      store i64 %{{.*}}, ptr %next
; CHECK:      %[[W:.*]] = extractvalue {{.*}}, 0
; CHECK-NEXT: br label %join
; CHECK:      join:
; CHECK-NEXT: phi i32 [ %[[W]], %weft.landed ], [ 9, %entry ]
declare i32 @weft.resume.mem(i64, ptr, ptr, ptr, ptr)
declare i32 @__gxx_personality_v0(...)
define i32 @f(i64 %k, i1 %c, ptr nonnull %next) personality ptr @__gxx_personality_v0 {
entry:
  br i1 %c, label %call, label %join
call:
  %w = invoke i32 @weft.resume.mem(i64 %k, ptr null, ptr null, ptr null, ptr %next) to label %join unwind label %pad
join:
  %r = phi i32 [ %w, %call ], [ 9, %entry ]
  ret i32 %r
pad:
  %l = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %l
}
