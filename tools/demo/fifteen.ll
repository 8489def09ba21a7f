; The smallest whole program of marker IR: main is yielded a number by a function on a stack of its own.
@types = private constant [6 x i8] c"i64->\00"
@yield = constant { ptr, ptr } { ptr @types, ptr @types }                         ; a tag: its address is its name
@on = private constant { i32, i32, ptr, i64 } { i32 1, i32 0, ptr @yield, i64 0 } ; what a resume answers
@text = private constant [17 x i8] c"it yielded: %ld\0A\00"
declare i32 @printf(ptr, ...)
declare i64 @weft.cont.new(ptr, ptr, i32)
declare { i32, i64, i64 } @weft.resume(i64, ptr)
declare void @weft.suspend(ptr, i64)
define void @numbers(ptr %env) { call void @weft.suspend(ptr @yield, i64 42) ret void }
define i32 @main() {
  %k = call i64 @weft.cont.new(ptr @numbers, ptr null, i32 0)
  %r = call { i32, i64, i64 } @weft.resume(i64 %k, ptr @on)
  %n = extractvalue { i32, i64, i64 } %r, 2
  call i32 (ptr, ...) @printf(ptr @text, i64 %n)
  ret i32 0 }
