// Interfaces: methods, embedding, assertions, type switches, comparison.
package main

import (
	"errors"
	"fmt"
)

type Shape interface {
	Area() float64
	Perimeter() float64
}
type Sizer interface{ Size() int }
type Both interface {
	Shape
	Sizer
}

type Rect struct{ W, H float64 }
type Circle struct{ R float64 }
type Num int

func (r Rect) Area() float64         { return r.W * r.H }
func (r Rect) Perimeter() float64    { return 2 * (r.W + r.H) }
func (r Rect) Size() int             { return 2 }
func (c *Circle) Area() float64      { return 3 * c.R * c.R }
func (c *Circle) Perimeter() float64 { return 6 * c.R }
func (n Num) String() string         { return fmt.Sprintf("Num<%d>", int(n)) }

type MyErr struct{ Code int }

func (e *MyErr) Error() string { return fmt.Sprintf("code %d", e.Code) }

func find(n int) error {
	if n > 0 {
		return &MyErr{n}
	}
	return nil
}

func describe(x interface{}) string {
	switch v := x.(type) {
	case nil:
		return "nil"
	case int:
		return fmt.Sprint("int ", v+1)
	case string, []byte:
		return fmt.Sprintf("text %s", v)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case error:
		return "error " + v.Error()
	case fmt.Stringer:
		return "stringer " + v.String()
	case func() int:
		return fmt.Sprint("func ", v())
	case []int:
		return fmt.Sprint("ints ", len(v))
	case *Rect:
		return fmt.Sprint("*Rect ", v.W)
	default:
		return fmt.Sprintf("other %T", v)
	}
}

type Wrapper struct{ Shape }
type Animal interface{ Sound() string }
type Dog struct{ name string }

func (d Dog) Sound() string { return d.name + " woof" }

func main() {
	shapes := []Shape{Rect{2, 3}, &Circle{1}, &Rect{1, 1}}
	for _, s := range shapes {
		fmt.Printf("%.1f %.1f %T\n", s.Area(), s.Perimeter(), s)
	}
	if b, ok := shapes[0].(Both); ok {
		fmt.Println(b.Size(), b.Area())
	}
	_, ok := shapes[1].(Sizer)
	fmt.Println(ok)
	for _, x := range []interface{}{nil, 1, "s", []byte("b"), true, find(3), Num(4), func() int { return 9 }, []int{1}, &Rect{5, 6}, 2.5, struct{}{}} {
		fmt.Println(describe(x))
	}
	err := find(5)
	var e *MyErr
	if me, ok := err.(*MyErr); ok {
		e = me
	}
	fmt.Println(err, e.Code, find(0) == nil)
	var a, b interface{} = 1, 1
	fmt.Println(a == b, a == 1, a != "1", shapes[0] == Rect{2, 3}, a == nil)
	w := Wrapper{Rect{4, 5}}
	fmt.Println(w.Area(), w.Shape.Perimeter())
	base := errors.New("base")
	wrapped := fmt.Errorf("ctx: %w", base)
	fmt.Println(wrapped, errors.Is(wrapped, base), errors.Unwrap(wrapped) == base)
	fmt.Println(Num(3), []Num{1, 2}, map[string]Num{"k": 5}, struct{ N Num }{7})
	fmt.Printf("%v %d %s %+v\n", Num(1), Num(1), Num(1), []interface{}{Num(2), nil, "x", 1.5})
	var an Animal = Dog{"rex"}
	f := an.Sound
	fmt.Println(f(), an.(Dog).name)
	var st fmt.Stringer = Num(8)
	fmt.Println(st.String(), st)
	m := map[Shape]int{Rect{1, 2}: 5}
	fmt.Println(m[Rect{1, 2}])
	var nilshape Shape
	fmt.Println(nilshape == nil, nilshape)
}

// expect: 6.0 10.0 main.Rect
// expect: 3.0 6.0 *main.Circle
// expect: 1.0 4.0 *main.Rect
// expect: 2 6
// expect: false
// expect: nil
// expect: int 2
// expect: text s
// expect: text b
// expect: yes
// expect: error code 3
// expect: stringer Num<4>
// expect: func 9
// expect: ints 1
// expect: *Rect 5
// expect: other float64
// expect: other struct {}
// expect: code 5 5 true
// expect: true true true true false
// expect: 20 18
// expect: ctx: base true true
// expect: Num<3> [Num<1> Num<2>] map[k:Num<5>] {Num<7>}
// expect: Num<1> 1 Num<1> [Num<2> <nil> x 1.5]
// expect: rex woof rex
// expect: Num<8> Num<8>
// expect: 5
// expect: true <nil>
