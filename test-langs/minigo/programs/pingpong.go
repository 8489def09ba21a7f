// Two goroutines hand a ball to each other.
package main

import "fmt"

func player(name string, table chan int, done chan<- string, limit int) {
	for ball := range table {
		if ball >= limit {
			close(table)
			done <- name
			return
		}
		table <- ball + 1
	}
}

func main() {
	table := make(chan int)
	done := make(chan string)
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v + 1
		}
		close(pong)
	}()
	v := 0
	for i := 0; i < 10000; i++ {
		ping <- v
		v = <-pong
	}
	close(ping)
	fmt.Println(v)
	go player("a", table, done, 100)
	table <- 100
	fmt.Println(<-done)
}

// expect: 10000
// expect: a
