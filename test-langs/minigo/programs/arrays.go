// Arrays are values.
package main

import "fmt"

type Board [3][3]int

func set(b Board) Board {
	b[1][1] = 5
	return b
}

func sum(a [100]int) (t int) {
	for _, v := range a {
		t += v
	}
	a[0] = 1000
	return
}

func main() {
	a := [3]int{1, 2, 3}
	b := a
	b[0] = 9
	fmt.Println(a, b, a == b, a == [3]int{1, 2, 3}, len(a))
	var board Board
	c := set(board)
	fmt.Println(board, c, board == c)
	var big [100]int
	for i := range big {
		big[i] = i
	}
	fmt.Println(sum(big), big[0], sum(big))
	p := &big
	p[5] = 500
	for i, v := range p {
		if i == 5 {
			fmt.Println(v, len(p))
		}
	}
	sl := big[10:20]
	sl[0] = -1
	fmt.Println(big[10], len(sl), cap(sl))
	d := [...]string{"x", "y", 5: "z"}
	fmt.Printf("%v %d %q\n", d, len(d), d)
	for i, v := range a {
		a[2] = 100
		fmt.Print(i, v, " ")
	}
	fmt.Println(a)
	x, y := [5]int{1}, [5]int{2}
	x, y = y, x
	fmt.Println(x, y)
	m := map[[2]int]string{{1, 2}: "a"}
	m[[2]int{3, 4}] = "b"
	fmt.Println(m[[2]int{1, 2}], m[[2]int{3, 4}], len(m))
	arrs := [][2]int{{1, 2}, {3, 4}}
	for _, v := range arrs {
		v[0] = 0
	}
	fmt.Println(arrs)
}

// expect: [1 2 3] [9 2 3] false true 3
// expect: [[0 0 0] [0 0 0] [0 0 0]] [[0 0 0] [0 5 0] [0 0 0]] false
// expect: 4950 0 4950
// expect: 500 100
// expect: -1 10 90
// expect: [x y    z] 6 ["x" "y" "" "" "" "z"]
// expect: 0 1 1 2 2 3 [1 2 100]
// expect: [2 0 0 0 0] [1 0 0 0 0]
// expect: a b 2
// expect: [[1 2] [3 4]]
