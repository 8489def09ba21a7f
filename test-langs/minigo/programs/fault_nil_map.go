// Writing to a nil map.
package main

func main() {
	var m map[string]int
	_ = m["a"]
	m["a"] = 1
}

// expect-stderr: panic: assignment to entry in nil map

// expect-exit: 2
