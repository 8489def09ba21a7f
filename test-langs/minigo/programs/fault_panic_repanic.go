// A recovered panic that is raised again.
package main

import "fmt"

func main() {
	defer func() {
		r := recover()
		fmt.Println("recovered", r)
		panic(r)
	}()
	panic(fmt.Errorf("an error"))
}

// expect-stderr: an error

// expect: recovered an error
// expect-exit: 2
