// Sending on a closed channel.
package main

func main() {
	c := make(chan int, 1)
	close(c)
	c <- 1
}

// expect-stderr: panic: send on closed channel

// expect-exit: 2
