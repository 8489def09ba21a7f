// main ends by Goexit, and then nobody is left.
package main

import (
	"fmt"
	"runtime"
)

func main() {
	defer fmt.Println("deferred")
	runtime.Goexit()
}

// expect-stderr: fatal error: no goroutines (main called runtime.Goexit) - deadlock!

// expect: deferred
// expect-exit: 2
