; In a shared library that has something of libweft, what an accessor answered is kept while the thread's number is the same.
; RUN: opt -load-pass-plugin=%pass -passes='weft-tls<last>,verify' -S %s | FileCheck %s
; Not: in an executable, where nothing is known of how it will be linked, without libweft, where the model is another's.
; RUN: sed 's/another flag/PIE Level/' %s | opt -load-pass-plugin=%pass -passes='weft-tls<last>' -S | FileCheck %s --check-prefix=PLAIN
; RUN: sed 's/"PIC Level", i32 2/"other", i32 2/' %s | opt -load-pass-plugin=%pass -passes='weft-tls<last>' -S | FileCheck %s --check-prefix=PLAIN
; RUN: sed 's/@weft_yield/@yield/' %s | opt -load-pass-plugin=%pass -passes='weft-tls<last>' -S | FileCheck %s --check-prefix=PLAIN
; RUN: sed 's/x86_64/aarch64/' %s | opt -load-pass-plugin=%pass -passes='weft-tls<last>' -S | FileCheck %s --check-prefix=PLAIN
; PLAIN-NOT: weft_thread_number
; REQUIRES: x86_64
target triple = "x86_64-unknown-linux-gnu"

@a = thread_local global i64 0
@b = internal thread_local global i64 0

; No number is 0 of what is kept: a thread that has none yet reads that.
; CHECK-LABEL: define void @straight(
; CHECK-NEXT: [[N:%.*]] = call i64 asm sideeffect "movq weft_thread_number@gottpoff(%rip), $0\0A\09movq %fs:($0), $0", {{.*}} [[READ:#[0-9]+]]
; CHECK-NEXT: [[NONE:%.*]] = icmp eq i64 [[N]], 0
; CHECK-NEXT: [[KEPT:%.*]] = select i1 [[NONE]], i64 -1, i64 [[N]]
; CHECK-NEXT: [[A:%.*]] = call ptr @weft_address_of.a()
; CHECK-NEXT: store i64 1, ptr [[A]]
; CHECK-NEXT: call void @weft_yield()
; CHECK-NEXT: [[N2:%.*]] = call i64 asm sideeffect
; CHECK-NEXT: [[OTHER:%.*]] = icmp ne i64 [[N2]], [[KEPT]]
; CHECK-NEXT: br i1 [[OTHER]], label %[[COLD:.*]], label %[[ON:.*]], !prof
; CHECK: [[COLD]]:
; CHECK-NEXT: call i64 @weft_rt_thread_number()
; CHECK-NEXT: [[A2:%.*]] = call ptr @weft_address_of.a()
; CHECK-NEXT: br label %[[ON]]
; CHECK: [[ON]]:
; CHECK-NEXT: [[A3:%.*]] = phi ptr [ [[A2]], %[[COLD]] ], [ [[A]],
; CHECK-NEXT: store i64 2, ptr [[A3]]
; CHECK-NEXT: ret void
define void @straight() {
  %1 = call ptr @weft_address_of.a()
  store i64 1, ptr %1
  call void @weft_yield()
  %2 = call ptr @weft_address_of.a()
  store i64 2, ptr %2
  ret void
}

; What is not asked for again is not kept.
; CHECK-LABEL: define void @once(
; CHECK-NOT: asm
; CHECK: ret void
define void @once(i1 %c) {
  br i1 %c, label %one, label %other
one:
  %1 = call ptr @weft_address_of.a()
  store i64 1, ptr %1
  br label %end
other:
  %2 = call ptr @weft_address_of.a()
  store i64 2, ptr %2
  br label %end
end:
  call void @weft_yield()
  %3 = call ptr @weft_address_of.b()
  store i64 2, ptr %3
  ret void
}

; A comparison for all that is asked for between two suspensions; in a loop the first time is in front of it.
; CHECK-LABEL: define void @loop(
; CHECK: br i1 %any, label %[[FRONT:.*]], label %end
; CHECK: [[FRONT]]:
; CHECK: asm sideeffect "movq weft_thread_number
; CHECK: [[A:%.*]] = call ptr @weft_address_of.a()
; CHECK-NEXT: [[B:%.*]] = call ptr @weft_address_of.b()
; CHECK: loop:
; CHECK-NOT: weft_address_of
; CHECK: call void @weft_yield()
; CHECK-NEXT: [[NOW:%.*]] = call i64 asm sideeffect "movq weft_thread_number
; CHECK-NEXT: icmp ne i64 [[NOW]]
; CHECK-NEXT: br i1
; CHECK: call i64 @weft_rt_thread_number()
; CHECK-NEXT: call ptr @weft_address_of.a()
; CHECK-NEXT: call ptr @weft_address_of.b()
; CHECK-NOT: weft_address_of
; CHECK-NOT: asm
; CHECK: ret void
define void @loop(i64 %n) {
  %any = icmp ne i64 %n, 0
  br i1 %any, label %loop, label %end
loop:
  %i = phi i64 [ %n, %0 ], [ %less, %loop ]
  %1 = call ptr @weft_address_of.a()
  store i64 %i, ptr %1
  %2 = call ptr @weft_address_of.b()
  store i64 %i, ptr %2
  call void @weft_yield()
  %3 = call ptr @weft_address_of.a()
  store i64 1, ptr %3
  %4 = call ptr @weft_address_of.b()
  store i64 1, ptr %4
  %less = sub i64 %i, 1
  %more = icmp ne i64 %less, 0
  br i1 %more, label %loop, label %end
end:
  ret void
}

; Each is compared by its own number, where they were not asked for together.
; CHECK-LABEL: define void @apart(
; CHECK: call void @weft_yield()
; CHECK-COUNT-2: icmp ne i64
; CHECK: or i1
; CHECK: br i1
define void @apart(i1 %c) {
  %1 = call ptr @weft_address_of.a()
  store i64 1, ptr %1
  br i1 %c, label %also, label %on
also:
  call void @weft_yield()
  %2 = call ptr @weft_address_of.b()
  store i64 1, ptr %2
  br label %on
on:
  call void @weft_yield()
  %3 = call ptr @weft_address_of.a()
  store i64 3, ptr %3
  %4 = call ptr @weft_address_of.b()
  store i64 3, ptr %4
  ret void
}

; Where an exception lands, and behind a call that may throw.
; CHECK-LABEL: define void @thrown(
; CHECK: to label %on unwind label %lands
; CHECK: on:
; CHECK: asm sideeffect "movq weft_thread_number
; CHECK: call i64 @weft_rt_thread_number()
; CHECK: lands:
; CHECK-NEXT: landingpad
; CHECK-NEXT: cleanup
; CHECK-NEXT: asm sideeffect "movq weft_thread_number
; CHECK: call i64 @weft_rt_thread_number()
define void @thrown() personality ptr @__gxx_personality_v0 {
  %1 = call ptr @weft_address_of.a()
  store i64 1, ptr %1
  invoke void @unknown() to label %on unwind label %lands
on:
  %2 = call ptr @weft_address_of.a()
  store i64 2, ptr %2
  ret void
lands:
  %e = landingpad { ptr, i32 } cleanup
  %3 = call ptr @weft_address_of.a()
  store i64 3, ptr %3
  resume { ptr, i32 } %e
}

; The frame's variables stay in its first block.
; CHECK-LABEL: define void @variables(
; CHECK-NEXT: alloca i64
; CHECK: call void @weft_yield()
define void @variables() {
  call void @weft_yield()
  %1 = call ptr @weft_address_of.a()
  call void @weft_yield()
  %2 = call ptr @weft_address_of.a()
  %v = alloca i64
  call void @use(ptr %v, ptr %1, ptr %2)
  ret void
}

; What setjmp comes back to may find one register of two changed; and where size is all, a call is shorter.
; CHECK-LABEL: define void @comes_back(
; CHECK-NOT: asm
; CHECK-LABEL: define void @small(
; CHECK-NOT: asm
; CHECK-LABEL: declare
define void @comes_back() {
  %jumped = call i32 @setjmp(ptr null) returns_twice
  %1 = call ptr @weft_address_of.a()
  store i64 1, ptr %1
  call void @weft_yield()
  %2 = call ptr @weft_address_of.a()
  store i64 2, ptr %2
  ret void
}
define void @small() minsize optsize {
  %1 = call ptr @weft_address_of.a()
  store i64 1, ptr %1
  call void @weft_yield()
  %2 = call ptr @weft_address_of.a()
  store i64 2, ptr %2
  ret void
}

declare void @weft_yield()
declare void @unknown()
declare void @use(ptr, ptr, ptr)
declare i32 @setjmp(ptr) returns_twice
declare i32 @__gxx_personality_v0(...)
declare ptr @llvm.threadlocal.address.p0(ptr)
define internal ptr @weft_address_of.a() #0 {
  %1 = call ptr @llvm.threadlocal.address.p0(ptr @a)
  ret ptr %1
}
define internal ptr @weft_address_of.b() #0 {
  %1 = call ptr @llvm.threadlocal.address.p0(ptr @b)
  ret ptr %1
}
attributes #0 = { noinline nounwind willreturn memory(inaccessiblemem: read) "weft-never-suspends" "weft-thread-bound" }
; CHECK: attributes [[READ]] = { nounwind willreturn memory(inaccessiblemem: read) }
!llvm.module.flags = !{!0, !1}
!0 = !{i32 8, !"PIC Level", i32 2}
!1 = !{i32 7, !"another flag", i32 2}
