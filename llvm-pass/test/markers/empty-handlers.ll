; A null or empty handler table becomes the one that the search may look into. (It reads the first entry.)
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers -S %s | FileCheck %s
; CHECK: @weft_no_handlers = external constant
; CHECK-COUNT-2: @weft.resume(i64 %k, ptr @weft_no_handlers)
; CHECK: @weft.resume(i64 %k, ptr @elsewhere)
@empty = private constant { i32, i32, [1 x { ptr, i32 }] } zeroinitializer
@elsewhere = external constant { i32, i32, [1 x { ptr, i32 }] }
declare { i32, i64 } @weft.resume(i64, ptr)
define void @f(i64 %k) {
  call { i32, i64 } @weft.resume(i64 %k, ptr null)
  call { i32, i64 } @weft.resume(i64 %k, ptr @empty)
  call { i32, i64 } @weft.resume(i64 %k, ptr @elsewhere)
  ret void
}
