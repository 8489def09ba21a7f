// A syntax error stops the file.
package main

func main() {
	x := 1 +
	y := 2
}

// expect-error: 6:4: syntax error: unexpected :=
