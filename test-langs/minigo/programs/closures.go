// Closures share variables; loop variables are one per loop, as in Go 1.19.
package main

import "fmt"

func counter() (func() int, func()) {
	n := 0
	return func() int { n++; return n }, func() { n = 100 }
}

func fibs() func() int {
	a, b := 0, 1
	return func() int {
		r := a
		a, b = b, a+b
		return r
	}
}

func compose(fs ...func(int) int) func(int) int {
	return func(x int) int {
		for _, f := range fs {
			x = f(x)
		}
		return x
	}
}

type acc struct{ total int }

func (a *acc) add(n int) { a.total += n }

func main() {
	inc, reset := counter()
	inc()
	fmt.Println(inc(), inc())
	reset()
	fmt.Println(inc())
	f := fibs()
	for i := 0; i < 10; i++ {
		fmt.Print(f(), " ")
	}
	fmt.Println()
	var fs []func()
	for i := 0; i < 3; i++ {
		fs = append(fs, func() { fmt.Print(i, " ") })
	}
	for i := 0; i < 3; i++ {
		i := i
		fs = append(fs, func() { fmt.Print(i, " ") })
	}
	for _, g := range fs {
		g()
	}
	fmt.Println()
	add := func(k int) func(int) int { return func(x int) int { return x + k } }
	fmt.Println(compose(add(1), add(10), func(x int) int { return x * 2 })(5))
	a := &acc{}
	g := a.add
	g(5)
	g(6)
	fmt.Println(a.total)
	var fact func(int) int
	fact = func(n int) int {
		if n == 0 {
			return 1
		}
		return n * fact(n-1)
	}
	fmt.Println(fact(10))
	x := 1
	func() {
		x++
		func() { x *= 10 }()
	}()
	fmt.Println(x)
	arr := [3]int{1, 2, 3}
	h := func() int { return arr[0] + len(arr) }
	arr[0] = 50
	fmt.Println(h())
	big := [20]int{5: 5}
	k := func() int { return big[5] }
	fmt.Println(k())
	p := func() *int { v := 3; return &v }()
	*p += 4
	fmt.Println(*p)
}

// expect: 2 3
// expect: 101
// expect: 0 1 1 2 3 5 8 13 21 34 
// expect: 3 3 3 0 1 2 
// expect: 32
// expect: 11
// expect: 3628800
// expect: 20
// expect: 53
// expect: 5
// expect: 7
