// Integer division by zero panics; deferred calls run first.
package main

import "fmt"

func main() {
	defer fmt.Println("deferred")
	x := 0
	fmt.Println("before")
	fmt.Println(10 / x)
}

// expect-stderr: panic: runtime error: integer divide by zero
// expect-stderr: goroutine 1 [running]:

// expect: before
// expect: deferred
// expect-exit: 2
