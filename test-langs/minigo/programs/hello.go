// The first program.
package main

import "fmt"

func main() {
	fmt.Println("Hello, 世界")
	fmt.Print("a", 1, 2, "b", "c", 3.5, '\n', "\n")
	fmt.Printf("%d %s\n", 42, "ok")
}

// expect: Hello, 世界
// expect: a1 2bc3.5 10
// expect: 42 ok
