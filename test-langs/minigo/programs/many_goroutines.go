// A hundred thousand goroutines at once.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	const n = 100000
	var wg sync.WaitGroup
	start := make(chan struct{})
	total := 0
	var mu sync.Mutex
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func(i int) {
			<-start
			mu.Lock()
			total += i
			mu.Unlock()
			wg.Done()
		}(i)
	}
	runtime.Gosched()
	fmt.Println(runtime.NumGoroutine() == n+1)
	close(start)
	wg.Wait()
	fmt.Println(total)
}

// expect: true
// expect: 4999950000
