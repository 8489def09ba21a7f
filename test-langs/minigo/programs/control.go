// if, for, switch, labels, goto.
package main

import "fmt"

func grade(n int) string {
	switch {
	case n >= 90:
		return "A"
	case n >= 80:
		return "B"
	}
	return "F"
}

func sw(n int) (s string) {
	switch n {
	case 0:
		s = "zero"
	case 1, 2, 3:
		s = "small"
		fallthrough
	case 4:
		s += "+four"
	case 100:
		break
	default:
		s = "default"
	}
	return
}

func main() {
	for i := 0; i < 3; i++ {
		if i == 1 {
			continue
		}
		fmt.Print(i, " ")
	}
	n := 0
	for n < 5 {
		n += 2
	}
	for {
		n--
		if n == 0 {
			break
		}
	}
	fmt.Println(n)
outer:
	for i := 0; i < 5; i++ {
		for j := 0; j < 5; j++ {
			if j == 3 {
				continue outer
			}
			if i == 2 {
				break outer
			}
			fmt.Print(i, j, " ")
		}
	}
	fmt.Println()
	fmt.Println(grade(95), grade(85), grade(10))
	for _, k := range []int{0, 2, 4, 100, 7} {
		fmt.Print(sw(k), " ")
	}
	fmt.Println()
	if x := 5; x > 3 {
		fmt.Println("big", x)
	} else if x > 1 {
		fmt.Println("mid")
	} else {
		fmt.Println("small")
	}
	switch x := interface{}(3.5); x {
	case 1:
		fmt.Println("one")
	case 3.5:
		fmt.Println("three and a half")
	}
	i := 0
loop:
	if i < 3 {
		fmt.Print("goto ", i, " ")
		i++
		goto loop
	}
	fmt.Println()
L:
	for {
		switch {
		case i > 5:
			break L
		default:
			i++
		}
	}
	fmt.Println(i)
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		fmt.Print(i, "-", j, " ")
	}
	fmt.Println()
	a, b := 1, 2
	a, b = b, a+b
	arr := []int{0, 1, 2}
	i = 0
	i, arr[i] = 2, 9
	fmt.Println(a, b, i, arr)
	{
		a := "shadow"
		_ = a
	}
	t, f := true, false
	fmt.Println(t && f, t || f, !t, t && !f || f)
	side := func(s string, r bool) bool { fmt.Print(s, " "); return r }
	_ = side("a", false) && side("b", true)
	_ = side("c", true) || side("d", true)
	fmt.Println()
}

// expect: 0 2 0
// expect: 0 0 0 1 0 2 1 0 1 1 1 2 
// expect: A B F
// expect: zero small+four +four  default 
// expect: big 5
// expect: three and a half
// expect: goto 0 goto 1 goto 2 
// expect: 6
// expect: 0-10 1-8 2-6 3-4 
// expect: 2 3 2 [9 1 2]
// expect: false true false true
// expect: a c 
