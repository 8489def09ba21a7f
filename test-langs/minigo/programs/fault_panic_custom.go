// panic with a named integer prints its type.
package main

type Code int

func main() {
	panic(Code(7))
}

// expect-stderr: panic: main.Code(7)

// expect-exit: 2
