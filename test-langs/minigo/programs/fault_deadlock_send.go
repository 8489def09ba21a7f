// main and a goroutine wait for each other, both sending.
package main

func main() {
	a, b := make(chan int), make(chan int)
	go func() { a <- 1; <-b }()
	b <- 2
	<-a
}

// expect-stderr: fatal error: all goroutines are asleep - deadlock!
// expect-stderr: goroutine 1 [chan send]:

// expect-exit: 2
