// Closing nil.
package main

func main() {
	var c chan int
	close(c)
}

// expect-stderr: panic: close of nil channel

// expect-exit: 2
