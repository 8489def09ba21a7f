// A sender that waits when the channel is closed panics too.
package main

import "time"

func main() {
	c := make(chan int)
	go func() { c <- 1 }()
	time.Sleep(time.Millisecond)
	close(c)
	time.Sleep(time.Second)
}

// expect-stderr: panic: send on closed channel

// expect-exit: 2
