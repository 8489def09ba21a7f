// Package sync: Mutex, RWMutex, WaitGroup, Once, Cond; and sync/atomic.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

type counter struct {
	sync.Mutex
	n map[string]int
}

func (c *counter) inc(k string) {
	c.Lock()
	defer c.Unlock()
	c.n[k]++
}

func main() {
	c := counter{n: map[string]int{}}
	var wg sync.WaitGroup
	for i := 0; i < 50; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			for j := 0; j < 20; j++ {
				c.inc(fmt.Sprint("k", i%3))
				if j%5 == 0 {
					runtime.Gosched()
				}
			}
		}(i)
	}
	wg.Wait()
	fmt.Println(c.n)
	var once sync.Once
	for i := 0; i < 3; i++ {
		once.Do(func() { fmt.Println("once", i) })
	}
	var rw sync.RWMutex
	shared := 0
	for i := 0; i < 10; i++ {
		wg.Add(2)
		go func() {
			rw.Lock()
			v := shared
			runtime.Gosched()
			shared = v + 1
			rw.Unlock()
			wg.Done()
		}()
		go func() {
			rw.RLock()
			_ = shared
			runtime.Gosched()
			rw.RUnlock()
			wg.Done()
		}()
	}
	wg.Wait()
	fmt.Println(shared)
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := 0
	for i := 0; i < 5; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			for ready == 0 {
				cond.Wait()
			}
			ready++
			mu.Unlock()
		}()
	}
	runtime.Gosched()
	mu.Lock()
	ready = 1
	cond.Broadcast()
	mu.Unlock()
	wg.Wait()
	fmt.Println(ready)
	var n int64
	var m atomic.Int32
	for i := 0; i < 100; i++ {
		wg.Add(1)
		go func() {
			atomic.AddInt64(&n, 2)
			m.Add(1)
			wg.Done()
		}()
	}
	wg.Wait()
	fmt.Println(atomic.LoadInt64(&n), m.Load(), atomic.CompareAndSwapInt64(&n, 200, 1), n)
	fmt.Println(mu.TryLock(), mu.TryLock())
	mu.Unlock()
}

// expect: map[k0:340 k1:340 k2:320]
// expect: once 0
// expect: 10
// expect: 6
// expect: 200 100 true 1
// expect: true false
