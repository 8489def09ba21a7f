// panic with an error prints its text.
package main

import "fmt"

type E struct{ code int }

func (e E) Error() string { return fmt.Sprint("E", e.code) }

func main() {
	panic(E{5})
}

// expect-stderr: panic: E5

// expect-exit: 2
