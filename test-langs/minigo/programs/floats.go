// Floating point and its text.
package main

import (
	"fmt"
	"math"
)

func main() {
	fmt.Println(1.0, 1.5, 1e6, 1e5, 123456789.0, 1e20, 1e21, 1e-4, 1e-5, 0.1+0.2)
	fmt.Println(math.Pi, float32(math.Pi), math.MaxFloat64, math.SmallestNonzeroFloat64)
	var zero float64
	fmt.Println(1/zero, -1/zero, zero/zero, -zero, math.Inf(1), math.NaN())
	fmt.Printf("%f %.2f %8.3f|%-8.2f|%08.3f %+.1f\n", 3.14159, 3.14159, 3.14159, 3.14159, 3.14159, 2.0)
	fmt.Printf("%e %E %.3e %g %G %.3g %.10g\n", 123456.789, 0.00012, 123456.789, 1e-7, 1e100, 123456.0, 100000.0)
	fmt.Printf("%v %6.2v %t\n", 2.50, 3.14159, 1.5 > 1)
	fmt.Println(math.Sqrt(2), math.Floor(-1.5), math.Ceil(1.2), math.Abs(-3), math.Pow(2, 10), math.Trunc(-2.7))
	fmt.Println(math.Max(3, 4), math.Min(3, 4), math.Mod(7, 3), math.Hypot(3, 4), math.Round(2.5))
	fmt.Println(math.MaxInt64, math.MinInt64, uint64(math.MaxUint64), math.MaxInt32)
	nan := math.NaN()
	fmt.Println(nan == nan, nan < 1, nan != nan, math.IsNaN(nan), math.IsInf(1/zero, 0))
	x := 1e100
	y, z := 1.9, -2.9
	fmt.Println(int64(y), uint32(4e9), float32(x) > 1, int32(z))
	const c = 1.0 / 3
	fmt.Println(c, c*3 == 1, float32(c))
	fmt.Printf("%5t|%-7t|%q|%v\n", true, false, 'x', 'x')
	fmt.Printf("%6.2f%%|%x|%X|%5.1f|%-8v|%8v|\n", 99.5, 255, 255, 2.25, 1.5, 2.5)
}

// expect: 1 1.5 1e+06 100000 1.23456789e+08 1e+20 1e+21 0.0001 1e-05 0.3
// expect: 3.141592653589793 3.1415927 1.7976931348623157e+308 5e-324
// expect: +Inf -Inf NaN -0 +Inf NaN
// expect: 3.141590 3.14    3.142|3.14    |0003.142 +2.0
// expect: 1.234568e+05 1.200000E-04 1.235e+05 1e-07 1E+100 1.23e+05 100000
// expect: 2.5    3.1 true
// expect: 1.4142135623730951 -2 2 3 1024 -2
// expect: 4 3 1 5 3
// expect: 9223372036854775807 -9223372036854775808 18446744073709551615 2147483647
// expect: false false true true true
// expect: 1 4000000000 true -2
// expect: 0.3333333333333333 true 0.33333334
// expect:  true|false  |'x'|120
// expect:  99.50%|ff|FF|  2.2|1.5     |     2.5|
