// A buffered channel as a semaphore bounds how many run at once.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	sem := make(chan struct{}, 3)
	var mu sync.Mutex
	var wg sync.WaitGroup
	running, most, done := 0, 0, 0
	for i := 0; i < 30; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			sem <- struct{}{}
			defer func() { <-sem }()
			mu.Lock()
			running++
			if running > most {
				most = running
			}
			mu.Unlock()
			runtime.Gosched()
			mu.Lock()
			running--
			done++
			mu.Unlock()
		}()
	}
	wg.Wait()
	fmt.Println(most, running, done)
}

// expect: 3 0 30
