; All errors of a module are reported, in its order, by a host that exits at an error (opt) and one that does
; not (clang, which goes on to its last pass); then both fail.
; RUN: not opt -load-pass-plugin=%pass -passes=weft-verify -disable-output %s 2>&1 | FileCheck %s
; RUN: not %clang -O2 -c -o %t.o %s 2>&1 | FileCheck %s
; RUN: not %clang -O0 -c -o %t.o %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}'a': unknown marker 'weft.one'
; CHECK: error: {{.*}}'a': unknown marker 'weft.two'
; CHECK: error: {{.*}}'b': weft.poll: not supported
target triple = "x86_64-unknown-linux-gnu"
declare i64 @weft.one(i64)
declare void @weft.two()
declare void @weft.poll()
declare void @use(i64)
declare i32 @__gxx_personality_v0(...)
define i64 @a(i64 %k) {
  %x = call i64 @weft.one(i64 %k)
  call void @weft.two()
  ret i64 %x
}
define void @b() personality ptr @__gxx_personality_v0 {
  invoke void @weft.poll() to label %ok unwind label %pad
ok:
  ret void
pad:
  %l = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %l
}
