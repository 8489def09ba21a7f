// Not supported: package unsafe.
package main

import "unsafe"

func main() { _ = unsafe.Sizeof(1) }

// expect-error: 4:8: not supported: package unsafe
// not-go
