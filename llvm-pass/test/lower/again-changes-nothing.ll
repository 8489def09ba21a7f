; The pass runs before and after a link, so its own output must be nothing to it.
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers,weft-lower -S %s -o %t.once.ll
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers,weft-lower,weft-markers,weft-verify,weft-lower -S %s -o %t.twice.ll
; RUN: diff %t.once.ll %t.twice.ll
declare { i32, i64 } @weft.resume(i64, ptr)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare void @body(ptr)
define i64 @f(i64 %k) {
  %r = call { i32, i64 } @weft.resume(i64 %k, ptr null)
  %n = call i64 @weft.cont.new(ptr @body, ptr null, i32 0)
  ret i64 %n
}
