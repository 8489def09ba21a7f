// Calls of functions and built-ins.
package main

import "fmt"

func two() (int, int) { return 1, 2 }

func main() {
	x := two()
	var a int
	a()
	_ = len(1)
	_ = cap(map[int]int{})
	s := append([]int{}, "x")
	_ = make(int)
	delete(s, 1)
	fmt.Println(two(), 1)
	defer 1
	go two
	var e error = "abc"
}

// expect-error: 9:7: assignment mismatch: 1 variable but two returns 2 values
// expect-error: 11:2: invalid operation: cannot call non-function a (variable of type int)
// expect-error: 12:10: invalid argument: 1 (untyped int constant) for len
// expect-error: 14:23: cannot use "x" (untyped string constant) as int value in argument to append
// expect-error: 15:11: invalid argument: cannot make int; type must be slice, map, or channel
// expect-error: 16:9: invalid argument: s (variable of type []int) is not a map
