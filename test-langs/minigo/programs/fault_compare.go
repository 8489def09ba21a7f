// Comparing interfaces that hold slices.
package main

func main() {
	var a, b interface{} = []int{1}, []int{1}
	_ = a == b
	if a == b {
		return
	}
}

// expect-stderr: panic: runtime error: comparing uncomparable type []int

// expect-exit: 2
