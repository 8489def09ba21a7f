// A slice as the key of a map[interface{}].
package main

func main() {
	m := map[interface{}]int{}
	m[[]int{1}] = 2
}

// expect-stderr: panic: runtime error: hash of unhashable type []int

// expect-exit: 2
