// Not supported: dot imports.
package main

import . "fmt"

func main() { Println("x") }

// expect-error: 4:8: not supported: dot imports
// not-go
