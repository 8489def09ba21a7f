// Not supported: generics.
package main

type Number interface{ ~int | ~float64 }

func main() {}

// expect-error: 4:24: not supported: generics
// not-go
