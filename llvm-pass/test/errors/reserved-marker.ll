; Markers that this version knows and cannot lower.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}reserved-marker.ll:1:1: weft.cont.clone: not supported by this version of the pass
; CHECK: error: {{.*}}reserved-marker.ll:2:1: weft.handle: not supported by this version of the pass
; CHECK: error: {{.*}}reserved-marker.ll:3:1: weft.perform: not supported by this version of the pass
; CHECK: error: {{.*}}reserved-marker.ll:4:1: weft.poll: not supported by this version of the pass
declare i64 @weft.cont.clone(i64)
declare void @weft.handle(ptr, ptr, ptr)
declare void @weft.perform.x(ptr)
declare void @weft.poll()
define void @f(i64 %k, ptr %p, i32 %n) {
  call i64 @weft.cont.clone(i64 %k)
  call void @weft.handle(ptr %p, ptr %p, ptr %p)
  call void @weft.perform.x(ptr %p)
  call void @weft.poll()
  ret void
}
