; The check of a handle: nothing is written before the comparison; the trap and the renewal are cold.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s | FileCheck %s
declare { i32, i64 } @weft.resume(i64, ptr)
; CHECK-LABEL: define i32 @f(i64 %k, ptr %on)
; CHECK:      %[[SLOTS:.*]] = load ptr, ptr @weft_slots
; CHECK-NEXT: %[[SLOT:.*]] = and i64 %k, 16777215
; CHECK-NEXT: %[[OFFSET:.*]] = shl nuw nsw i64 %[[SLOT]], 6
; CHECK-NEXT: %[[CB:.*]] = getelementptr inbounds i8, ptr %[[SLOTS]], i64 %[[OFFSET]]
; CHECK-NEXT: %[[NOW:.*]] = load i64, ptr %[[CB]]
; CHECK-NEXT: %[[OK:.*]] = icmp eq i64 %[[NOW]], %k
; CHECK-NEXT: br i1 %[[OK]], label %weft.valid, label %weft.consumed, !prof ![[LIKELY:[0-9]+]]
; CHECK:      weft.valid:
; CHECK-NEXT: %[[SUM:.*]] = call { i64, i1 } @llvm.uadd.with.overflow.i64(i64 %k, i64 16777216)
; CHECK-NEXT: %[[NEXT:.*]] = extractvalue { i64, i1 } %[[SUM]], 0
; CHECK-NEXT: store i64 %[[NEXT]], ptr %[[CB]]
; CHECK:      br i1 %{{.*}}, label %weft.renew, label %weft.go, !prof
; CHECK:      weft.go:
; CHECK-NEXT: %[[GO:.*]] = phi ptr [ %[[CB]], %weft.valid ], [ %[[NEW:.*]], %weft.renew ]
; CHECK-NEXT: call {{.*}} asm sideeffect alignstack unwind
; CHECK:      weft.consumed:
; CHECK-NEXT: call void @weft_trap(i32 1, i64 %k, ptr null) #[[COLD:[0-9]+]]
; CHECK-NEXT: unreachable
; CHECK:      weft.renew:
; CHECK-NEXT: %[[NEW]] = call ptr @weft_rt_cont_renew(ptr %[[CB]])
; CHECK:      attributes #[[COLD]] = { cold noreturn }
; CHECK:      ![[LIKELY]] = !{!"branch_weights", i32 1048575, i32 1}
define i32 @f(i64 %k, ptr %on) {
  %r = call { i32, i64 } @weft.resume(i64 %k, ptr %on)
  %w = extractvalue { i32, i64 } %r, 0
  ret i32 %w
}
