// Two transfers between two accounts, each with a lock. It is right in most orders.
package main

import (
	"fmt"
	"sync"
	"time"
)

type account struct {
	mu      sync.Mutex
	balance int
}

func transfer(from, to *account, amount int, done *sync.WaitGroup) {
	from.mu.Lock()
	to.mu.Lock()
	from.balance -= amount
	to.balance += amount
	to.mu.Unlock()
	from.mu.Unlock()
	done.Done()
}

func main() {
	a, b := &account{balance: 100}, &account{balance: 100}
	var done sync.WaitGroup
	done.Add(2)
	go transfer(a, b, 30, &done)
	go transfer(b, a, 50, &done)
	done.Wait()
	time.Sleep(time.Second)
	fmt.Println(a.balance, b.balance)
}
