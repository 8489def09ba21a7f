; A compiler's output: a generator that counts, and a main that asks it. The markers are ordinary declarations.
@types = private constant [6 x i8] c"i64->\00"
@next = constant { ptr, ptr } { ptr @types, ptr @types }                         ; a tag: its address is its name
@on = private constant { i32, i32, ptr, i64 } { i32 1, i32 0, ptr @next, i64 0 } ; what a resume answers
@line = private constant [5 x i8] c"%ld\0A\00"

declare i32 @printf(ptr, ...)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare { i32, i64, i64 } @weft.resume(i64, ptr)
declare void @weft.suspend(ptr, i64)

define void @count(ptr %env) {
entry:
  br label %loop
loop:
  %n = phi i64 [ 1, %entry ], [ %n1, %loop ]
  call void @weft.suspend(ptr @next, i64 %n)
  %n1 = add i64 %n, 1
  %more = icmp ule i64 %n1, 3
  br i1 %more, label %loop, label %done
done:
  ret void
}

define i32 @main() {
entry:
  %k0 = call i64 @weft.cont.new(ptr @count, ptr null, i32 0)
  br label %loop
loop:
  %k = phi i64 [ %k0, %entry ], [ %k1, %print ]
  %r = call { i32, i64, i64 } @weft.resume(i64 %k, ptr @on)
  %which = extractvalue { i32, i64, i64 } %r, 0 ; 1: suspended by the first tag of @on; 0: returned
  %suspended = icmp eq i32 %which, 1
  br i1 %suspended, label %print, label %done
print:
  %k1 = extractvalue { i32, i64, i64 } %r, 1
  %n = extractvalue { i32, i64, i64 } %r, 2
  call i32 (ptr, ...) @printf(ptr @line, i64 %n)
  br label %loop
done:
  ret i32 0
}
