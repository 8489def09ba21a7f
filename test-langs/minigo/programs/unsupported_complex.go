// Not supported: complex numbers.
package main

func main() {
	_ = 1 + 2i
}

// expect-error: 5:10: not supported: complex numbers
// not-go
