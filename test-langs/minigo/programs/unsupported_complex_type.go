// Not supported: complex numbers.
package main

func main() {
	var c complex128
	_ = c
}

// expect-error: 5:8: not supported: complex numbers
// not-go
