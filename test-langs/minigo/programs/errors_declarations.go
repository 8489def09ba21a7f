// Declarations.
package main

type P struct{ X, Y int }
type P struct{}
type R struct{ r R }

var g = h
var h = g

func dup(a int, a int) {}

func (p P) M() {}
func (p P) M() {}

func main() {
	_ = P{Z: 1}
	_ = P{1, 2, 3}
	var m map[[]int]int
	const c int8 = 200
}

// expect-error: 5:6: P redeclared in this block
// expect-error: 6:6: invalid recursive type R
// expect-error: 8:5: initialization loop for g
// expect-error: 11:17: a redeclared in this block
// expect-error: 19:12: invalid map key type []int
// expect-error: 20:17: cannot use 200 (untyped int constant) as int8 value in constant declaration (overflows)
