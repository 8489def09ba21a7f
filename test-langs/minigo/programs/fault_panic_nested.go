// A panic in a deferred call prints both.
package main

func main() {
	defer func() {
		panic("second")
	}()
	panic("first")
}

// expect-stderr: panic: first
// expect-stderr: 	panic: second

// expect-exit: 2
