// Strings: bytes, runes, slices, conversions, comparison.
package main

import "fmt"

func main() {
	s := "héllo, 世界"
	fmt.Println(len(s), s[1], s[0:1], s[len(s)-3:], s[:0] == "")
	for i, r := range s {
		fmt.Print(i, ":", string(r), " ")
	}
	fmt.Println()
	for i := range "abc" {
		fmt.Print(i, " ")
	}
	fmt.Println()
	b := []byte(s)
	b[0] = 'H'
	r := []rune(s)
	r[1] = 'e'
	fmt.Println(string(b), string(r), len(r), string(rune(0x4e16)), string(b[:3]))
	fmt.Println("a" < "b", "abc" < "abd", "ab" < "abc", "" < "a", "b" > "abc", "x" == "x", "x" != "y")
	t := ""
	for i := 0; i < 5; i++ {
		t += string(rune('a' + i))
	}
	t = t + "-" + t
	fmt.Println(t, len(t))
	raw := `a\n
b`
	fmt.Println(raw, len(raw))
	fmt.Printf("%s|%10s|%-10s|%.2s|%q|%x|% x|%v\n", "go", "go", "go", "golang", "a\"b\n", "hi", "hi", "v")
	fmt.Printf("%c %U %d %q %x\n", '世', '世', '世', '世', '世')
	bad := "a\xffb"
	for i, r := range bad {
		fmt.Print(i, " ", r, ";")
	}
	fmt.Println(len([]rune(bad)))
	fmt.Printf("%q %+q %v %s %x\n", bad, "é", []byte("abc"), []byte("abc"), []byte("abc"))
	var e string
	fmt.Println(e == "", len(e), "tab\there", "\u00e9\U0001F600\x41\101")
	switch s {
	case "x":
		fmt.Println("no")
	case "héllo, 世界":
		fmt.Println("yes")
	}
}

// expect: 14 195 h 界 true
// expect: 0:h 1:é 3:l 4:l 5:o 6:, 7:  8:世 11:界 
// expect: 0 1 2 
// expect: Héllo, 世界 hello, 世界 9 世 Hé
// expect: true true true true true true true
// expect: abcde-abcde 11
// expect: a\n
// expect: b 5
// expect: go|        go|go        |go|"a\"b\n"|6869|68 69|v
// expect: 世 U+4E16 19990 '世' 4e16
// expect: 0 97;1 65533;2 98;3
// expect: "a\xffb" "\u00e9" [97 98 99] abc 616263
// expect: true 0 tab	here é😀AA
// expect: yes
