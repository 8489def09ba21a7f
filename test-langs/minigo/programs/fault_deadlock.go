// main waits for a value nobody sends.
package main

import "fmt"

func main() {
	fmt.Println("before")
	c := make(chan int)
	<-c
}

// expect-stderr: fatal error: all goroutines are asleep - deadlock!
// expect-stderr: goroutine 1 [chan receive]:

// expect: before
// expect-exit: 2
