// Packages strings, strconv, unicode, errors.
package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func main() {
	s := "Hello, World, Hello"
	fmt.Println(strings.Contains(s, "World"), strings.Index(s, "o"), strings.LastIndex(s, "Hello"), strings.Count(s, "l"), strings.IndexByte(s, 'W'))
	fmt.Println(strings.HasPrefix(s, "Hell"), strings.HasSuffix(s, "x"), strings.Replace(s, "Hello", "Bye", 1), strings.ReplaceAll(s, "l", "L"))
	fmt.Printf("%q %q %q\n", strings.Split("a,b,,c", ","), strings.SplitN("a,b,c", ",", 2), strings.Split("abc", ""))
	fmt.Printf("%q %q %q\n", strings.Fields("  a b\t c\n"), strings.TrimSpace(" \t x \n"), strings.Trim("xxhixx", "x"))
	fmt.Println(strings.ToUpper("héllo"), strings.ToLower("ABC"), strings.Title("ab cd"), strings.Repeat("ab", 3), strings.EqualFold("Go", "GO"))
	fmt.Println(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, "a1b2"), strings.TrimLeft("001", "0"), strings.TrimPrefix("prefix-x", "prefix-"), strings.TrimSuffix("a.go", ".go"))
	before, after, ok := strings.Cut("k=v", "=")
	fmt.Println(before, after, ok, strings.ContainsRune("abc", 'b'), strings.Join([]string{"x"}, ","))
	n, err := strconv.Atoi("123")
	fmt.Println(n, err)
	_, err = strconv.Atoi("12a")
	fmt.Println(err)
	_, err = strconv.ParseInt("99999999999999999999", 10, 64)
	fmt.Println(err, errors.Is(err, strconv.ErrRange))
	b, _ := strconv.ParseBool("true")
	f, _ := strconv.ParseFloat("2.5e3", 64)
	h, _ := strconv.ParseInt("-ff", 16, 64)
	u, _ := strconv.ParseUint("101", 2, 8)
	fmt.Println(b, f, h, u, strconv.Itoa(-45), strconv.FormatInt(255, 16), strconv.Quote("a\n\"b\""), strconv.FormatFloat(1.5, 'f', 3, 64))
	fmt.Println(utf8.RuneCountInString("世界!"), utf8.RuneLen('世'), unicode.IsUpper('A'), unicode.IsLetter('1'), unicode.IsSpace('\t'))
	e1 := errors.New("one")
	e2 := fmt.Errorf("two: %w", e1)
	e3 := fmt.Errorf("three: %w", e2)
	fmt.Println(e3, errors.Is(e3, e1), errors.Unwrap(e3) == e2, errors.Is(e1, e3))
}

// expect: true 4 14 5 7
// expect: true false Bye, World, Hello HeLLo, WorLd, HeLLo
// expect: ["a" "b" "" "c"] ["a" "b,c"] ["a" "b" "c"]
// expect: ["a" "b" "c"] "x" "hi"
// expect: HÉLLO abc Ab Cd ababab true
// expect: AB 1 x a
// expect: k v true true x
// expect: 123 <nil>
// expect: strconv.Atoi: parsing "12a": invalid syntax
// expect: strconv.ParseInt: parsing "99999999999999999999": value out of range true
// expect: true 2500 -255 5 -45 ff "a\n\"b\"" 1.500
// expect: 3 3 true false true
// expect: three: two: one true true false
