; A pad that is its own predecessor, by a suspend in its very block, and merges values; a pad that takes the exception as a number.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s | FileCheck %s
; CHECK:      define void @own
; CHECK:      pad:
; CHECK-NEXT: %n = phi i32 [ 1, %0 ], [ %m, %weft.unwound ]
; CHECK-NEXT: landingpad
; CHECK-NEXT: catch ptr null
; CHECK-NEXT: br label %weft.landing
; CHECK:      weft.landing:
; CHECK-NEXT: %[[N:.*]] = phi i32 [ %n, %pad ], [ %m, %weft.unwound ]
; CHECK:      call void @use(i32 %[[N]])
; CHECK-NEXT: %m = add i32 %[[N]], 1
; CHECK-NEXT: invoke {{.*}} asm
; CHECK-NEXT: to label %weft.landed unwind label %weft.detour
; CHECK:      define i64 @number
; CHECK:      call void asm sideeffect {{.*}}(i64 %
; CHECK:      %[[L:.*]] = phi { i64, i32 }
; CHECK-NEXT: extractvalue { i64, i32 } %[[L]], 0
target triple = "x86_64-unknown-linux-gnu"
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig = private constant [3 x i8] c"->\00"
@t = constant %weft.tag { ptr @name, ptr @sig }
declare void @weft.suspend(ptr)
declare void @other()
declare void @use(i32)
declare i32 @__gxx_personality_v0(...)
define void @own() personality ptr @__gxx_personality_v0 {
  invoke void @other() to label %done unwind label %pad
done:
  ret void
pad:
  %n = phi i32 [ 1, %0 ], [ %m, %pad ]
  %l = landingpad { ptr, i32 } catch ptr null
  call void @use(i32 %n)
  %m = add i32 %n, 1
  invoke void @weft.suspend(ptr @t) to label %done unwind label %pad
}
define i64 @number() personality ptr @__gxx_personality_v0 {
  invoke void @weft.suspend(ptr @t) to label %done unwind label %pad
done:
  ret i64 0
pad:
  %l = landingpad { i64, i32 } cleanup
  %x = extractvalue { i64, i32 } %l, 0
  ret i64 %x
}
