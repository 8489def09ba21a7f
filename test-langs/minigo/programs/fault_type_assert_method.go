// A failed assertion to an interface names the missing method.
package main

import "fmt"

type T struct{}

func main() {
	var x interface{} = T{}
	fmt.Println(x.(fmt.Stringer))
}

// expect-stderr: panic: interface conversion: main.T is not fmt.Stringer: missing method String

// expect-exit: 2
