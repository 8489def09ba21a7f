// Slicing past the capacity.
package main

import "fmt"

func main() {
	s := make([]int, 2, 4)
	n := 5
	fmt.Println(s[:4])
	fmt.Println(s[1:n])
}

// expect-stderr: panic: runtime error: slice bounds out of range [:5] with capacity 4

// expect: [0 0 0 0]
// expect-exit: 2
