// Not supported: generics.
package main

func Map[T any](x []T) []T { return x }

func main() { Map([]int{1}) }

// expect-error: 4:9: not supported: generics
// not-go
