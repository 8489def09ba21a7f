; What comes without having been verified is an error here too, not a crash.
; RUN: not opt -load-pass-plugin=%pass -passes=weft-lower -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}'f': weft.suspnd: unknown marker
; CHECK: error: {{.*}}'f': weft.cont.drop: the handle has type i32, not i64;
; CHECK: error: {{.*}}'f': weft.poll: is not supported by this version of the pass
; CHECK: error: {{.*}}'f': weft.switch.mem: {{.*}}could not be made canonical
declare i64 @weft.suspnd(ptr)
declare void @weft.cont.drop(i32)
declare void @weft.poll()
declare void @weft.switch.mem(i64, ptr, ptr, i32, ptr)
define i64 @f(i32 %n) {
  %x = call i64 @weft.suspnd(ptr null)
  call void @weft.cont.drop(i32 %n)
  call void @weft.poll()
  call void @weft.switch.mem(i64 0, ptr null, ptr null, i32 7, ptr null)
  ret i64 %x
}
