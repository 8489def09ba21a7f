// Not supported: generics.
package main

type Stack[T any] struct{ items []T }

func main() {}

// expect-error: 4:11: not supported: generics
// not-go
