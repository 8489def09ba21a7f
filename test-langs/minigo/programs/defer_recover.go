// defer, panic and recover.
package main

import (
	"errors"
	"fmt"
	"os"
)

func order() {
	for i := 0; i < 3; i++ {
		defer fmt.Print(i, " ")
	}
	defer func() { fmt.Print("first ") }()
}

func named() (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
			n *= 2
		}
	}()
	n = 21
	panic("boom")
}

func index(s []int, i int) (v int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	return s[i], nil
}

func nested() (s string) {
	defer func() { s += fmt.Sprint(" outer:", recover()) }()
	defer func() {
		defer func() { s += fmt.Sprint("inner:", recover()) }()
		panic("second")
	}()
	panic("first")
}

func helper() interface{} { return recover() }
func notDirect() (s string) {
	defer func() {
		s = fmt.Sprint("direct ", recover())
	}()
	defer func() {
		if helper() != nil {
			s = "wrong"
		}
	}()
	panic("p")
}

type T struct{ n int }

func (t *T) close()      { fmt.Print("close", t.n, " ") }
func (t T) show(s string) { fmt.Print("show", t.n, s, " ") }

func methods() {
	t := T{1}
	defer t.close()
	defer t.show("x")
	t.n = 2
}

func modify() (x int) {
	defer func() { x++ }()
	return 5
}

func replaced() (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("replaced")
		}
	}()
	var m map[string]int
	m["a"] = 1
	return nil
}

func deep(n int) {
	if n == 0 {
		panic("deep")
	}
	defer func() { fmt.Print(n, " ") }()
	deep(n - 1)
}

func rethrow() {
	defer func() {
		r := recover()
		fmt.Println("got", r)
		defer func() { fmt.Println("again", recover()) }()
		panic(fmt.Sprint("re-", r))
	}()
	panic("x")
}

func loopRecover() int {
	count := 0
	for i := 0; i < 5; i++ {
		func() {
			defer func() {
				if recover() != nil {
					count++
				}
			}()
			if i%2 == 0 {
				panic(i)
			}
		}()
	}
	return count
}

func runtimeErrors() {
	try := func(f func()) {
		defer func() { fmt.Println(recover()) }()
		f()
	}
	var p *T
	var arr []int
	var i interface{} = "str"
	zero := 0
	n := -1
	try(func() { p.n = 1 })
	try(func() { _ = arr[5] })
	try(func() { _ = arr[1:n+9] })
	try(func() { _ = i.(int) })
	try(func() { _ = i.(fmt.Stringer) })
	try(func() { _ = 1 / zero })
	try(func() { _ = make([]int, n) })
	try(func() { var c chan int; close(c) })
	try(func() { c := make(chan int); close(c); close(c) })
	try(func() { c := make(chan int); close(c); c <- 1 })
	try(func() { panic(fmt.Errorf("custom %d", 1)) })
	try(func() { _ = "abc"[n+10:] })
	try(func() { var f func(); f() })
	try(func() { _ = 1 << n })
	try(func() {})
}

func main() {
	order()
	fmt.Println()
	fmt.Println(named())
	fmt.Println(index([]int{1, 2, 3}, 1))
	fmt.Println(index([]int{1, 2, 3}, 5))
	fmt.Println(nested())
	fmt.Println(notDirect())
	methods()
	fmt.Println()
	fmt.Println(modify(), replaced())
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		deep(3)
	}()
	rethrow()
	fmt.Println(loopRecover(), recover())
	runtimeErrors()
	defer fmt.Println("not printed: os.Exit does not run defers")
	os.Exit(3)
}

// expect: first 2 1 0 
// expect: 42 recovered: boom
// expect: 2 <nil>
// expect: 0 runtime error: index out of range [5] with length 3
// expect: inner:second outer:first
// expect: direct p
// expect: show1x close2 
// expect: 6 replaced
// expect: 1 2 3 recovered deep
// expect: got x
// expect: again re-x
// expect: 3 <nil>
// expect: runtime error: invalid memory address or nil pointer dereference
// expect: runtime error: index out of range [5] with length 0
// expect: runtime error: slice bounds out of range [:8] with capacity 0
// expect: interface conversion: interface {} is string, not int
// expect: interface conversion: string is not fmt.Stringer: missing method String
// expect: runtime error: integer divide by zero
// expect: runtime error: makeslice: len out of range
// expect: close of nil channel
// expect: close of closed channel
// expect: send on closed channel
// expect: custom 1
// expect: runtime error: slice bounds out of range [9:3]
// expect: runtime error: invalid memory address or nil pointer dereference
// expect: runtime error: negative shift amount
// expect: <nil>
// expect-exit: 3
