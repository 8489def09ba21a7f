; Which registers carry what, and that all others are clobbered; integers are zero-extended, a float goes as the
; double of its value, inputs are tied to outputs.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s | FileCheck %s
declare { i8, float, ptr } @weft.suspend.x(ptr, i16, float, ptr)
declare { i32, i64, i1 } @weft.resume.x(i64, ptr, double)
declare i64 @weft.switch.x(i64, ptr, i32, i32)
@t = external constant { ptr, ptr }

; CHECK-LABEL: define { i8, float, ptr } @suspend(
; CHECK-DAG:  %[[I0:.*]] = zext i16 %a to i64
; CHECK-DAG:  %[[F0:.*]] = fpext float %b to double
; CHECK:      %[[R:.*]] = call { ptr, i64, double, ptr } asm sideeffect alignstack unwind
; CHECK-SAME: "={r10},={rsi},={xmm0},={rdx},0,1,2,3,~{rax},~{rcx},~{rdi},~{r8},~{r9},~{r11},~{st},~{r12},~{r13},~{r14},~{r15},~{xmm1},
; CHECK-SAME: ~{xmm16},
; CHECK-SAME: ~{xmm31},~{k0},
; CHECK-SAME: ~{k7},~{st(1)},
; CHECK-SAME: ~{st(7)},~{mm0},
; CHECK-SAME: ~{r16},
; CHECK-SAME: ~{r31},~{dirflag},~{fpsr},~{flags},~{memory}"(ptr @t, i64 %[[I0]], double %[[F0]], ptr %c)
; CHECK-DAG:  %[[O0:.*]] = extractvalue {{.*}} %[[R]], 1
; CHECK-DAG:  trunc i64 %[[O0]] to i8
; CHECK-DAG:  fptrunc double
define { i8, float, ptr } @suspend(i16 %a, float %b, ptr %c) {
  %r = call { i8, float, ptr } @weft.suspend.x(ptr @t, i16 %a, float %b, ptr %c)
  ret { i8, float, ptr } %r
}

; CHECK-LABEL: define { i32, i64, i1 } @resume(
; CHECK:      %[[R:.*]] = call { ptr, i64, double, i64, i64 } asm sideeffect alignstack unwind "pushq %rbp
; CHECK-SAME: "={rdi},={r10},={xmm0},={r11},={rsi},0,1,2,~{rax}
; CHECK-DAG:  %[[WHICH:.*]] = extractvalue {{.*}} %[[R]], 1
; CHECK-DAG:  trunc i64 %[[WHICH]] to i32
; CHECK-DAG:  %[[NEXT:.*]] = extractvalue {{.*}} %[[R]], 3
; CHECK-DAG:  %[[I0:.*]] = extractvalue {{.*}} %[[R]], 4
; CHECK-DAG:  trunc i64 %[[I0]] to i1
define { i32, i64, i1 } @resume(i64 %k, double %x) {
  %r = call { i32, i64, i1 } @weft.resume.x(i64 %k, ptr null, double %x)
  ret { i32, i64, i1 } %r
}

; The handle of the one left goes into the register after the integers sent, rcx here.
; CHECK-LABEL: define i64 @switch(
; CHECK:      asm sideeffect alignstack unwind
; CHECK-SAME: movq 0(%r14), %rcx
; CHECK-SAME: "={rdi},={r10},={rsi},={rdx},0,1,2,3,~{rax},~{rcx}
define i64 @switch(i64 %k, i32 %a, i32 %b) {
  %r = call i64 @weft.switch.x(i64 %k, ptr @t, i32 %a, i32 %b)
  ret i64 %r
}
