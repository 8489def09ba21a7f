// os.Args, and standard input by bufio.
// args: one two three
// stdin: 3 4
// stdin: hello world
// stdin: last
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	fmt.Println(len(os.Args), os.Args[1:])
	sc := bufio.NewScanner(os.Stdin)
	n := 0
	for sc.Scan() {
		n++
		fmt.Printf("%d: %s\n", n, sc.Text())
	}
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	fmt.Fprintln(w, "buffered", n)
	fmt.Fprintf(os.Stderr, "to stderr\n")
}

// expect-stderr: to stderr

// expect: 4 [one two three]
// expect: 1: 3 4
// expect: 2: hello world
// expect: 3: last
// expect: buffered 3
