// Sequential work: n queens, matrix product, a sieve, string building, sorting.
package main

import (
	"fmt"
	"sort"
	"strings"
)

func queens(n, row int, cols, d1, d2 []bool) int {
	if row == n {
		return 1
	}
	c := 0
	for i := 0; i < n; i++ {
		if cols[i] || d1[row+i] || d2[row-i+n] {
			continue
		}
		cols[i], d1[row+i], d2[row-i+n] = true, true, true
		c += queens(n, row+1, cols, d1, d2)
		cols[i], d1[row+i], d2[row-i+n] = false, false, false
	}
	return c
}

type matrix [][]float64

func mul(a, b matrix) matrix {
	n := len(a)
	c := make(matrix, n)
	for i := range c {
		c[i] = make([]float64, n)
		for j := range c[i] {
			for k := 0; k < n; k++ {
				c[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return c
}

type byLen []string

func (b byLen) Len() int           { return len(b) }
func (b byLen) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b byLen) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

func main() {
	n := 8
	fmt.Println(queens(n, 0, make([]bool, n), make([]bool, 2*n), make([]bool, 2*n+1)))
	m := matrix{{1, 2}, {3, 4}}
	fmt.Println(mul(m, mul(m, m)))
	composite := make([]bool, 10000)
	count := 0
	for i := 2; i < len(composite); i++ {
		if !composite[i] {
			count++
			for j := i * i; j < len(composite); j += i {
				composite[j] = true
			}
		}
	}
	fmt.Println(count)
	var sb strings.Builder
	for i := 0; i < 5; i++ {
		fmt.Fprintf(&sb, "%d,", i*i)
	}
	fmt.Println(sb.String(), sb.Len())
	w := strings.Fields("the quick brown fox jumps over a lazy dog")
	sort.Stable(byLen(w))
	fmt.Println(w, sort.SearchInts([]int{1, 3, 5}, 4))
	sort.Sort(sort.Reverse(sort.StringSlice(w)))
	fmt.Println(strings.Join(w, "-"))
	big := make([]int, 1000)
	x := uint32(1)
	for i := range big {
		x = x*1664525 + 1013904223
		big[i] = int(x >> 8)
	}
	sort.Ints(big)
	fmt.Println(sort.IntsAreSorted(big), big[0], big[999])
}

// expect: 92
// expect: [[37 54] [81 118]]
// expect: 1229
// expect: 0,1,4,9,16, 11
// expect: [a the fox dog over lazy quick brown jumps] 2
// expect: the-quick-over-lazy-jumps-fox-dog-brown-a
// expect: true 12059 16773245
