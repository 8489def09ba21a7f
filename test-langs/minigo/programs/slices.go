// Slices: sharing, append's growth, copy, three-index slices.
package main

import "fmt"

func change(s []int) { s[0] = 99 }

func main() {
	var n []int
	fmt.Println(n == nil, len(n), cap(n), n)
	for i := 0; i < 20; i++ {
		n = append(n, i)
		fmt.Print(cap(n), " ")
	}
	fmt.Println()
	s := []int{1, 2, 3, 4, 5}
	t := s[1:3]
	fmt.Println(t, len(t), cap(t))
	t = append(t, 100)
	fmt.Println(s, t)
	u := s[1:3:3]
	u = append(u, 200)
	fmt.Println(s, u, cap(s[2:]), cap(s[:2:4]))
	change(s)
	fmt.Println(s[0])
	fmt.Println(copy(s, s[2:]), s)
	m := make([]string, 2, 10)
	m[1] = "x"
	fmt.Printf("%v %q %d %d\n", m, m, len(m), cap(m))
	m = append(m, "a", "b", "c")
	m = append(m, m...)
	fmt.Println(m, len(m), cap(m))
	bs := append([]byte("ab"), "cd"...)
	fmt.Println(string(bs), bs)
	grid := make([][]int, 3)
	for i := range grid {
		grid[i] = make([]int, 3)
		for j := range grid[i] {
			grid[i][j] = i * j
		}
	}
	fmt.Println(grid, len(grid[1:]))
	var caps []int
	last := -1
	var big []int64
	for i := 0; i < 5000; i++ {
		big = append(big, 1)
		if cap(big) != last {
			last = cap(big)
			caps = append(caps, last)
		}
	}
	fmt.Println(caps)
	var st []struct{ a, b, c int32 }
	last = -1
	for i := 0; i < 100; i++ {
		st = append(st, struct{ a, b, c int32 }{1, 2, 3})
		if cap(st) != last {
			last = cap(st)
			fmt.Print(last, " ")
		}
	}
	fmt.Println()
	lit := []string{2: "c", 0: "a"}
	fmt.Println(len(lit), lit, append([]int(nil), 1, 2, 3), cap(append([]int{1, 2, 3}, 4)))
	for i, v := range s[1:] {
		s[1] = 7
		fmt.Print(i, v, " ")
	}
	fmt.Println(append(s[:1], s[2:]...))
}

// expect: true 0 0 []
// expect: 1 2 4 4 8 8 8 8 16 16 16 16 16 16 16 16 32 32 32 32 
// expect: [2 3] 2 4
// expect: [1 2 3 100 5] [2 3 100]
// expect: [1 2 3 100 5] [2 3 200] 3 4
// expect: 99
// expect: 3 [3 100 5 100 5]
// expect: [ x] ["" "x"] 2 10
// expect: [ x a b c  x a b c] 10 10
// expect: abcd [97 98 99 100]
// expect: [[0 0 0] [0 1 2] [0 2 4]] 2
// expect: [1 2 4 8 16 32 64 128 256 512 848 1280 1792 2560 3408 5120]
// expect: 1 2 4 8 16 32 64 128 
// expect: 3 [a  c] [1 2 3] 6
// expect: 0 100 1 5 2 100 3 5 [3 5 100 5]
