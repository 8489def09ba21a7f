// Operators on the wrong types.
package main

func main() {
	a, b := 1, "s"
	_ = a == b
	_ = a + 1.5
	_ = !a
	_ = -b
	_ = a / 0
	_ = b[1.5]
	var s []int
	_ = s == s
	_ = &5
	var p *int
	p.x = 1
	_ = *a
	1 + 2
}

// expect-error: 6:11: invalid operation: a == b (mismatched types int and string)
// expect-error: 7:10: 1.5 (untyped float constant) truncated to int
// expect-error: 8:7: invalid operation: operator ! not defined on a (variable of type int)
// expect-error: 9:7: invalid operation: operator - not defined on b (variable of type string)
// expect-error: 10:10: invalid operation: division by zero
// expect-error: 11:8: 1.5 (untyped float constant) truncated to int
// expect-error: 13:6: invalid operation: s == s (slice can only be compared to nil)
// expect-error: 14:7: invalid operation: cannot take address of 5 (untyped int constant)
// expect-error: 16:4: p.x undefined (type *int has no field or method x)
// expect-error: 17:7: invalid operation: cannot indirect a (variable of type int)
