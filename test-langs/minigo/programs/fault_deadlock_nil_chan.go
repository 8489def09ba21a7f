// A nil channel is never ready.
package main

func main() {
	var c chan int
	c <- 1
}

// expect-stderr: fatal error: all goroutines are asleep - deadlock!
// expect-stderr: goroutine 1 [chan send (nil chan)]:

// expect-exit: 2
