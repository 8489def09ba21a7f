// Unlocking what is not locked cannot be recovered from.
package main

import "sync"

func main() {
	defer func() { recover() }()
	var mu sync.Mutex
	mu.Unlock()
}

// expect-stderr: fatal error: sync: unlock of unlocked mutex

// expect-exit: 2
