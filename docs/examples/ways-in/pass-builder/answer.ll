; What a front end would have built in memory: a continuation that asks for two numbers and adds them.
@types = private constant [6 x i8] c"->i64\00"
@ask = constant { ptr, ptr } { ptr @types, ptr @types }
@on = private constant { i32, i32, ptr, i64 } { i32 1, i32 0, ptr @ask, i64 0 }
@line = private constant [5 x i8] c"%ld\0A\00"

declare i32 @printf(ptr, ...)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare { i32, i64, i64 } @weft.resume.start(i64, ptr)
declare { i32, i64, i64 } @weft.resume.answer(i64, ptr, i64)
declare i64 @weft.suspend(ptr)

define i64 @add(ptr %env) {
  %a = call i64 @weft.suspend(ptr @ask)
  %b = call i64 @weft.suspend(ptr @ask)
  %sum = add i64 %a, %b
  ret i64 %sum
}

define i32 @main() {
  %k = call i64 @weft.cont.new(ptr @add, ptr null, i32 0)
  %r1 = call { i32, i64, i64 } @weft.resume.start(i64 %k, ptr @on)
  %k1 = extractvalue { i32, i64, i64 } %r1, 1
  %r2 = call { i32, i64, i64 } @weft.resume.answer(i64 %k1, ptr @on, i64 40)
  %k2 = extractvalue { i32, i64, i64 } %r2, 1
  %r3 = call { i32, i64, i64 } @weft.resume.answer(i64 %k2, ptr @on, i64 2)
  %sum = extractvalue { i32, i64, i64 } %r3, 2
  call i32 (ptr, ...) @printf(ptr @line, i64 %sum)
  ret i32 0
}
