// One Done too many.
package main

import "sync"

func main() {
	var wg sync.WaitGroup
	wg.Add(1)
	wg.Done()
	wg.Done()
}

// expect-stderr: panic: sync: negative WaitGroup counter

// expect-exit: 2
