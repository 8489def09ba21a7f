// A request that is answered in time and one that is not; a cancellation by closing.
package main

import (
	"fmt"
	"time"
)

func request(d time.Duration) <-chan string {
	c := make(chan string, 1)
	go func() {
		time.Sleep(d)
		c <- "answer"
	}()
	return c
}

func get(d, limit time.Duration) string {
	select {
	case s := <-request(d):
		return s
	case <-time.After(limit):
		return "timeout"
	}
}

func worker(quit <-chan struct{}, out chan<- int) {
	n := 0
	for {
		select {
		case <-quit:
			fmt.Println("worker stops")
			close(out)
			return
		case out <- n:
			n++
		}
	}
}

func main() {
	fmt.Println(get(time.Millisecond, time.Second))
	fmt.Println(get(time.Second, 5*time.Millisecond))
	quit, out := make(chan struct{}), make(chan int)
	go worker(quit, out)
	for i := 0; i < 3; i++ {
		fmt.Println(<-out)
	}
	close(quit)
	for range out {
	}
}

// expect: answer
// expect: timeout
// expect: 0
// expect: 1
// expect: 2
// expect: worker stops
