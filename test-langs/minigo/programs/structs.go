// Structs: values, comparison, embedding, pointers, printing.
package main

import "fmt"

type Point struct{ X, Y int }

func (p Point) Add(q Point) Point { return Point{p.X + q.X, p.Y + q.Y} }
func (p *Point) Scale(k int)      { p.X *= k; p.Y *= k }

type Named struct {
	Name string
	Point
	tags []string
	next *Named
}

type Big struct {
	A, B, C, D, E, F int
	S          string
}

func (b Big) Sum() int   { return b.A + b.B + b.C + b.D + b.E + b.F }
func (b *Big) Set(v int) { b.F = v }
func mk(n int) Big       { return Big{A: n, S: "s"} }
func two() (Big, error)  { return mk(2), nil }

type Inner struct{ V int }

func (i *Inner) Inc()    { i.V++ }
func (i Inner) Get() int { return i.V }

type Outer struct {
	*Inner
	Label string
}

func main() {
	p := Point{1, 2}
	q := p
	q.X = 10
	q.Scale(3)
	fmt.Println(p, q, p == q, p == Point{1, 2}, p.Add(q))
	pp := &p
	pp.Scale(2)
	pp.X++
	fmt.Println(*pp, pp.Add(Point{1, 1}), pp)
	n := Named{Name: "n", Point: p}
	n.Scale(2)
	n.X = 7
	fmt.Printf("%v %+v\n", n, n)
	n.next = &Named{Name: "m"}
	fmt.Println(n.next.Name, n.next.next == nil, n.Add(Point{1, 1}))
	b := mk(1)
	c := b
	c.Set(9)
	fmt.Println(b, c, b.Sum(), c.Sum(), b == c, mk(1) == b)
	d, err := two()
	fmt.Println(d.A, d.S, err)
	o := Outer{&Inner{5}, "l"}
	o.Inc()
	fmt.Println(o.V, o.Get(), o.Label)
	anon := struct {
		A int
		B string
	}{1, "x"}
	fmt.Printf("%v %+v %#v %T\n", anon, anon, p, p)
	fmt.Printf("%v %+v %#v\n", &p, &anon, Point{3, 4})
	ps := []*Point{{1, 2}, {3, 4}}
	ps[1].X = 30
	fmt.Println(*ps[0], *ps[1], len(ps))
	m := map[string]Point{"a": {1, 2}}
	fmt.Println(m["a"].Y, m["none"])
	var e struct{}
	fmt.Println(e, struct{}{} == e)
	f := p.Add
	g := (*Point).Scale
	h := Point.Add
	g(&p, 2)
	fmt.Println(f(Point{1, 1}), p, h(p, p))
	type local struct{ a, b int8 }
	fmt.Printf("%v %T\n", local{1, 2}, local{})
	arr := [2]Big{{A: 1}, {A: 2}}
	arr[0], arr[1] = arr[1], arr[0]
	fmt.Println(arr[0].A, arr[1].A)
}

// expect: {1 2} {30 6} false true {31 8}
// expect: {3 4} {4 5} &{3 4}
// expect: {n {7 8} [] <nil>} {Name:n Point:{X:7 Y:8} tags:[] next:<nil>}
// expect: m true {8 9}
// expect: {1 0 0 0 0 0 s} {1 0 0 0 0 9 s} 1 10 false true
// expect: 2 s <nil>
// expect: 6 6 l
// expect: {1 x} {A:1 B:x} main.Point{X:3, Y:4} main.Point
// expect: &{3 4} &{A:1 B:x} main.Point{X:3, Y:4}
// expect: {1 2} {30 4} 2
// expect: 2 {0 0}
// expect: {} true
// expect: {4 5} {6 8} {12 16}
// expect: {1 2} main.local
// expect: 2 1
