// Slicing a string the wrong way round.
package main

func main() {
	s := "hello"
	a, b := 4, 2
	_ = s[a:b]
}

// expect-stderr: panic: runtime error: slice bounds out of range [4:2]

// expect-exit: 2
