; Two effects, two handlers: what the inner one does not list goes on to the outer one, and the answer straight back.
; expect: note 10
; expect: note 42
; expect: result 52
%weft.tag = type { ptr, ptr }
@ask.name = private constant [4 x i8] c"ask\00"
@ask.sig = private constant [9 x i8] c"i32->i64\00"
@ask = constant %weft.tag { ptr @ask.name, ptr @ask.sig }
@note.name = private constant [5 x i8] c"note\00"
@note.sig = private constant [6 x i8] c"i64->\00"
@note = constant %weft.tag { ptr @note.name, ptr @note.sig }

@asks = private constant { i32, i32, [1 x { ptr, i32 }] }
  { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @ask, i32 0 }] }
@notes = private constant { i32, i32, [1 x { ptr, i32 }] }
  { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @note, i32 0 }] }

declare i64 @weft.cont.new(ptr, ptr, i32)
declare i64 @weft.suspend.ask(ptr, i32)
declare void @weft.suspend.note(ptr, i64)
declare { i32, i64, i64 } @weft.resume(i64, ptr)         ; the union of what can come: an i64 either way
declare { i32, i64, i64 } @weft.resume.answer(i64, ptr, i64)

define internal i64 @work(ptr %env) {
  %ten = call i64 @weft.suspend.ask(ptr @ask, i32 1)
  call void @weft.suspend.note(ptr @note, i64 %ten)      ; @asks does not list it: to @main
  %more = call i64 @weft.suspend.ask(ptr @ask, i32 4)
  call void @weft.suspend.note(ptr @note, i64 %more)
  %sum = add i64 %ten, %more
  ret i64 %sum
}

define internal i64 @answering(ptr %env) {               ; answers 10 to the first question, 42 to others
  %new = call i64 @weft.cont.new(ptr @work, ptr null, i32 0)
  %first = call { i32, i64, i64 } @weft.resume(i64 %new, ptr @asks)
  br label %loop
loop:
  %r = phi { i32, i64, i64 } [ %first, %0 ], [ %again, %asked ]
  %which = extractvalue { i32, i64, i64 } %r, 0
  %rest = extractvalue { i32, i64, i64 } %r, 1
  %value = extractvalue { i32, i64, i64 } %r, 2          ; an i32 question arrives zero-extended
  %over = icmp eq i32 %which, 0
  br i1 %over, label %returned, label %asked
asked:
  %is.first = icmp eq i64 %value, 1
  %answer = select i1 %is.first, i64 10, i64 42
  %again = call { i32, i64, i64 } @weft.resume.answer(i64 %rest, ptr @asks, i64 %answer)
  br label %loop
returned:
  ret i64 %value
}

define i32 @main() {
  %new = call i64 @weft.cont.new(ptr @answering, ptr null, i32 0)
  br label %loop
loop:
  %k = phi i64 [ %new, %0 ], [ %rest, %noted ]
  %r = call { i32, i64, i64 } @weft.resume(i64 %k, ptr @notes)
  %which = extractvalue { i32, i64, i64 } %r, 0
  %rest = extractvalue { i32, i64, i64 } %r, 1           ; @answering and @work within it: one handle
  %value = extractvalue { i32, i64, i64 } %r, 2
  %over = icmp eq i32 %which, 0
  br i1 %over, label %returned, label %noted
noted:
  call i32 (ptr, ...) @printf(ptr @noted.text, i64 %value)
  br label %loop
returned:
  call i32 (ptr, ...) @printf(ptr @result.text, i64 %value)
  ret i32 0
}

declare i32 @printf(ptr, ...)
@noted.text = private constant [10 x i8] c"note %ld\0A\00"
@result.text = private constant [12 x i8] c"result %ld\0A\00"
