; What a landing pad gets is the personality's business: a language may give it null, or a number. It is entered all the same.
; RUN: %everylevel %s | FileCheck %s
; CHECK:      landed with 0 and 7
; CHECK-NOT:  {{.}}
target triple = "x86_64-unknown-linux-gnu"
%weft.tag = type { ptr, ptr }
@name = private constant [5 x i8] c"wait\00"
@sig = private constant [3 x i8] c"->\00"
@wait = constant %weft.tag { ptr @name, ptr @sig }
@on = constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @wait, i32 0 }] }
@text = private constant [24 x i8] c"landed with %ld and %d\0A\00"
@exception = global [8 x i64] zeroinitializer, align 16
declare { i32, i64 } @weft.resume(i64, ptr)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare i32 @__gcc_personality_v0(i32, i32, i64, ptr, ptr)
declare i32 @_Unwind_RaiseException(ptr)
declare void @_Unwind_SetGR(ptr, i32, i64)
declare i32 @printf(ptr, ...)
; Handles whatever comes: 1 is the search, to which 6 is yes; 2 the way there, 7 that it lands here.
define i32 @personality(i32 %version, i32 %actions, i64 %class, ptr %exception, ptr %context) {
  %searches = and i32 %actions, 1
  %s = trunc i32 %searches to i1
  br i1 %s, label %found, label %land
found:
  ret i32 6
land:
  %r = call i32 @__gcc_personality_v0(i32 %version, i32 2, i64 %class, ptr %exception, ptr %context)
  call void @_Unwind_SetGR(ptr %context, i32 0, i64 0)
  call void @_Unwind_SetGR(ptr %context, i32 1, i64 7)
  ret i32 %r
}
define void @body(ptr %env) uwtable {
  call i32 @_Unwind_RaiseException(ptr @exception)
  ret void
}
define i32 @main() personality ptr @personality {
  %k = call i64 @weft.cont.new(ptr @body, ptr null, i32 0)
  %r = invoke { i32, i64 } @weft.resume(i64 %k, ptr @on) to label %on unwind label %pad
on:
  ret i32 1
pad:
  %l = landingpad { i64, i32 } cleanup
  %e = extractvalue { i64, i32 } %l, 0
  %s = extractvalue { i64, i32 } %l, 1
  call i32 (ptr, ...) @printf(ptr @text, i64 %e, i32 %s)
  ret i32 0
}
