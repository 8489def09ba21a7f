; The optimizer merges two cont.new of bodies of different types into one of a select. The bodies are behind
; thunks of one type by then, so that each still gets its own arguments.
; RUN: opt -load-pass-plugin=%pass -passes='default<O2>' -S %s | FileCheck %s --check-prefix=MERGED
; RUN: %everylevel %s | FileCheck %s
; MERGED: select i1 %{{.*}}, ptr @weft_thunk.ints, ptr @weft_thunk.floats
; MERGED-COUNT-1: call i64 @weft_rt_cont_new
; CHECK: 42 6.5
target triple = "x86_64-unknown-linux-gnu"
@text = private constant [8 x i8] c"%ld %g\0A\00"
declare i32 @printf(ptr, ...)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare { i32, i64, i64, double } @weft.resume.run(i64, ptr, i64, double, i64)

define internal i64 @ints(ptr %env, i64 %a, i64 %b) {
  %sum = add i64 %a, %b
  ret i64 %sum
}
define internal double @floats(ptr %env, double %x) {
  %sum = fadd double %x, %x
  ret double %sum
}
define i64 @make(i1 %which) noinline {
entry:
  br i1 %which, label %int, label %float
int:
  %k.int = call i64 @weft.cont.new(ptr @ints, ptr null, i32 0)
  br label %end
float:
  %k.float = call i64 @weft.cont.new(ptr @floats, ptr null, i32 0)
  br label %end
end:
  %k = phi i64 [ %k.int, %int ], [ %k.float, %float ]
  ret i64 %k
}
define i32 @main() {
  %k.i = call i64 @make(i1 true)
  %k.f = call i64 @make(i1 false)
  %r.i = call { i32, i64, i64, double } @weft.resume.run(i64 %k.i, ptr null, i64 40, double 3.25, i64 2)
  %r.f = call { i32, i64, i64, double } @weft.resume.run(i64 %k.f, ptr null, i64 40, double 3.25, i64 2)
  %i = extractvalue { i32, i64, i64, double } %r.i, 2
  %f = extractvalue { i32, i64, i64, double } %r.f, 3
  call i32 (ptr, ...) @printf(ptr @text, i64 %i, double %f)
  ret i32 0
}
