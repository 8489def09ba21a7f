// A nil pointer: through a method, in a goroutine's exit code too.
package main

import "fmt"

type node struct {
	v    int
	next *node
}

func (n *node) value() int { return n.v }

func main() {
	n := &node{v: 1}
	fmt.Println(n.value())
	fmt.Println(n.next.value())
}

// expect-stderr: panic: runtime error: invalid memory address or nil pointer dereference
// expect-stderr: [signal SIGSEGV: segmentation violation

// expect: 1
// expect-exit: 2
