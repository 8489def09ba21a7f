// A negative length for make.
package main

func main() {
	n := -5
	_ = make([]int, n)
}

// expect-stderr: panic: runtime error: makeslice: len out of range

// expect-exit: 2
