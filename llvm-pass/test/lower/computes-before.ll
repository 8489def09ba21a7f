; What would keep its operand alive over a switch for nothing else is computed before it, and held there; code generation
; then has the sum in a register and the element nowhere. What has other uses, needs what comes, or may trap, stays.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s | FileCheck %s
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower %s | llc -O2 -relocation-model=pic -o - | FileCheck %s --check-prefix=CODE
target triple = "x86_64-unknown-linux-gnu"
declare { i32, i64, i64 } @weft.resume(i64, ptr)
declare i32 @__gxx_personality_v0(...)

; CHECK-LABEL: define i64 @sum(
; CHECK:      %sum.next = add i64 %sum, %element
; CHECK-NEXT: call void asm sideeffect "", "r"(i64 %sum.next)
; CHECK-NEXT: load ptr, ptr @weft_slots
; CHECK:      more:
; CHECK-NOT:  add
; CODE-LABEL: sum:
; CODE:       # %more
; CODE-NOT:   add
; CODE:       testq %r11, %r11
define i64 @sum(i64 %first, i64 %k0, ptr %on) personality ptr @__gxx_personality_v0 {
entry:
  br label %loop
loop:
  %sum = phi i64 [ 0, %entry ], [ %sum.next, %more ]
  %element = phi i64 [ %first, %entry ], [ %next, %more ]
  %k = phi i64 [ %k0, %entry ], [ %k.next, %more ]
  %r = invoke { i32, i64, i64 } @weft.resume(i64 %k, ptr %on) to label %more unwind label %pad
more:
  %sum.next = add i64 %sum, %element
  %k.next = extractvalue { i32, i64, i64 } %r, 1
  %next = extractvalue { i32, i64, i64 } %r, 2
  %end = icmp eq i64 %k.next, 0
  br i1 %end, label %done, label %loop
done:
  ret i64 %sum.next
pad:
  %l = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %l
}

; CHECK-LABEL: define i64 @stays(
; CHECK-NOT:  asm sideeffect ""
; CHECK:      asm sideeffect alignstack unwind
; CHECK:      add i64 %a, %b
; CHECK:      add i64 %c, %v
; CHECK:      udiv i64 %e, %d
; CHECK:      ret i64
define i64 @stays(i64 %k, ptr %on, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e) {
  %r = call { i32, i64, i64 } @weft.resume(i64 %k, ptr %on)
  %v = extractvalue { i32, i64, i64 } %r, 2
  %both = add i64 %a, %b
  %other = xor i64 %a, %b
  %came = add i64 %c, %v
  %traps = udiv i64 %e, %d
  %x = add i64 %both, %came
  %y = add i64 %other, %traps
  %z = mul i64 %x, %y
  ret i64 %z
}
