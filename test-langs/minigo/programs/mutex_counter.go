// A counter behind a mutex, from many goroutines that yield at bad moments.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	n := 0
	for g := 0; g < 100; g++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 100; i++ {
				mu.Lock()
				v := n
				if i%10 == 0 {
					runtime.Gosched()
				}
				n = v + 1
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	fmt.Println(n)
}

// expect: 10000
