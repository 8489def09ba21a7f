declare void @weft.cont.drop(i64)
define i32 @main() {
  call void @weft.cont.drop(i64 0)
  ret i32 0
}
