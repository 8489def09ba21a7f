; Two continuations that hand over to each other, without going back to who resumed the first.
; expect: white 1
; expect: black 2
; expect: white 3
; expect: black 4
; expect: over after 4
%weft.tag = type { ptr, ptr }
@turn.name = private constant [5 x i8] c"turn\00"
@turn.sig = private constant [13 x i8] c"i64->i64,i64\00"  ; sent: a number; received: one, and who was left
@turn = constant %weft.tag { ptr @turn.name, ptr @turn.sig }
@on = private constant { i32, i32, [1 x { ptr, i32 }] }
  { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @turn, i32 1 }] } ; 1: lets it switch

declare i64 @weft.cont.new(ptr, ptr, i32)
declare { i64, i64 } @weft.switch.turn(i64, ptr, i64)
declare { i32, i64, i64 } @weft.resume.first(i64, ptr, i64, i64)
declare void @weft.cont.drop(i64)

define internal i64 @play(ptr %name, i64 %start, i64 %other) {
  br label %loop
loop:
  %n = phi i64 [ %start, %0 ], [ %came, %on ]
  %k = phi i64 [ %other, %0 ], [ %left, %on ]
  %over = icmp ugt i64 %n, 4
  br i1 %over, label %done, label %on
on:
  call i32 (ptr, ...) @printf(ptr @move, ptr %name, i64 %n)
  %next = add i64 %n, 1
  %r = call { i64, i64 } @weft.switch.turn(i64 %k, ptr @turn, i64 %next) ; %k is consumed
  %came = extractvalue { i64, i64 } %r, 0
  %left = extractvalue { i64, i64 } %r, 1                 ; the handle of the one that switched to us
  br label %loop
done:
  call void @weft.cont.drop(i64 %k)                       ; it waits in its switch, for ever
  %last = sub i64 %n, 1
  ret i64 %last                                           ; to the resumer, whoever it was that it resumed
}

define i32 @main() {
  %white = call i64 @weft.cont.new(ptr @play, ptr @white.name, i32 0)
  %black = call i64 @weft.cont.new(ptr @play, ptr @black.name, i32 0)
  %r = call { i32, i64, i64 } @weft.resume.first(i64 %white, ptr @on, i64 1, i64 %black)
  %last = extractvalue { i32, i64, i64 } %r, 2
  call i32 (ptr, ...) @printf(ptr @end, i64 %last)
  ret i32 0
}

declare i32 @printf(ptr, ...)
@white.name = private constant [6 x i8] c"white\00"
@black.name = private constant [6 x i8] c"black\00"
@move = private constant [8 x i8] c"%s %ld\0A\00"
@end = private constant [16 x i8] c"over after %ld\0A\00"
