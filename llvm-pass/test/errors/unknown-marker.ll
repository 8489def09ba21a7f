; A name that is no marker, with the nearest one if there is one.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}unknown-marker.ll:1:1: unknown marker 'weft.suspnd.i64'; did you mean 'weft.suspend'?
; CHECK: error: {{.*}}unknown-marker.ll:2:1: unknown marker 'weft.cont.nw'; did you mean 'weft.cont.new'?
; CHECK: error: {{.*}}unknown-marker.ll:3:1: unknown marker 'weft.teleport'{{$}}
declare void @weft.suspnd.i64(i64)
declare void @weft.cont.nw(ptr)
declare void @weft.teleport()
define void @f(i64 %k, ptr %p, i32 %n) {
  call void @weft.suspnd.i64(i64 %k)
  call void @weft.cont.nw(ptr %p)
  call void @weft.teleport()
  ret void
}
