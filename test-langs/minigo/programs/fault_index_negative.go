// A negative index has a text of its own.
package main

func main() {
	a := [3]int{}
	i := -1
	a[i] = 1
}

// expect-stderr: panic: runtime error: index out of range [-1]

// expect-exit: 2
