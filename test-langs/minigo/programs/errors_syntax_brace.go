// The brace on the next line.
package main

func main() {
	if true
	{
	}
}

// expect-error: 5:9: syntax error: unexpected newline, expecting { after if clause
