; A barrier is a bracket around its call, on the unwind edge too. A pad that several share is copied for the barrier's
; edge; one that only catches gets a clean-up, after which an exception of another type goes on.
; RUN: grep -v shared %s | sed '/^entry:/,/^}/d' | opt -load-pass-plugin=%pass -passes=weft-markers,verify -S - | FileCheck %s --check-prefix=ALONE
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers,verify -S %s | FileCheck %s
; CHECK: @weft_barrier.text = private unnamed_addr constant [6 x i8] c"plain\00", align 1
; CHECK: @weft_barrier.site = private constant { i32, i32, ptr, i32, i32, ptr, ptr, i32, i32 } { i32 0, i32 1, ptr null, i32 -1, i32 0, ptr @weft_barrier.text, ptr null, i32 0, i32 0 }
; Its personality is the module's, else C's.
; ALONE: define void @plain() personality ptr @__gcc_personality_v0
declare void @f()
declare i32 @g()
declare i32 @__gxx_personality_v0(...)
declare { i32, i64 } @weft.resume(i64, ptr)
define void @plain() nounwind {
; CHECK-LABEL: define void @plain() personality ptr @__gxx_personality_v0
; CHECK: %[[B:.*]] = call { ptr, ptr } @weft.barrier.enter(ptr @weft_barrier.site)
; CHECK-NEXT: invoke void @f()
; CHECK-NEXT: to label %[[DONE:.*]] unwind label %[[PAD:.*]]
; CHECK: [[DONE]]:
; CHECK: call void @weft.barrier.leave(
; CHECK-NEXT: ret void
; CHECK: [[PAD]]:
; CHECK-NEXT: landingpad { ptr, i32 }
; CHECK-NEXT: cleanup
; CHECK: call void @weft.barrier.leave(
; CHECK-NEXT: resume
  call void @f() "weft.barrier"
  ret void
}
define i32 @never_throws() {
; CHECK-LABEL: define i32 @never_throws() {
; CHECK: call { ptr, ptr } @weft.barrier.enter
; CHECK-NEXT: %r = call i32 @g()
; CHECK: call void @weft.barrier.leave
; CHECK-NEXT: ret i32 %r
  %r = tail call i32 @g() nounwind "weft.barrier"
  ret i32 %r
}
define i32 @shared(i1 %c) personality ptr @__gxx_personality_v0 {
; CHECK-LABEL: define i32 @shared(
; CHECK: call { ptr, ptr } @weft.barrier.enter
; CHECK-NEXT: invoke i32 @g()
; CHECK-NEXT: to label %weft.left unwind label %pad.barrier
; CHECK: weft.left:
; CHECK: call void @weft.barrier.leave
; CHECK-NEXT: br label %done
; CHECK: pad.barrier:
; CHECK-NEXT: landingpad { ptr, i32 }
; CHECK-NEXT: cleanup
; CHECK-NEXT: catch ptr null
; CHECK: call void @weft.barrier.leave
; CHECK: br i1 %{{.*}}, label %pad, label %weft.uncaught
; CHECK: pad.other:
; CHECK-NEXT: landingpad { ptr, i32 }
; CHECK-NEXT: catch ptr null
; CHECK-NEXT: br label %pad
; CHECK: pad:
; CHECK-NEXT: phi { ptr, i32 } [ %{{.*}}, %pad.barrier ], [ %{{.*}}, %pad.other ]
; CHECK: weft.uncaught:
; CHECK-NEXT: resume
entry:
  br i1 %c, label %in, label %out
in:
  %a = invoke i32 @g() "weft.barrier" to label %done unwind label %pad
out:
  %b = invoke i32 @g() to label %done unwind label %pad
done:
  %r = phi i32 [ %a, %in ], [ %b, %out ]
  ret i32 %r
pad:
  %p = landingpad { ptr, i32 } catch ptr null
  %n = extractvalue { ptr, i32 } %p, 1
  ret i32 %n
}
define i64 @of_a_resume(i64 %k) {
; CHECK-LABEL: define i64 @of_a_resume(
; CHECK: invoke { i32, i64 } @weft.resume(i64 %k, ptr @weft_no_handlers)
  %r = call { i32, i64 } @weft.resume(i64 %k, ptr null) "weft.barrier"
  %n = extractvalue { i32, i64 } %r, 1
  ret i64 %n
}
