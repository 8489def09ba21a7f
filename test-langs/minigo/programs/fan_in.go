// Several producers merged into one channel.
package main

import (
	"fmt"
	"sync"
)

func gen(base, n int) <-chan int {
	out := make(chan int)
	go func() {
		for i := 0; i < n; i++ {
			out <- base + i
		}
		close(out)
	}()
	return out
}

func merge(cs ...<-chan int) <-chan int {
	out := make(chan int)
	var wg sync.WaitGroup
	wg.Add(len(cs))
	for _, c := range cs {
		go func(c <-chan int) {
			for v := range c {
				out <- v
			}
			wg.Done()
		}(c)
	}
	go func() { wg.Wait(); close(out) }()
	return out
}

func main() {
	sum, count := 0, 0
	for v := range merge(gen(0, 100), gen(1000, 50), gen(100000, 7)) {
		sum += v
		count++
	}
	fmt.Println(sum, count)
}

// expect: 756196 157
