; In the portable port switches are calls of the runtime that come back by its jump, with payloads in memory, and the
; object names it. What comes is read where the sender has it.
; RUN: opt -load-pass-plugin=%pass -passes='weft-lower<port=portable>,verify' -S %s | FileCheck %s
; RUN: opt -load-pass-plugin=%pass -passes='weft-lower<before-link;port=portable>,verify' -S %s | FileCheck %s
; A module says it by a flag; and targets without a text of the switch need not be asked.
; RUN: sed 's/"weft-portable", i32 0/"weft-portable", i32 1/' %s | opt -load-pass-plugin=%pass -passes=weft-lower,verify -S | FileCheck %s
; RUN: sed 's/x86_64-unknown/aarch64-unknown/' %s | opt -load-pass-plugin=%pass -passes=weft-lower,verify -S | FileCheck %s
; Where a pair of pointers is not returned in registers, values are copied.
; RUN: sed 's/x86_64-unknown/s390x-unknown/' %s | opt -load-pass-plugin=%pass -passes=weft-lower,verify -S | FileCheck %s --check-prefix=COPIES
; RUN: opt -load-pass-plugin=%pass -passes='weft-lower<port=inline>,verify' -S %s | FileCheck %s --check-prefix=INLINE
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s | FileCheck %s --check-prefix=INLINE
; RUN: not opt -load-pass-plugin=%pass -passes='weft-lower<port=other>' -disable-output %s
target triple = "x86_64-unknown-linux-gnu"
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig = private constant [16 x i8] c"i32,float->i64\00\00"
@t = constant %weft.tag { ptr @name, ptr @sig }

; CHECK: @weft_abi1_portable = external global i8
; CHECK-NOT: asm
; INLINE: @weft_abi1_x86_64_inline = external global i8

declare i64 @weft.suspend.a(ptr, i32, float)
declare { i32, i64, i64, double } @weft.resume.b(i64, ptr, i64)
declare { i64, i64 } @weft.switch.c(i64, ptr, i64, i64)

; CHECK-LABEL: define i64 @suspends
; CHECK: %[[IO:.*]] = alloca [12 x i64]
; CHECK-DAG: %[[OWN:.*]] = alloca [4 x i64]
; CHECK-DAG: %[[N:.*]] = zext i32 %n to i64
; CHECK: store i64 %[[N]], ptr
; CHECK: %[[X:.*]] = fpext float %x to double
; CHECK: %[[F0:.*]] = getelementptr inbounds i8, ptr %[[IO]], i64 48
; CHECK: store double %[[X]], ptr %[[F0]]
; CHECK: store ptr %[[IO]], ptr
; CHECK: %[[CAME:.*]] = call { ptr, ptr } @weft_rt_suspend_jump(ptr @t, ptr %[[OWN]])
; CHECK: %[[FROM:.*]] = extractvalue { ptr, ptr } %[[CAME]], 0
; CHECK: %[[M:.*]] = extractvalue { ptr, ptr } %[[CAME]], 1
; CHECK: br i1 %{{.*}}, label %weft.other, label %weft.values, !prof
; CHECK: weft.values:
; CHECK: %[[LEFT:.*]] = load ptr
; CHECK: store ptr %[[FROM]], ptr %[[LEFT]]
; CHECK: weft.came:
; CHECK: %[[MESSAGE:.*]] = phi ptr [ %[[M]], %weft.values ], [ %[[OTHER:.*]], %weft.other ]
; CHECK: load i64
; CHECK: weft.other:
; CHECK: %[[OTHER]] = call ptr @weft_rt_landed(ptr %[[FROM]], ptr %[[M]], ptr %[[OWN]])
; COPIES: call void @weft_rt_suspend(ptr @t, ptr %[[IO:.*]], ptr %[[IO]])
; INLINE-LABEL: define i64 @suspends
; INLINE: asm sideeffect alignstack unwind
define i64 @suspends(i32 %n, float %x) {
  %r = call i64 @weft.suspend.a(ptr @t, i32 %n, float %x)
  ret i64 %r
}

; CHECK-LABEL: define i64 @resumes
; CHECK: invoke { ptr, ptr } @weft_rt_resume_jump(i64 %k, ptr %{{.*}}, ptr %[[OWN:.*]], i32 1)
; CHECK-NEXT: to label %{{.*}} unwind label %pad
; CHECK: invoke ptr @weft_rt_landed(ptr %{{.*}}, ptr %{{.*}}, ptr %[[OWN]])
; CHECK-NEXT: to label %weft.came unwind label %pad
; COPIES: invoke i32 @weft_rt_resume_sent(i64 %k, ptr %{{.*}}, ptr %[[IO:.*]], ptr %[[IO]], ptr %{{.*}}, i32 1)
define i64 @resumes(i64 %k, ptr %on, i64 %x) personality ptr @__gxx_personality_v0 {
  %r = invoke { i32, i64, i64, double } @weft.resume.b(i64 %k, ptr %on, i64 %x) to label %ok unwind label %pad
ok:
  %v = extractvalue { i32, i64, i64, double } %r, 2
  ret i64 %v
pad:
  %e = landingpad { ptr, i32 } catch ptr null
  ret i64 0
}
declare i32 @__gxx_personality_v0(...)

; Two integers, and the handle of the one that is left.
; CHECK-LABEL: define i64 @switches
; CHECK: call { ptr, ptr } @weft_rt_switch_jump(i64 %k, ptr @t, ptr %{{.*}}, i32 67)
; COPIES: call void @weft_rt_switch_sent(i64 %k, ptr @t, ptr %{{.*}}, i32 67, ptr
define i64 @switches(i64 %k) {
  %r = call { i64, i64 } @weft.switch.c(i64 %k, ptr @t, i64 1, i64 2)
  %v = extractvalue { i64, i64 } %r, 0
  ret i64 %v
}

!llvm.module.flags = !{!0}
!0 = !{i32 1, !"weft-portable", i32 0}
