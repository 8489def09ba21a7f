// Package fmt, corner by corner.
package main

import "fmt"

type P struct {
	X, Y int
	N    *int
	S    []string
	M    map[string]int
	I    interface{}
	E    error
}
type S string
type L []int
type B bool

func main() {
	fmt.Printf("%d|%5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#o|%O|%b|%c|%q|%U\n", 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 65, 65, 65)
	fmt.Printf("%d|%x|%+d|%05d|%.3d|%8.3d|%-8.3d|%08d\n", -42, -42, -42, -42, 7, 7, 7, -7)
	fmt.Printf("%t|%v|%5t|%q|%v|%s|%10s|%-10s|%.2s|%x|%X|% x|%#q\n", true, false, true, "hi", "hi", "hi", "hi", "hi", "hello", "hi", "hi", "hi", "hi")
	fmt.Printf("%v|%+v|%T\n", P{X: 1, S: []string{"a", "b"}, M: map[string]int{"z": 1, "a": 2}}, P{I: 5}, P{})
	fmt.Printf("%#v|%#v|%#v|%#v|%#v|%#v\n", []int{1, 2}, map[string]int{"a": 1}, "q", 3.0, struct{ A int }{1}, []string(nil))
	fmt.Printf("%v|%v|%v|%v\n", []interface{}{1, "a", nil}, [2]bool{true, false}, &[]int{1}, &map[string]int{"a": 1})
	fmt.Printf("%s|%v|%d|%q|%v\n", []string{"a", "b"}, []byte("hi"), []byte("hi"), []string{"x y", "z"}, [3]byte{1, 2, 3})
	fmt.Printf("%v %v %v %s %d\n", S("s"), L{1, 2}, B(true), S("t"), L{3})
	fmt.Printf("%!|%z|%d|%s|%d\n", 1, "s", 5) // wrong on purpose
	fmt.Printf("%d %d\n", 1)
	fmt.Printf("%d\n", 1, 2, "x")
	fmt.Printf("%s|%d|%t|%v\n", 5, "five", 1, nil)
	fmt.Printf("%[2]d %[1]d|%*d|%-*d|%.*f\n", 1, 2, 5, 42, 5, 42, 2, 3.14159)
	fmt.Printf("%6.2f|%-8.1f|%+.2e|%g|%G|%08.2f|% .2f|%+.0f\n", 3.14159, 2.5, 12345.678, 1e21, 1e-10, -3.14159, 2.0, 2.5)
	fmt.Printf("%T %T %T %T %T %T %T\n", 1, "s", 2.5, true, 'x', nil, []interface{}{})
	fmt.Printf("%T %T %T %T %T\n", map[string][]int{}, make(chan int), func(int, string) error { return nil }, &P{}, [3]*int{})
	fmt.Printf("%5v|%-5v|%05v|%x|%X\n", 1, 2, 3, "hello", []byte{1, 171})
	fmt.Printf("%3c|%-3c|%q|%#U|%+q\n", 'a', 'b', '\n', '世', '世')
	fmt.Printf("%v %v\n", struct {
		a int
		b string
	}{1, "x"}, []struct{ A, B int }{{1, 2}, {3, 4}})
	var np *P
	var ni interface{}
	var ne error
	var nm map[string]int
	var ns []int
	var nf func()
	fmt.Println(np, ni, ne, nm, ns, nf == nil)
	fmt.Printf("%v %+v %d %s\n", np, ni, ns, ne)
	fmt.Println(fmt.Sprint("a", "b", 1, 2, true, "c", 1.5, nil, 'x'), fmt.Sprintln("end", 1))
	fmt.Printf("%08b|%o|%x|%#b\n", 5, 64, 3735928559, 5)
	fmt.Printf("%x|%X|%#x|%x\n", []byte("abc"), "xyz", []byte("abc"), 1<<40)
	fmt.Printf("%10.3v|%-10v|%10v|\n", "abcdef", []int{1}, true)
	fmt.Printf("%v %v %v\n", int8(-5), uint8(200), uintptr(10))
	fmt.Printf("%6d|%-6d|%06d\n", []int{1, 2}, []int{3}, []int{4})
	fmt.Printf("%p %v\n", nil, [0]int{})
	fmt.Printf("100%%|%c%c|%v\n", 0x4e16, 'x', int64(1)<<62)
	fmt.Printf("%t %v %08.3f %+d %x\n", B(true), 'a', 3.14159, []int{1, -1}, []string{"ab", "cd"})
	fmt.Printf("%e %g %v\n", 0.0, 100000.0, float32(0.1))
	fmt.Printf("%q %v %s\n", []rune("hi"), []rune("hi"), string([]rune("hi")))
}

// expect: 42|   42|42   |00042|+42| 42|2a|2A|0x2a|52|052|0o52|101010|A|'A'|U+0041
// expect: -42|-2a|-42|-0042|007|     007|007     |-0000007
// expect: true|false| true|"hi"|hi|hi|        hi|hi        |he|6869|6869|68 69|`hi`
// expect: {1 0 <nil> [a b] map[a:2 z:1] <nil> <nil>}|{X:0 Y:0 N:<nil> S:[] M:map[] I:5 E:<nil>}|main.P
// expect: []int{1, 2}|map[string]int{"a":1}|"q"|3|struct { A int }{A:1}|[]string(nil)
// expect: [1 a <nil>]|[true false]|&[1]|&map[a:1]
// expect: [a b]|[104 105]|[104 105]|["x y" "z"]|[1 2 3]
// expect: s [1 2] true t [3]
// expect: %!!(int=1)|%!z(string=s)|5|%!s(MISSING)|%!d(MISSING)
// expect: 1 %!d(MISSING)
// expect: 1
// expect: %!(EXTRA int=2, string=x)%!s(int=5)|%!d(string=five)|%!t(int=1)|<nil>
// expect: 2 1| 5|5                                         |%!f(int=000000000000000000000000000000000000000002)
// expect:   3.14|2.5     |+1.23e+04|1e+21|1E-10|-0003.14| 2.00|+2
// expect: int string float64 bool int32 <nil> []interface {}
// expect: map[string][]int chan int func(int, string) error *main.P [3]*int
// expect:     1|2    |00003|68656c6c6f|01AB
// expect:   a|b  |'\n'|U+4E16 '世'|'\u4e16'
// expect: {1 x} [{1 2} {3 4}]
// expect: <nil> <nil> <nil> map[] [] true
// expect: <nil> <nil> [] %!s(<nil>)
// expect: ab1 2 truec1.5 <nil> 120 end 1
// expect:
// expect: 00000101|100|deadbeef|0b101
// expect: 616263|78797A|0x616263|10000000000
// expect:        abc|[1         ]|      true|
// expect: -5 200 10
// expect: [     1      2]|[3     ]|[000004]
// expect: %!p(<nil>) []
// expect: 100%|世x|4611686018427387904
// expect: true 97 0003.142 [+1 -1] [6162 6364]
// expect: 0.000000e+00 100000 0.1
// expect: ['h' 'i'] [104 105] hi
