// Statements that make no sense.
package main

func h() (int, string) {
	return 1
}

func nov() {}

func main() {
	a := 1
	a := 2
	a = nov()
	if a {
	}
	for i := range 10 {
	}
	var c chan<- int
	<-c
	return 1
}

// expect-error: 5:9: not enough return values
// expect-error: 12:4: no new variables on left side of :=
// expect-error: 13:6: nov() (no value) used as value
// expect-error: 14:5: non-boolean condition in if statement
// expect-error: 16:17: cannot range over 10 (untyped int constant)
// expect-error: 19:4: invalid operation: cannot receive from send-only channel c (variable of type chan<- int)
// expect-error: 20:9: too many return values
