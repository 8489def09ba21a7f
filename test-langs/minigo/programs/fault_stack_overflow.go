// Recursion without end.
package main

import "fmt"

func f(n int) int {
	return f(n+1) + 1
}

func main() {
	fmt.Println("start")
	fmt.Println(f(0))
}

// expect-stderr: goroutine stack exceeds 1000000000-byte limit
// expect-stderr: fatal error: stack overflow

// expect: start
// expect-exit: 2
