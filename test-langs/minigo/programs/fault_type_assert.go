// A failed type assertion names both types.
package main

func main() {
	var x interface{} = "str"
	_ = x.(int)
}

// expect-stderr: panic: interface conversion: interface {} is string, not int

// expect-exit: 2
