// Recursion a million deep in main, and deep in a goroutine.
package main

import "fmt"

func depth(n int) int {
	if n == 0 {
		return 0
	}
	return depth(n-1) + 1
}

type tree struct{ left, right *tree }

func build(n int) *tree {
	if n == 0 {
		return nil
	}
	return &tree{build(n - 1), nil}
}

func (t *tree) height() int {
	if t == nil {
		return 0
	}
	l, r := t.left.height(), t.right.height()
	if l > r {
		return l + 1
	}
	return r + 1
}

func main() {
	fmt.Println(depth(1000000))
	c := make(chan int)
	go func() { c <- depth(100000) }()
	fmt.Println(<-c)
	var f func(int) int
	f = func(n int) int {
		if n == 0 {
			return 0
		}
		return f(n-1) + 2
	}
	go func() { c <- f(50000) }()
	fmt.Println(<-c, build(100000).height())
}

// expect: 1000000
// expect: 100000
// expect: 100000 100000
