; An invoked marker keeps its landing pad: for what crosses the switch and for what weft_trap throws. The values
; that the pad merges come along each edge; but none on the switch's own, which leads to its end and from there to the pad
; (lib/Landing.cpp).
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s | FileCheck %s
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower %s | llc -O2 -o - | FileCheck %s --check-prefix=TABLE
; CHECK:      define i64 @f
; CHECK:      weft.go:
; CHECK:      invoke {{.*}} asm sideeffect alignstack unwind ".cfi_escape 0x2e, 0\0A{{.*}}.long 6f-9f\0A{{.*}}9:\0A\09xorl %r15d, %r15d\0A6:\0A\09"
; CHECK-NEXT: to label %weft.landed unwind label %weft.detour
; CHECK:      weft.landed:
; CHECK:      %[[U:.*]] = extractvalue {{.*}}, 6
; CHECK:      %[[E:.*]] = extractvalue {{.*}}, 4
; CHECK:      %[[NOT_NULL:.*]] = icmp ne ptr %[[U]], null
; CHECK-NEXT: br i1 %[[NOT_NULL]], label %weft.unwound, label %weft.go.on
; CHECK:      weft.go.on:
; CHECK:      br label %ok
; CHECK:      pad:
; CHECK-NEXT: phi i32 [ 1, %weft.unwound ], [ 2, %second ], [ 1, %weft.consumed ]
; CHECK-NEXT: landingpad
; CHECK-NEXT: cleanup
; CHECK-NEXT: br label %weft.landing
; CHECK:      weft.detour:
; CHECK-NEXT: landingpad
; CHECK-NEXT: cleanup
; CHECK:      call void asm sideeffect "{{.*}}jmpq *%r10{{.*}}", "{rax},{rdx},~{memory}"
; CHECK-NEXT: unreachable
; CHECK:      weft.unwound:
; CHECK:      insertvalue { ptr, i32 } poison, ptr %[[E]], 0
; CHECK:      invoke void asm sideeffect unwind "nop"
; CHECK-NEXT: to label %weft.landing unwind label %pad
; CHECK:      weft.landing:
; CHECK-NEXT: %[[WHICH:.*]] = phi i32 [ %which, %pad ], [ 1, %weft.unwound ]
; CHECK-NEXT: %[[L:.*]] = phi { ptr, i32 } [ %l, %pad ], [ {{.*}}, %weft.unwound ]
; CHECK-NEXT: call void @use(i32 %[[WHICH]])
; CHECK-NEXT: resume { ptr, i32 } %[[L]]
; CHECK:      weft.consumed:
; CHECK-NEXT: invoke void @weft_trap(i32 1, i64 %k, ptr null)
; CHECK-NEXT: to label %weft.never unwind label %pad
; CHECK:      invoke void @weft_rt_cont_drop(i64 %k)
; TABLE: GCC_except_table0:
; TABLE: GCC_except_table1:
target triple = "x86_64-unknown-linux-gnu"
declare { i32, i64, i64 } @weft.resume(i64, ptr)
declare void @weft.cont.drop(i64)
declare void @other()
declare i32 @__gxx_personality_v0(...)
define i64 @f(i64 %k) personality ptr @__gxx_personality_v0 {
  %r = invoke { i32, i64, i64 } @weft.resume(i64 %k, ptr null) to label %ok unwind label %pad
ok:
  %x = phi { i32, i64, i64 } [ %r, %0 ]
  br label %second
second:
  invoke void @other() to label %done unwind label %pad
done:
  %v = extractvalue { i32, i64, i64 } %x, 2
  ret i64 %v
pad:
  %which = phi i32 [ 1, %0 ], [ 2, %second ]
  %l = landingpad { ptr, i32 } cleanup
  call void @use(i32 %which)
  resume { ptr, i32 } %l
}
declare void @use(i32)
define void @g(i64 %k) personality ptr @__gxx_personality_v0 {
  invoke void @weft.cont.drop(i64 %k) to label %ok unwind label %pad
ok:
  ret void
pad:
  %l = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %l
}
