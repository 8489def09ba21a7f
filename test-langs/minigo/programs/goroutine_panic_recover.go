// Goroutines that recover their own panics; Goexit runs deferred calls.
package main

import (
	"fmt"
	"runtime"
)

func safe(id int, out chan<- string) {
	defer func() {
		if r := recover(); r != nil {
			out <- fmt.Sprint("worker ", id, ": ", r)
			return
		}
		out <- fmt.Sprint("worker ", id, ": ok")
	}()
	if id%2 == 1 {
		var m map[int]int
		m[id] = 1
	}
}

func main() {
	out := make(chan string)
	for i := 0; i < 4; i++ {
		go safe(i, out)
		fmt.Println(<-out)
	}
	done := make(chan bool)
	go func() {
		defer close(done)
		defer fmt.Println("deferred at exit")
		func() {
			runtime.Goexit()
		}()
		fmt.Println("not reached")
	}()
	<-done
	for runtime.NumGoroutine() > 1 { // the last one closed done and has a way to go
		runtime.Gosched()
	}
	fmt.Println(runtime.NumGoroutine())
}

// expect: worker 0: ok
// expect: worker 1: assignment to entry in nil map
// expect: worker 2: ok
// expect: worker 3: assignment to entry in nil map
// expect: deferred at exit
// expect: 1
