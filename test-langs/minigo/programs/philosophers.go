// Dining philosophers; an order on the forks keeps them from starving one another.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	const n, meals = 5, 50
	var forks [n]sync.Mutex
	var eaten [n]int
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			a, b := id, (id+1)%n
			if a > b {
				a, b = b, a
			}
			for m := 0; m < meals; m++ {
				forks[a].Lock()
				runtime.Gosched()
				forks[b].Lock()
				eaten[id]++
				forks[b].Unlock()
				forks[a].Unlock()
			}
		}(i)
	}
	wg.Wait()
	fmt.Println(eaten)
}

// expect: [50 50 50 50 50]
