// Closing twice.
package main

func main() {
	c := make(chan int)
	close(c)
	close(c)
}

// expect-stderr: panic: close of closed channel

// expect-exit: 2
