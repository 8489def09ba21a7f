// Maps: all kinds of keys, deletion, iteration while changing, printing in key order.
package main

import (
	"fmt"
	"sort"
)

type key struct {
	a int
	s string
}

func main() {
	m := map[string]int{"one": 1, "two": 2}
	m["three"] = 3
	m["one"]++
	v, ok := m["none"]
	fmt.Println(m, len(m), m["one"], v, ok)
	delete(m, "two")
	delete(m, "nothing")
	if _, ok := m["two"]; !ok {
		fmt.Println("gone")
	}
	var nilmap map[int]bool
	fmt.Println(nilmap[3], len(nilmap), nilmap == nil, nilmap)
	delete(nilmap, 1)
	for range nilmap {
		fmt.Println("never")
	}
	k := map[key][]int{}
	k[key{1, "a"}] = append(k[key{1, "a"}], 5, 6)
	k[key{1, "a"}][0] = 50
	fmt.Println(k, len(k))
	i := map[interface{}]string{1: "int", "s": "string", 2.5: "float", key{1, "x"}: "struct"}
	fmt.Println(i[1], i["s"], i[2.5], i[key{1, "x"}], i[int64(1)] == "")
	big := make(map[int]int, 10)
	for n := 0; n < 10000; n++ {
		big[n*7] = n
	}
	for n := 0; n < 10000; n += 2 {
		delete(big, n*7)
	}
	t := 0
	for k, v := range big {
		t += k + v
		delete(big, k)
	}
	fmt.Println(t, len(big))
	var keys []string
	for k := range map[string]bool{"c": true, "a": true, "b": false} {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	fmt.Println(keys)
	nested := map[string]map[string]int{"x": {"y": 1}}
	nested["x"]["z"] = 2
	nested["w"] = map[string]int{}
	fmt.Println(nested)
	f := map[float64]string{1.5: "a", -1: "b"}
	b := map[bool]int{true: 1, false: 0}
	r := map[rune]int{'b': 2, 'a': 1}
	fmt.Println(f, b, r)
	set := map[int]struct{}{3: {}, 1: {}}
	_, has := set[3]
	fmt.Println(set, has)
	count := map[byte]int{}
	for _, c := range []byte("hello") {
		count[c]++
	}
	fmt.Println(count['l'], count)
	m2 := m
	m2["shared"] = 1
	fmt.Println(m["shared"], fmt.Sprintf("%v %d", m, m))
	fn := map[string]func(int) int{"dbl": func(i int) int { return 2 * i }}
	fmt.Println(fn["dbl"](4))
	ptr := map[*int]int{}
	x := 1
	ptr[&x] = 5
	fmt.Println(ptr[&x])
}

// expect: map[one:2 three:3 two:2] 3 2 0 false
// expect: gone
// expect: false 0 true map[]
// expect: map[{1 a}:[50 6]] 1
// expect: int string float struct true
// expect: 200000000 0
// expect: [a b c]
// expect: map[w:map[] x:map[y:1 z:2]]
// expect: map[-1:b 1.5:a] map[false:0 true:1] map[97:1 98:2]
// expect: map[1:{} 3:{}] true
// expect: 2 map[101:1 104:1 108:2 111:1]
// expect: 1 map[one:2 shared:1 three:3] map[%!d(string=one):2 %!d(string=shared):1 %!d(string=three):3]
// expect: 8
// expect: 5
