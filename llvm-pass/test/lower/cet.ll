; Under -fcf-protection: each place that a switch jumps to begins with endbr64, and the object does not say that it is
; fit for shadow stacks. Without it there is no such byte; and a module without markers keeps what it asked for.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: sed 's/FLAGS/!0, !1, !2/' %s > %t.full.ll
; RUN: sed 's/FLAGS/!2/' %s > %t.none.ll
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %t.full.ll | FileCheck %s --check-prefixes=CHECK,FULL
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %t.none.ll | FileCheck %s --check-prefixes=CHECK,NONE
; RUN: sed '/= call.*weft/d; /call void.*weft/d' %t.full.ll > %t.plain.ll
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %t.plain.ll | FileCheck %s --check-prefix=PLAIN
; CHECK-LABEL: define void @suspends(
; FULL: asm sideeffect {{.*}}1:{{.*}}endbr64\0A\09movq 8(%rdi), %rsp
; NONE-NOT: endbr64
; CHECK-LABEL: define void @resumes(
; FULL: asm sideeffect {{.*}}9:\0A\09endbr64\0A\09"
; NONE-NOT: endbr64
; CHECK-LABEL: define void @switches(
; FULL: asm sideeffect {{.*}}1:{{.*}}endbr64\0A\09movq 8(%rdi), %rsp
; NONE-NOT: endbr64
; CHECK-LABEL: @__x86_return_thunk(
; FULL: notrack jmpq *%r11
; NONE-NOT: notrack
; NONE: jmpq *%r11
; FULL: !llvm.module.flags = !{![[BRANCH:[0-9]+]], ![[WCHAR:[0-9]+]]}
; FULL: ![[BRANCH]] = !{i32 8, !"cf-protection-branch", i32 1}
; PLAIN: !"cf-protection-return"
@t = external constant { ptr, ptr }
@on = external constant { i32, i32, ptr, i64 }
declare void @weft.suspend(ptr)
declare { i32, i64 } @weft.resume(i64, ptr)
declare i64 @weft.switch(i64, ptr)
define void @suspends() fn_ret_thunk_extern {
  call void @weft.suspend(ptr @t)
  ret void
}
define void @resumes(i64 %k) {
  %r = call { i32, i64 } @weft.resume(i64 %k, ptr @on)
  ret void
}
define void @switches(i64 %k) {
  %x = call i64 @weft.switch(i64 %k, ptr @t)
  ret void
}
!llvm.module.flags = !{FLAGS}
!0 = !{i32 8, !"cf-protection-branch", i32 1}
!1 = !{i32 8, !"cf-protection-return", i32 1}
!2 = !{i32 1, !"wchar_size", i32 4}
