; A generator for the calculator, by Weft's markers: fib() answers the next Fibonacci number at each call.
; Its body is an endless loop on a stack of its own; a call of fib resumes it, weft.suspend comes back.
%weft.tag = type { ptr, ptr }
@name = private constant [6 x i8] c"yield\00"
@sig = private constant [6 x i8] c"i64->\00"                       ; carries an i64 out, nothing back in
@yield = constant %weft.tag { ptr @name, ptr @sig }
@on = private constant { i32, i32, [1 x { ptr, i64 }] }            ; what a resume answers: one tag
  { i32 1, i32 0, [1 x { ptr, i64 }] [{ ptr, i64 } { ptr @yield, i64 0 }] }
declare i64 @weft.cont.new(ptr, ptr, i32)
declare { i32, i64, i64 } @weft.resume(i64, ptr)
declare void @weft.suspend(ptr, i64)

define void @numbers(ptr %env) {
  br label %loop
loop:
  %a = phi i64 [ 1, %0 ], [ %b, %loop ]
  %b = phi i64 [ 1, %0 ], [ %sum, %loop ]
  call void @weft.suspend(ptr @yield, i64 %a)
  %sum = add i64 %a, %b
  br label %loop
}

@generator = internal global i64 0
define i64 @fib() {
  %made = load i64, ptr @generator
  %none = icmp eq i64 %made, 0
  br i1 %none, label %make, label %next
make:
  %fresh = call i64 @weft.cont.new(ptr @numbers, ptr null, i32 0)
  br label %next
next:
  %k = phi i64 [ %made, %0 ], [ %fresh, %make ]
  %r = call { i32, i64, i64 } @weft.resume(i64 %k, ptr @on)        ; until the next suspend
  %rest = extractvalue { i32, i64, i64 } %r, 1                     ; k is used up: this is the rest of it
  store i64 %rest, ptr @generator
  %value = extractvalue { i32, i64, i64 } %r, 2
  ret i64 %value
}
