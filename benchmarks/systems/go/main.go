// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Go's goroutines on one processor, in the same conversation as systems/serve.h.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
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

func channel(_, ops uint64) (uint64, uint64, uint64) {
	there, back := make(chan uint64), make(chan uint64)
	go func() {
		for v := range there {
			back <- v + 1
		}
		close(back)
	}()
	var sum uint64
	start := now()
	for i := uint64(0); i < ops; i++ {
		there <- i
		sum += <-back
	}
	ns := now() - start
	close(there)
	<-back
	return ops, ns, sum
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
	runtime.GOMAXPROCS(1)
	workloads := map[string]func(param, ops uint64) (uint64, uint64, uint64){
		"yield": yield, "spawn": spawn, "channel": channel, "parked": parked,
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
