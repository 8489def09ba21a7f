; A mistake in the text is shown in place.
; RUN: not weftc %s -c -o %t.o 2>&1 | FileCheck %s --strict-whitespace
; RUN: not weftc - -c -o %t.o < %s 2>&1 | FileCheck %s --check-prefix=STDIN
; RUN: not test -e %t.o
define i32 @main() {
  %a = add i32 1, %b
; CHECK: parse.ll:[[#@LINE-1]]:19: error: use of undefined value '%b'
; CHECK-NEXT: {{^}}  %a = add i32 1, %b
; CHECK-NEXT: {{^}}                  ^
; STDIN: <stdin>:[[#@LINE-4]]:19: error: use of undefined value
  ret i32 %a
}
