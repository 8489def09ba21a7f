; A tag is the address of a constant %weft.tag, known while compiling.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}tag-kind.ll:1:1: weft.suspend: the tag is computed; it has to be the address of a %weft.tag constant
; CHECK: error: {{.*}}tag-kind.ll:2:1: weft.suspend: the tag is not the address of a %weft.tag
; CHECK: error: {{.*}}tag-kind.ll:3:1: weft.suspend: the tag is not the address of a %weft.tag
; CHECK: error: {{.*}}tag-kind.ll:4:1: weft.suspend: the tag is not the address of a %weft.tag
; CHECK: error: {{.*}}tag-kind.ll:5:1: weft.suspend: tag 'other' is not a %weft.tag = type { ptr, ptr }
; CHECK: error: {{.*}}tag-kind.ll:6:1: weft.suspend: tag 'mutable' has to be constant
; CHECK: error: {{.*}}tag-kind.ll:7:1: weft.suspend: tag 'per.thread' is thread-local
; CHECK: error: {{.*}}tag-kind.ll:8:1: weft.suspend: tag 'merged' is unnamed_addr: it could be merged with another (rule CONT-07)
; CHECK: error: {{.*}}tag-kind.ll:9:1: weft.suspend: tag 'merged.once' is unnamed_addr
; CHECK: error: {{.*}}tag-kind.ll:10:1: weft.switch: tag 'merged.here' is unnamed_addr
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.t = private constant [3 x i8] c"->\00"
@t = constant %weft.tag { ptr @name, ptr @sig.t }
@other = constant { i64, i64 } zeroinitializer
@mutable = global %weft.tag { ptr @name, ptr @sig.t }
@per.thread = thread_local constant %weft.tag { ptr @name, ptr @sig.t }
@merged = unnamed_addr constant %weft.tag { ptr @name, ptr @sig.t }
@merged.once = linkonce_odr unnamed_addr constant %weft.tag { ptr @name, ptr @sig.t }
@merged.here = internal local_unnamed_addr constant %weft.tag { ptr @name, ptr @sig.t }
declare void @weft.suspend(ptr)
declare void @weft.switch(i64, ptr)
define void @f(i64 %k, ptr %p, i32 %n) {
  call void @weft.suspend(ptr %p)
  call void @weft.suspend(ptr null)
  call void @weft.suspend(ptr @f)
  call void @weft.suspend(ptr getelementptr (i8, ptr @t, i64 8))
  call void @weft.suspend(ptr @other)
  call void @weft.suspend(ptr @mutable)
  call void @weft.suspend(ptr @per.thread)
  call void @weft.suspend(ptr @merged)
  call void @weft.suspend(ptr @merged.once)
  call void @weft.switch(i64 %k, ptr @merged.here)
  ret void
}
