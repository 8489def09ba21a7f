// The checker's messages, in gc's words.
package main

import (
	"fmt"
	"os"
)

type T struct{ a int }
type I interface{ M() }

func f(a int, s string) (int, string) { return a, s }
func g() int {
	for {
		break
	}
}

func main() {
	var x uint8 = 300
	var z string = 1
	w := 5
	fmt.Println(undefinedName, 1+z)
	f(1)
	f("x", "y")
	var i I = T{}
}

// expect-error: 6:2: imported and not used: "os"
// expect-error: 17:1: missing return
// expect-error: 20:16: cannot use 300 (untyped int constant) as uint8 value in variable declaration (overflows)
// expect-error: 21:17: cannot use 1 (untyped int constant) as string value in variable declaration
// expect-error: 22:2: w declared but not used
// expect-error: 23:14: undefined: undefinedName
// expect-error: 24:4: not enough arguments in call to f
// expect-error: 25:4: cannot use "x" (untyped string constant) as int value in argument to f
// expect-error: 26:12: cannot use T{} (value of type T) as type I in variable declaration:
