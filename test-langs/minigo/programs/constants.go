// Constants: iota, untyped arithmetic, typed constants, Stringer on them.
package main

import "fmt"

type Weekday int

const (
	Sunday Weekday = iota
	Monday
	Tuesday
	_
	Thursday
)

func (d Weekday) String() string { return [...]string{"Sun", "Mon", "Tue", "Wed", "Thu"}[d] }

const (
	_  = iota
	KB = 1 << (10 * iota)
	MB
	GB
)

const (
	a, b = iota, iota * 10
	c, d
)

type Flags uint8

const (
	FlagA Flags = 1 << iota
	FlagB
	FlagC
)

const huge = 1 << 200
const name, size = "weft", len("weft")
const f = 2.5
const mask = ^uint32(0)
const e = 'a' + 1

func main() {
	fmt.Println(Sunday, Monday, Thursday, Weekday(2))
	fmt.Println(KB, MB, GB, a, b, c, d)
	fmt.Println(FlagA, FlagB|FlagC, FlagA&^FlagA)
	fmt.Println(huge>>195, name, size, f*2, mask, e, string(rune(e)))
	fmt.Printf("%d %v %s %T %T %T\n", Monday, Monday, Monday, Monday, e, f)
	const local = 10
	var x float64 = local
	var y uint8 = local * 25
	fmt.Println(x/4, y, local/4, local/4.0, 7.0/2)
	const typed int64 = 5
	var z int64 = typed << 3
	fmt.Println(z, 5%3, -5%3, 1<<3|1, "con"+"cat", len("世"), true && !false)
	const big = 1e18
	fmt.Println(int64(big), 0xFFFFFFFFFFFFFFFF>>60, 'x' == 120)
}

// expect: Sun Mon Thu Tue
// expect: 1024 1048576 1073741824 0 0 1 10
// expect: 1 6 0
// expect: 32 weft 4 5 4294967295 98 b
// expect: 1 Mon Mon main.Weekday int32 float64
// expect: 2.5 250 2 2.5 3.5
// expect: 40 2 -2 9 concat 3 true
// expect: 1000000000000000000 15 true
