// What panics with values of several types print; here a string, from a goroutine.
package main

import (
	"fmt"
	"time"
)

func main() {
	fmt.Println("start")
	go func() {
		defer fmt.Println("goroutine's deferred")
		panic("bad " + fmt.Sprint(42))
	}()
	time.Sleep(time.Second)
	fmt.Println("not reached")
}

// expect-stderr: panic: bad 42

// expect: start
// expect: goroutine's deferred
// expect-exit: 2
