// Calling a method of a nil interface.
package main

type I interface{ M() }

func main() {
	var i I
	i.M()
}

// expect-stderr: panic: runtime error: invalid memory address or nil pointer dereference

// expect-exit: 2
