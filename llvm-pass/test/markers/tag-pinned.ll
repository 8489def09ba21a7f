; A tag that nothing compares could become unnamed_addr, and so be merged: one with local linkage is pinned,
; whether a marker or a table names it.
; RUN: opt -load-pass-plugin=%pass -passes='weft-markers,globalopt,constmerge' -S %s | FileCheck %s
; All are in a section of which no linker folds anything, also the one that only other modules use.
; CHECK: @a = internal constant %weft.tag {{.*}}, section "weft_tags"
; CHECK: @b = internal constant %weft.tag {{.*}}, section "weft_tags"
; CHECK: @elsewhere = {{.*}}constant %weft.tag {{.*}}, section "weft_tags"
; CHECK: @mine = {{.*}}constant %weft.tag {{.*}}, section "mine"
; CHECK: @llvm.compiler.used = appending global [2 x ptr] [ptr @a, ptr @b], section "llvm.metadata"
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig = private constant [3 x i8] c"->\00"
@a = internal constant %weft.tag { ptr @name, ptr @sig }
@b = internal constant %weft.tag { ptr @name, ptr @sig }
@elsewhere = constant %weft.tag { ptr @name, ptr @sig }
@mine = constant %weft.tag { ptr @name, ptr @sig }, section "mine"
@on = private constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @b, i32 0 }] }
declare void @weft.suspend(ptr)
declare { i32, i64 } @weft.resume(i64, ptr)
define void @f(i64 %k) {
  call void @weft.suspend(ptr @a)
  call { i32, i64 } @weft.resume(i64 %k, ptr @on)
  ret void
}
