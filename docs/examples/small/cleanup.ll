; A continuation that is not run to its end is dropped: what it holds is released by the landing pads that exceptions use.
; expect: opened
; expect: closed
; expect: back in main
%weft.tag = type { ptr, ptr }
@yield.name = private constant [6 x i8] c"yield\00"
@yield.sig = private constant [3 x i8] c"->\00"
@yield = constant %weft.tag { ptr @yield.name, ptr @yield.sig }
@on = private constant { i32, i32, [1 x { ptr, i32 }] }
  { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @yield, i32 0 }] }

declare i64 @weft.cont.new(ptr, ptr, i32)
declare void @weft.suspend(ptr)
declare { i32, i64 } @weft.resume(i64, ptr)
declare void @weft.cont.drop(i64)
declare i32 @__gxx_personality_v0(...)                   ; or your language's own

define internal void @reader(ptr %env) personality ptr @__gxx_personality_v0 {
  call i32 @puts(ptr @opened)
  invoke void @weft.suspend(ptr @yield) to label %on unwind label %pad
on:
  call i32 @puts(ptr @closed)
  ret void
pad:                                                     ; a drop, or a resume.throw, unwinds from the suspend
  %e = landingpad { ptr, i32 } cleanup
  call i32 @puts(ptr @closed)
  resume { ptr, i32 } %e
}

define i32 @main() {
  %k = call i64 @weft.cont.new(ptr @reader, ptr null, i32 0)
  %r = call { i32, i64 } @weft.resume(i64 %k, ptr @on)
  %rest = extractvalue { i32, i64 } %r, 1
  call void @weft.cont.drop(i64 %rest)
  call i32 @puts(ptr @back)
  ret i32 0
}

declare i32 @puts(ptr)
@opened = private constant [7 x i8] c"opened\00"
@closed = private constant [7 x i8] c"closed\00"
@back = private constant [13 x i8] c"back in main\00"
