// A little of everything, as programs mix it.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

type Logger interface{ Log(string) }
type Base struct{ id int }

func (b *Base) SetID(i int) { b.id = i }
func (b Base) ID() int      { return b.id }

type Mid struct {
	Base
	Logger
}
type Top struct {
	*Mid
	sync.Mutex
	extra map[string][]int
}
type console struct{ prefix string }

func (c console) Log(s string) { fmt.Println(c.prefix + s) }

type IDer interface {
	ID() int
	SetID(int)
}

type Celsius float64
type Stack []int

func (s *Stack) Push(v int) { *s = append(*s, v) }
func (s *Stack) Pop() int {
	old := *s
	v := old[len(old)-1]
	*s = old[:len(old)-1]
	return v
}
func (s Stack) Len() int { return len(s) }

type Visitor func(int) Visitor
type Matrix [2][2]float64

func (m Matrix) Mul(o Matrix) (r Matrix) {
	for i := range m {
		for j := range o[0] {
			for k := range o {
				r[i][j] += m[i][k] * o[k][j]
			}
		}
	}
	return
}

type Node struct {
	val         int
	left, right *Node
}

func (n *Node) Insert(v int) *Node {
	if n == nil {
		return &Node{val: v}
	}
	switch {
	case v < n.val:
		n.left = n.left.Insert(v)
	default:
		n.right = n.right.Insert(v)
	}
	return n
}
func (n *Node) Each(f func(int)) {
	if n != nil {
		n.left.Each(f)
		f(n.val)
		n.right.Each(f)
	}
}

type State int

const (
	Idle State = iota
	Running
)

var names = map[State]string{Idle: "idle", Running: "running"}

func (s State) String() string { return names[s] }

type Event struct {
	At   time.Duration
	Name string
	S    State
}

func variadicAny(xs ...interface{}) int { return len(xs) }
func multi() (int, error, []string)     { return 1, nil, []string{"a"} }
func retBig() (a [10]int, ok bool)      { a[3] = 3; return a, true }

type Err string

func (e Err) Error() string { return string(e) }
func mayFail(n int) (res int, err error) {
	defer func() {
		if e, ok := recover().(Err); ok {
			err = e
		}
	}()
	if n > 2 {
		panic(Err("too big"))
	}
	return n * 2, nil
}

func main() {
	t := Top{Mid: &Mid{Base{1}, console{"> "}}}
	t.SetID(5)
	t.Log(fmt.Sprint("id ", t.ID(), t.Mid.Base.id))
	var ider IDer = t
	ider.SetID(9)
	fmt.Println(t.ID(), ider.ID())
	t.Lock()
	t.extra = map[string][]int{}
	t.extra["a"] = append(t.extra["a"], 1, 2)
	t.Unlock()
	fmt.Println(t.extra, len(t.extra["zz"]))
	var c Celsius = 36.6
	c += 0.5
	fmt.Printf("%.2f %v %T\n", c, c, c)
	var s Stack
	s.Push(1)
	s.Push(2)
	fmt.Println(s.Pop(), s, s.Len())
	var v Visitor
	n := 0
	v = func(i int) Visitor {
		n += i
		if i > 3 {
			return nil
		}
		return v
	}
	for i := 0; v != nil; i++ {
		v = v(i)
		if v == nil {
			break
		}
	}
	fmt.Println(n)
	m := Matrix{{1, 1}, {1, 0}}
	r := m
	for i := 0; i < 5; i++ {
		r = r.Mul(m)
	}
	fmt.Println(r)
	var root *Node
	for _, x := range strings.Split("5,3,8,1,4", ",") {
		root = root.Insert(int(x[0] - '0'))
	}
	root.Each(func(v int) { fmt.Print(v, " ") })
	fmt.Println()
	evs := []Event{{2 * time.Second, "b", Running}, {time.Second, "a", Idle}}
	sort.Slice(evs, func(i, j int) bool { return evs[i].At < evs[j].At })
	fmt.Printf("%v\n%+v\n", evs, evs[0])
	fmt.Println(variadicAny(), variadicAny(nil), variadicAny(1, "a", nil), variadicAny([]interface{}{1, 2}...))
	a, err, strs := multi()
	fmt.Println(a, err, strs)
	big, ok := retBig()
	fmt.Println(big, ok)
	fmt.Println(mayFail(1))
	fmt.Println(mayFail(5))
	x := 10
	p := &x
	pp := &p
	**pp = 20
	fmt.Println(x, *p == **pp)
	arr := [...]int{9: 1, 2, 3}
	fmt.Println(len(arr), arr)
	type pair struct {
		k string
		v int
	}
	counts := map[string]int{}
	for _, w := range strings.Fields("a b a c b a") {
		counts[w]++
	}
	var ps []pair
	for k, v := range counts {
		ps = append(ps, pair{k, v})
	}
	sort.Slice(ps, func(i, j int) bool { return ps[i].v > ps[j].v })
	fmt.Println(ps)
	fn := strings.ToUpper
	fmt.Println(fn("x"), func() string { return "iife" }())
	var e error = Err("plain")
	switch e := e.(type) {
	case Err:
		fmt.Println("Err", string(e), e)
	}
	b := []byte("abc")
	for i := range b {
		b[i] ^= 0x20
	}
	fmt.Println(string(b), b)
	ch := make(chan Event, 2)
	ch <- evs[0]
	ev := <-ch
	ev.Name = "changed"
	fmt.Println(evs[0].Name, ev)
	matrix := [3][3]int{}
	for i := range matrix {
		for j := range matrix[i] {
			matrix[i][j] = i*3 + j
		}
	}
	fmt.Println(matrix, matrix[1][1:], len(matrix[0]))
	mm := map[string]*Node{"x": {val: 1}}
	mm["x"].val++
	fmt.Println(mm["x"].val, mm["y"] == nil)
	ms := map[string]struct{ a, b int }{"k": {1, 2}}
	fmt.Println(ms["k"].b)
	func() {
		defer func() {
			fmt.Println("r:", recover())
		}()
		var np *Node
		fmt.Println(np.val)
	}()
	var iface interface{} = m
	if mat, ok := iface.(Matrix); ok {
		fmt.Println(mat[0], mat == m, iface == interface{}(m))
	}
	goto end
end:
	fmt.Fprintln(os.Stdout, "done", uint8(255)+uint8(x))
	lbl := 0
	for i := range [3]struct{}{} {
		lbl += i
	}
	var f32 float32 = 1.1
	fmt.Println(lbl, f32*f32, float64(f32), 7.0/3, 1/3.0)
	const big2 = 1 << 62
	fmt.Println(big2, -big2*2, ^0, 5&^3, -7>>1, uint32(1)<<31)
	s2 := make([]struct{ x, y int }, 2)
	s2[1].x = 5
	ptr := &s2[1]
	ptr.y = 6
	fmt.Println(s2)
	fs := map[string]func(...int) int{"sum": func(xs ...int) (t int) {
		for _, x := range xs {
			t += x
		}
		return
	}}
	fmt.Println(fs["sum"](1, 2, 3))
	var nilslice []int
	for range nilslice {
	}
	nilslice = append(nilslice, nilslice...)
	fmt.Println(nilslice == nil, fmt.Sprintf("%v|%s|%d", nilslice, "", []string{}))
	fmt.Printf("%s %v %d\n", Running, Running, Running)
	fmt.Printf("%v %+v\n", struct {
		S State
		E error
		P *int
	}{Running, Err("x"), nil}, []State{Idle, Running})
}

// expect: > id 5 5
// expect: 9 9
// expect: map[a:[1 2]] 0
// expect: 37.10 37.1 main.Celsius
// expect: 2 [1] 1
// expect: 10
// expect: [[13 8] [8 5]]
// expect: 1 3 4 5 8 
// expect: [{1s a idle} {2s b running}]
// expect: {At:1s Name:a S:idle}
// expect: 0 1 3 2
// expect: 1 <nil> [a]
// expect: [0 0 0 3 0 0 0 0 0 0] true
// expect: 2 <nil>
// expect: 0 too big
// expect: 20 true
// expect: 12 [0 0 0 0 0 0 0 0 0 1 2 3]
// expect: [{a 3} {b 2} {c 1}]
// expect: X iife
// expect: Err plain plain
// expect: ABC [65 66 67]
// expect: a {1s changed idle}
// expect: [[0 1 2] [3 4 5] [6 7 8]] [4 5] 3
// expect: 2 true
// expect: 2
// expect: r: runtime error: invalid memory address or nil pointer dereference
// expect: [1 1] true true
// expect: done 19
// expect: 3 1.21 1.100000023841858 2.3333333333333335 0.3333333333333333
// expect: 4611686018427387904 -9223372036854775808 -1 4 -4 2147483648
// expect: [{0 0} {5 6}]
// expect: 6
// expect: true []||[]
// expect: running running 1
// expect: {running x <nil>} [idle running]
