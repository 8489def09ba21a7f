; Prints the answer that a C file knows.
@format = private constant [4 x i8] c"%d\0A\00"
declare i32 @answer()
declare i32 @printf(ptr, ...)
define i32 @main() {
  %a = call i32 @answer()
  call i32 (ptr, ...) @printf(ptr @format, i32 %a)
  ret i32 0
}
