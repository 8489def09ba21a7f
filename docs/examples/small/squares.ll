; A generator that is run to its end, and told something each time.
; expect: 1
; expect: 4
; expect: 9
; expect: it returned 3
%weft.tag = type { ptr, ptr }                            ; its name, and its signature: payload -> answer
@yield.name = private constant [6 x i8] c"yield\00"
@yield.sig = private constant [9 x i8] c"i64->i64\00"
@yield = constant %weft.tag { ptr @yield.name, ptr @yield.sig }

@on = private constant { i32, i32, [1 x { ptr, i32 }] }  ; what a resume answers: one entry, no flags,
  { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @yield, i32 0 }] } ; a suspend by @yield

declare i64 @weft.cont.new(ptr, ptr, i32)
declare i64 @weft.suspend.gen(ptr, i64)                  ; .gen: whatever tells types apart
declare { i32, i64, i64 } @weft.resume.gen(i64, ptr, i64)

define internal i64 @squares(ptr %env, i64 %first) {     ; the environment, then the first resume's payload
  br label %loop
loop:
  %n = phi i64 [ %first, %0 ], [ %next, %loop ]
  %times = phi i64 [ 0, %0 ], [ %more, %loop ]
  %square = mul i64 %n, %n
  %next = call i64 @weft.suspend.gen(ptr @yield, i64 %square) ; leaves; comes back with what resume sends
  %more = add i64 %times, 1
  %stop = icmp eq i64 %next, 0
  br i1 %stop, label %done, label %loop
done:
  ret i64 %more
}

define i32 @main() {
  %new = call i64 @weft.cont.new(ptr @squares, ptr null, i32 0)
  br label %loop
loop:
  %k = phi i64 [ %new, %0 ], [ %rest, %yielded ]         ; each handle is good for one resume
  %send = phi i64 [ 1, %0 ], [ %then, %yielded ]
  %r = call { i32, i64, i64 } @weft.resume.gen(i64 %k, ptr @on, i64 %send)
  %which = extractvalue { i32, i64, i64 } %r, 0
  %rest = extractvalue { i32, i64, i64 } %r, 1
  %value = extractvalue { i32, i64, i64 } %r, 2
  switch i32 %which, label %never [ i32 0, label %returned
                                    i32 1, label %yielded ]
yielded:
  call i32 (ptr, ...) @printf(ptr @number, i64 %value)
  %after = add i64 %send, 1
  %enough = icmp ugt i64 %after, 3
  %then = select i1 %enough, i64 0, i64 %after
  br label %loop
returned:                                                ; which 0, next 0, and the result as the payload
  call i32 (ptr, ...) @printf(ptr @end, i64 %value)
  ret i32 0
never:
  unreachable
}

declare i32 @printf(ptr, ...)
@number = private constant [5 x i8] c"%ld\0A\00"
@end = private constant [17 x i8] c"it returned %ld\0A\00"
