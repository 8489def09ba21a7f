// Calling a nil func value.
package main

func main() {
	var f func(int) int
	f(1)
}

// expect-stderr: panic: runtime error: invalid memory address or nil pointer dereference

// expect-exit: 2
