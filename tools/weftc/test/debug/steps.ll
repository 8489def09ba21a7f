; Under -g a debugger steps through the lines of the .ll.
; REQUIRES: gdb
; RUN: weftc -g -O0 %s -o %t
; RUN: gdb -q -batch -nx -ex 'break f' -ex run -ex next -ex next -ex backtrace %t 2>&1 | FileCheck %s
define internal i32 @f(i32 %x) {
entry:
  %a = mul i32 %x, 2
; CHECK: Breakpoint 1, f () at {{.*}}steps.ll:[[#@LINE-1]]
  %b = add i32 %a, 1
; CHECK: [[#@LINE-1]]
  %c = xor i32 %b, 7
; CHECK: [[#@LINE-1]]
; CHECK: #0  f () at {{.*}}steps.ll:[[#@LINE-2]]
; CHECK: #1  {{.*}}main () at {{.*}}steps.ll:[[#@LINE+5]]
  ret i32 %c
}
define i32 @main() {
entry:
  %r = call i32 @f(i32 20)
  ret i32 %r
}
