// A bounded buffer with a condition variable.
package main

import (
	"fmt"
	"sync"
)

type buffer struct {
	mu       sync.Mutex
	notEmpty *sync.Cond
	notFull  *sync.Cond
	items    []int
	max      int
}

func newBuffer(n int) *buffer {
	b := &buffer{max: n}
	b.notEmpty = sync.NewCond(&b.mu)
	b.notFull = sync.NewCond(&b.mu)
	return b
}

func (b *buffer) put(v int) {
	b.mu.Lock()
	for len(b.items) == b.max {
		b.notFull.Wait()
	}
	b.items = append(b.items, v)
	b.mu.Unlock()
	b.notEmpty.Signal()
}

func (b *buffer) get() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.items) == 0 {
		b.notEmpty.Wait()
	}
	v := b.items[0]
	b.items = b.items[1:]
	b.notFull.Signal()
	return v
}

func main() {
	b := newBuffer(3)
	var wg sync.WaitGroup
	for p := 0; p < 3; p++ {
		wg.Add(1)
		go func(p int) {
			defer wg.Done()
			for i := 0; i < 100; i++ {
				b.put(p*1000 + i)
			}
		}(p)
	}
	sums := make(chan int)
	for c := 0; c < 2; c++ {
		go func() {
			s := 0
			for i := 0; i < 150; i++ {
				s += b.get()
			}
			sums <- s
		}()
	}
	fmt.Println(<-sums + <-sums)
	wg.Wait()
	fmt.Println(len(b.items))
}

// expect: 314850
// expect: 0
