; The reason for weftc: markers in, a program that switches stacks out, at every level.
; RUN: weftc -O0 %s -o %t && %t | FileCheck %s
; RUN: weftc -O1 %s -o %t && %t | FileCheck %s
; RUN: weftc -O2 %s -o %t && %t | FileCheck %s
; RUN: weftc -O3 %s -o %t && %t | FileCheck %s
; CHECK: 1
; CHECK-NEXT: 2
; CHECK-NEXT: 3
%weft.tag = type { ptr, ptr }
@name = private constant [6 x i8] c"yield\00"
@sig = private constant [6 x i8] c"i64->\00"
@yield = constant %weft.tag { ptr @name, ptr @sig }
@on = private constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [ { ptr, i32 } { ptr @yield, i32 0 } ] }
@fmt = private constant [5 x i8] c"%ld\0A\00"

declare i64 @weft.cont.new(ptr, ptr, i32)
declare { i32, i64, i64 } @weft.resume.gen(i64, ptr)
declare void @weft.suspend.yield(ptr, i64)
declare i32 @printf(ptr, ...)

define void @count(ptr %env) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 1, %entry ], [ %next, %loop ]
  call void @weft.suspend.yield(ptr @yield, i64 %i)
  %next = add i64 %i, 1
  %more = icmp sle i64 %next, 3
  br i1 %more, label %loop, label %done
done:
  ret void
}

define i32 @main() {
entry:
  %k = call i64 @weft.cont.new(ptr @count, ptr null, i32 0)
  br label %loop
loop:
  %c = phi i64 [ %k, %entry ], [ %next, %got ]
  %r = call { i32, i64, i64 } @weft.resume.gen(i64 %c, ptr @on)
  %which = extractvalue { i32, i64, i64 } %r, 0
  %next = extractvalue { i32, i64, i64 } %r, 1
  %isdone = icmp eq i32 %which, 0
  br i1 %isdone, label %done, label %got
got:
  %v = extractvalue { i32, i64, i64 } %r, 2
  call i32 (ptr, ...) @printf(ptr @fmt, i64 %v)
  br label %loop
done:
  ret i32 0
}
