// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Go's goroutines, in the same conversation as systems/serve.h. weft-bench sets GOMAXPROCS.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// The process's own time, as in systems/serve.h; Go has no name for it.
func now() uint64 {
	const processCPUTime = 2
	var t syscall.Timespec
	if _, _, err := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, processCPUTime, uintptr(unsafe.Pointer(&t)), 0); err != 0 {
		panic(err)
	}
	return uint64(t.Nano())
}

// yield: n goroutines yield by turns. The first to start reads the clock, and the last to end.
func yield(n, ops uint64) (uint64, uint64, uint64) {
	each := ops / n
	if each == 0 {
		each = 1
	}
	var all sync.WaitGroup
	var first, last, started, ended, sum uint64 // one processor, and no preemption between these
	all.Add(int(n))
	for i := uint64(0); i < n; i++ {
		go func() {
			runtime.Gosched() // until all of them are there
			if started++; started == 1 {
				first = now()
			}
			for j := uint64(0); j < each; j++ {
				sum++
				runtime.Gosched()
			}
			if ended++; ended == n {
				last = now()
			}
			all.Done()
		}()
	}
	all.Wait()
	return n * each, last - first, sum
}

var ran uint64

func spawn(batch, ops uint64) (uint64, uint64, uint64) {
	var all sync.WaitGroup
	body := func() {
		ran++
		all.Done()
	}
	round := func() {
		all.Add(int(batch))
		for i := uint64(0); i < batch; i++ {
			go body()
		}
		all.Wait()
	}
	round()
	ran = 0
	rounds := (ops + batch - 1) / batch
	start := now()
	for r := uint64(0); r < rounds; r++ {
		round()
	}
	return rounds * batch, now() - start, ran
}

// Where several threads work on one thing, as in systems/serve.h.
var begin = time.Now()

func wall() uint64 { return uint64(time.Since(begin)) }

func channel(_, ops uint64) (uint64, uint64, uint64) { return roundTrips(ops, now) }

func pingPong(_, ops uint64) (uint64, uint64, uint64) { return roundTrips(ops, wall) }

// Each side on a thread of its own.
func pingPongApart(_, ops uint64) (n, ns, sum uint64) {
	ended := make(chan bool)
	go func() {
		runtime.LockOSThread()
		there, back := make(chan uint64), make(chan uint64)
		go func() {
			runtime.LockOSThread()
			echo(there, back)
		}()
		n, ns, sum = roundTripsBy(there, back, ops, wall)
		ended <- true
	}()
	<-ended
	return
}

func echo(there, back chan uint64) {
	for v := range there {
		back <- v + 1
	}
	close(back)
}

func roundTrips(ops uint64, clock func() uint64) (uint64, uint64, uint64) {
	there, back := make(chan uint64), make(chan uint64)
	go echo(there, back)
	return roundTripsBy(there, back, ops, clock)
}

func roundTripsBy(there, back chan uint64, ops uint64, clock func() uint64) (uint64, uint64, uint64) {
	var sum uint64
	start := clock()
	for i := uint64(0); i < ops; i++ {
		there <- i
		sum += <-back
	}
	ns := clock() - start
	close(there)
	<-back
	return ops, ns, sum
}

// skynet: a tree of goroutines, whose leaves send their numbers up.
func skynetNode(up chan uint64, first, leaves uint64) {
	if leaves == 1 {
		up <- first
		return
	}
	const children = 10
	fromChildren := make(chan uint64)
	part := leaves / children
	for i := uint64(0); i < children; i++ {
		go skynetNode(fromChildren, first+i*part, part)
	}
	var sum uint64
	for i := 0; i < children; i++ {
		sum += <-fromChildren
	}
	up <- sum
}

func skynet(leaves, ops uint64) (uint64, uint64, uint64) {
	trees := ops / leaves
	if trees == 0 {
		trees = 1
	}
	up := make(chan uint64)
	var sum uint64
	start := wall()
	for i := uint64(0); i < trees; i++ {
		go skynetNode(up, 0, leaves)
		sum += <-up
	}
	return trees * leaves, wall() - start, sum
}

// storm: goroutines that start very many short ones, and wait for them.
type spawner struct {
	ran     uint64
	pending sync.WaitGroup
	_       [64]byte
}

func storm(spawners, ops uint64) (uint64, uint64, uint64) {
	const all = 1000000
	storms := ops / all
	if storms == 0 {
		storms = 1
	}
	each := make([]spawner, spawners)
	start := wall()
	for i := uint64(0); i < storms; i++ {
		var ended sync.WaitGroup
		ended.Add(len(each))
		for j := range each {
			s := &each[j]
			go func() {
				s.pending.Add(int(all / spawners))
				for k := uint64(0); k < all/spawners; k++ {
					go func() {
						atomic.AddUint64(&s.ran, 1)
						s.pending.Done()
					}()
				}
				s.pending.Wait()
				ended.Done()
			}()
		}
		ended.Wait()
	}
	ns := wall() - start
	var sum uint64
	for j := range each {
		sum += each[j].ran
	}
	return storms * all, ns, sum
}

func resident() uint64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	var total uint64
	for _, line := range strings.Split(string(text), "\n") {
		var kib uint64
		for _, key := range []string{"VmRSS:", "VmPTE:"} {
			if strings.HasPrefix(line, key) {
				fmt.Sscanf(line[len(key):], "%d", &kib)
				total += kib << 10
			}
		}
	}
	return total
}

// parked: what n goroutines cost that wait in a channel each.
func parked(n, _ uint64) (uint64, uint64, uint64) {
	var sum, waiting uint64
	var all sync.WaitGroup
	wake := make([]chan uint64, n)
	for i := range wake {
		wake[i] = make(chan uint64)
	}
	before := resident()
	all.Add(int(n))
	for _, c := range wake {
		c := c
		go func() {
			waiting++
			sum += <-c
			all.Done()
		}()
	}
	for waiting < n {
		runtime.Gosched()
	}
	used := resident() - before
	for _, c := range wake {
		c <- 1
	}
	all.Wait()
	return n, used, sum
}

func main() {
	workloads := map[string]func(param, ops uint64) (uint64, uint64, uint64){
		"yield": yield, "yield-stealing": yield, "spawn": spawn, "channel": channel, "parked": parked,
		"skynet": skynet, "storm": storm, "ping-pong": pingPong, "ping-pong-apart": pingPongApart,
	}
	fmt.Println("system go", runtime.Version())
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var name string
		var param, ops uint64
		fmt.Sscanf(in.Text(), "run %s %d %d", &name, &param, &ops)
		if run, ok := workloads[name]; ok {
			fmt.Println(run(param, ops))
		} else {
			fmt.Println("none")
		}
	}
}
