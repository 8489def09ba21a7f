// Not supported: cgo.
package main

import "C"

func main() {}

// expect-error: 4:8: not supported: cgo
// not-go
