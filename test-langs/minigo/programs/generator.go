// Generators by goroutines: a tree walked in order, two trees compared.
package main

import "fmt"

type Tree struct {
	Left  *Tree
	Value int
	Right *Tree
}

func insert(t *Tree, v int) *Tree {
	if t == nil {
		return &Tree{nil, v, nil}
	}
	if v < t.Value {
		t.Left = insert(t.Left, v)
	} else {
		t.Right = insert(t.Right, v)
	}
	return t
}

func walk(t *Tree, ch chan<- int) {
	if t == nil {
		return
	}
	walk(t.Left, ch)
	ch <- t.Value
	walk(t.Right, ch)
}

func iter(t *Tree) <-chan int {
	ch := make(chan int)
	go func() {
		walk(t, ch)
		close(ch)
	}()
	return ch
}

func same(a, b *Tree) bool {
	ca, cb := iter(a), iter(b)
	for {
		x, ok1 := <-ca
		y, ok2 := <-cb
		if ok1 != ok2 || x != y {
			return false
		}
		if !ok1 {
			return true
		}
	}
}

func main() {
	var a, b *Tree
	for _, v := range []int{5, 2, 8, 1, 9, 3} {
		a = insert(a, v)
	}
	for _, v := range []int{1, 2, 3, 5, 8, 9} {
		b = insert(b, v)
	}
	for v := range iter(a) {
		fmt.Print(v, " ")
	}
	fmt.Println(same(a, b), same(a, insert(b, 7)))
}

// expect: 1 2 3 5 8 9 true false
