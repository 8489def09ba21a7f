// An index out of range, in a called function.
package main

import "fmt"

func at(s []int, i int) int { return s[i] }

func main() {
	fmt.Println(at([]int{1, 2, 3}, 2))
	fmt.Println(at([]int{1, 2, 3}, 5))
}

// expect-stderr: panic: runtime error: index out of range [5] with length 3

// expect: 3
// expect-exit: 2
