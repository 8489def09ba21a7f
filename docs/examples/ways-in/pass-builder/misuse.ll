; A marker that there is not.
declare void @weft.suspned(ptr)
define void @f() {
  call void @weft.suspned(ptr null)
  ret void
}
