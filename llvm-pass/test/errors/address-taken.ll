; A marker can only be called: the pass has to see each use.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK-DAG: error: {{.*}}address-taken.ll:1:1: the address of marker 'weft.cont.drop' is taken: a marker can only be called
; CHECK-DAG: error: 'table': the address of marker 'weft.cont.drop' is taken: a marker can only be called
declare void @weft.cont.drop(i64)
@table = constant [1 x ptr] [ptr @weft.cont.drop]
define void @f(ptr %p) {
  store ptr @weft.cont.drop, ptr %p
  ret void
}
