// Locking a mutex twice.
package main

import "sync"

func main() {
	var mu sync.Mutex
	mu.Lock()
	mu.Lock()
}

// expect-stderr: fatal error: all goroutines are asleep - deadlock!

// expect-exit: 2
