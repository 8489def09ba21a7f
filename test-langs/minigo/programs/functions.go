// Functions: several results, named results, variadic, recursion, function values.
package main

import (
	"errors"
	"fmt"
)

func divmod(a, b int) (q, r int, err error) {
	if b == 0 {
		err = errors.New("division by zero")
		return
	}
	return a / b, a % b, nil
}

func sum(prefix string, xs ...int) string {
	t := 0
	for _, x := range xs {
		t += x
	}
	return fmt.Sprint(prefix, len(xs), t)
}

func fact(n int) int {
	if n <= 1 {
		return 1
	}
	return n * fact(n-1)
}

func pair() (int, string) { return 7, "seven" }
func take(i int, s string) string {
	return fmt.Sprintf("%d=%s", i, s)
}
func apply(f func(int) int, xs ...int) (out []int) {
	for _, x := range xs {
		out = append(out, f(x))
	}
	return
}
func swap(a, b string) (string, string) { return b, a }

type op func(float64, float64) float64

func many() (a, b, c, d, e int, s string) { return 1, 2, 3, 4, 5, "six" }

func even(n int) bool {
	if n == 0 {
		return true
	}
	return odd(n - 1)
}
func odd(n int) bool {
	if n == 0 {
		return false
	}
	return even(n - 1)
}

func main() {
	fmt.Println(divmod(17, 5))
	q, _, err := divmod(1, 0)
	fmt.Println(q, err, err != nil)
	fmt.Println(sum("a"), sum("b", 1), sum("c", 1, 2, 3), sum("d", []int{4, 5}...))
	fmt.Println(fact(20), take(pair()))
	fmt.Println(apply(func(x int) int { return x * x }, 1, 2, 3))
	x, y := swap("x", "y")
	fmt.Println(x, y)
	ops := map[string]op{"+": func(a, b float64) float64 { return a + b }}
	ops["*"] = func(a, b float64) float64 { return a * b }
	fmt.Println(ops["+"](1, 2), ops["*"](3, 4))
	fmt.Println(many())
	fmt.Println(even(10), odd(7))
	var f func()
	fmt.Println(f == nil)
	f = func() { fmt.Println("called") }
	f()
	func(s string) { fmt.Println("immediate", s) }("!")
	fs := []func(int) int{fact, func(i int) int { return -i }}
	for _, g := range fs {
		fmt.Print(g(5), " ")
	}
	fmt.Println()
	_, s := pair()
	fmt.Println(s)
}

// expect: 3 2 <nil>
// expect: 0 division by zero true
// expect: a0 0 b1 1 c3 6 d2 9
// expect: 2432902008176640000 7=seven
// expect: [1 4 9]
// expect: y x
// expect: 3 12
// expect: 1 2 3 4 5 six
// expect: true true
// expect: true
// expect: called
// expect: immediate !
// expect: 120 -5 
// expect: seven
