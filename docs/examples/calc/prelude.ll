; What every program of the calculator starts with: its three statements, what it may call, and a main that
; runs the program as the first task. A language of your own would have this text in its compiler, or in C beside it.

; spawn STATEMENTS: a task that nobody joins. The attributes are weft_spawn_attr of weft/task.h: size, stack
; class, domain, name, priority, flags (1: detached), deadline, the language's word.
@detached = private constant { i32, i32, ptr, ptr, i32, i32, i64, i64 }
  { i32 48, i32 0, ptr null, ptr null, i32 0, i32 1, i64 0, i64 0 }
declare i32 @weft_spawn(ptr, ptr, ptr, ptr, ptr)
define void @spawn(ptr %body) {
  %status = call i32 @weft_spawn(ptr null, ptr %body, ptr null, ptr @detached, ptr null)
  ret void
}

; sleep MILLISECONDS: the task waits, the thread does not.
declare i32 @weft_sleep(i64)
define void @sleep(i64 %ms) {
  %ns = mul i64 %ms, 1000000
  %status = call i32 @weft_sleep(i64 %ns)
  ret void
}

; print NUMBER
@line = private constant [5 x i8] c"%ld\0A\00"
declare i32 @printf(ptr, ...)
define void @print(i64 %x) {
  %n = call i32 (ptr, ...) @printf(ptr @line, i64 %x)
  ret void
}

; Functions that programs may call, from other files.
declare i64 @fib()

; A runtime on this thread (a wrong WEFT_ variable is told by its text), then turns until no task lives.
declare i32 @weft_runtime_create(ptr, ptr, ptr, i64)
declare i32 @weft_run(ptr)
declare i32 @dprintf(i32, ptr, ...)
@told = private constant [4 x i8] c"%s\0A\00"
define i32 @main() {
  %rt = alloca ptr
  %text = alloca [256 x i8]
  %made = call i32 @weft_runtime_create(ptr null, ptr %rt, ptr %text, i64 256)
  %ok = icmp eq i32 %made, 0
  br i1 %ok, label %run, label %refused
run:
  call void @spawn(ptr @program)
  %runtime = load ptr, ptr %rt
  %end = call i32 @weft_run(ptr %runtime)
  ret i32 %end
refused:
  %n = call i32 (i32, ptr, ...) @dprintf(i32 2, ptr @told, ptr %text)
  ret i32 1
}
