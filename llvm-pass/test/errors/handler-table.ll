; A handler table that is visible is checked, entry by entry.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}handler-table.ll:1:1: weft.resume: handler table 'mutable' has to be constant (rule CONT-06)
; CHECK: error: {{.*}}handler-table.ll:2:1: weft.resume: handler table 'small' has 8 bytes; one with room for an entry, { i32 count, i32 0, [n x { ptr tag, i32 kind }] }, has at least 24 (rule CONT-06)
; CHECK: error: {{.*}}handler-table.ll:3:1: weft.resume: handler table 'more' says 2 entries and has 1
; CHECK: error: {{.*}}handler-table.ll:4:1: weft.resume: handler table 'fewer' says 1 entries and has 2
; CHECK: error: {{.*}}handler-table.ll:5:1: weft.resume: handler table 'flags' has flags 4, not 0
; CHECK: error: {{.*}}handler-table.ll:6:1: weft.resume: handler table 'kind' entry 1 has kind 2; there is 0 (suspend) and 1 (switch)
; CHECK: error: {{.*}}handler-table.ll:7:1: weft.resume: handler table 'twice' entries 1 and 2 are both for tag 't' and kind 0
; CHECK: error: {{.*}}handler-table.ll:8:1: weft.resume: handler table 'no.tag' entry 1: tag 'name' is not a %weft.tag
; CHECK: error: {{.*}}handler-table.ll:9:1: weft.resume: handler table 'shape' does not begin with two i32 constants, count and flags
; CHECK: error: {{.*}}handler-table.ll:10:1: weft.resume: the handler table is not the address of a constant
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.t = private constant [3 x i8] c"->\00"
@t = constant %weft.tag { ptr @name, ptr @sig.t }
@mutable = private global { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @t, i32 0 }] }
@small = private constant { i32, i32 } { i32 0, i32 0 }
@more = private constant { i32, i32, [1 x { ptr, i32 }] } { i32 2, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @t, i32 0 }] }
@fewer = private constant { i32, i32, [2 x { ptr, i32 }] } { i32 1, i32 0, [2 x { ptr, i32 }] [{ ptr, i32 } { ptr @t, i32 0 }, { ptr, i32 } { ptr @t, i32 1 }] }
@flags = private constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 4, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @t, i32 0 }] }
@kind = private constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @t, i32 2 }] }
@twice = private constant { i32, i32, [2 x { ptr, i32 }] } { i32 2, i32 0, [2 x { ptr, i32 }] [{ ptr, i32 } { ptr @t, i32 0 }, { ptr, i32 } { ptr @t, i32 0 }] }
@no.tag = private constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @name, i32 0 }] }
@shape = private constant { ptr, i64, i64 } { ptr @t, i64 0, i64 0 }
declare { i32, i64 } @weft.resume(i64, ptr)
define void @f(i64 %k, ptr %p, i32 %n) {
  call { i32, i64 } @weft.resume(i64 %k, ptr @mutable)
  call { i32, i64 } @weft.resume(i64 %k, ptr @small)
  call { i32, i64 } @weft.resume(i64 %k, ptr @more)
  call { i32, i64 } @weft.resume(i64 %k, ptr @fewer)
  call { i32, i64 } @weft.resume(i64 %k, ptr @flags)
  call { i32, i64 } @weft.resume(i64 %k, ptr @kind)
  call { i32, i64 } @weft.resume(i64 %k, ptr @twice)
  call { i32, i64 } @weft.resume(i64 %k, ptr @no.tag)
  call { i32, i64 } @weft.resume(i64 %k, ptr @shape)
  call { i32, i64 } @weft.resume(i64 %k, ptr @f)
  ret void
}
