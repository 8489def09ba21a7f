// Integer sizes wrap around, division and shifts are defined.
package main

import "fmt"

func main() {
	var i8 int8 = 127
	i8++
	var u8 uint8 = 0
	u8--
	var i16 int16 = -32768
	i16--
	var u16 uint16 = 65535
	u16 += 2
	var i32 int32 = 1 << 30
	i32 *= 4
	var u32 uint32 = 1 << 31
	u32 <<= 1
	var i64 int64 = -1 << 63
	fmt.Println(i8, u8, i16, u16, i32, u32, i64, -i64, i64-1)
	m1 := int64(-1)
	fmt.Println(i64/m1, i64%m1)
	fmt.Println(7/2, -7/2, 7%3, -7%3, 7%-3)
	s := uint(70)
	one := 1
	fmt.Println(one<<s, -1>>s, i64>>s, uint8(255)>>s, one<<63)
	var a uint64 = 1<<64 - 1
	fmt.Println(a, a+1, ^a, a>>1)
	x, y := 0b1100, 0b1010
	fmt.Println(x&y, x|y, x^y, x&^y, ^x)
	x <<= 2
	x |= 1
	x &^= 16
	fmt.Println(x, 0x_ff, 0o17, 017, 1_000_000, 'a', '\n', '世')
	fmt.Println(int8(-128)/int8(m1), uint8(i16), int8(u16), uint32(i64+5))
	const big = 1 << 100
	fmt.Println(big>>98, big/(1<<97))
	var f32 float32 = 16777216
	fmt.Println(f32+1 == f32, float32(0.1), 0.1, float64(float32(0.1)))
	g, h := 3.99, -3.99
	fmt.Println(int(g), int(h), int64(1e18), uint8(int(300)&0xff))
	var sh int8 = 3
	fmt.Println(1<<sh, uint16(1)<<sh, 5.0*2, 1/2.0, 7/2*2.0)
}

// expect: -128 255 32767 1 0 0 -9223372036854775808 -9223372036854775808 9223372036854775807
// expect: -9223372036854775808 0
// expect: 3 -3 1 -1 1
// expect: 0 -1 -1 0 -9223372036854775808
// expect: 18446744073709551615 0 0 9223372036854775807
// expect: 8 14 6 4 -13
// expect: 33 255 15 15 1000000 97 10 19990
// expect: -128 255 1 5
// expect: 4 8
// expect: true 0.1 0.1 0.10000000149011612
// expect: 3 -3 1000000000000000000 44
// expect: 8 8 10 0.5 6
