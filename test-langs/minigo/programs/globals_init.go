// Package variables in order of their dependencies, and init functions.
package main

import "fmt"

var a = b + 1
var b = f()
var (
	c, d = pair()
	table = map[string]int{"a": a, "b": b}
	list  = [...]int{1, 2, 3}
	fn    = func(x int) int { return x + a }
	ptr   = &list
	late  int
)

func f() int           { return g * 2 }
func pair() (int, string) { return len(list), "d" }

var g = 20

type config struct {
	name string
	n    int
}

var conf = config{"x", g}

func init() { late = a + 1; fmt.Println("init 1") }
func init() { late *= 2; fmt.Println("init 2") }

func main() {
	fmt.Println(a, b, c, d, g, late, table, fn(1), ptr[2], conf)
	conf.n++
	p := &conf
	p.name = "y"
	fmt.Println(conf)
}

// expect: init 1
// expect: init 2
// expect: 41 40 3 d 20 84 map[a:41 b:40] 42 3 {x 20}
// expect: {y 21}
