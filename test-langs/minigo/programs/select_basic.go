// select: default, several ready, closed channels, nil cases, send and receive, time-outs.
package main

import (
	"fmt"
	"time"
)

func main() {
	a, b := make(chan int, 1), make(chan string, 1)
	select {
	case v := <-a:
		fmt.Println("got", v)
	default:
		fmt.Println("nothing")
	}
	a <- 1
	select {
	case v := <-a:
		fmt.Println("got", v)
	case s := <-b:
		fmt.Println("got", s)
	}
	select {
	case b <- "sent":
		fmt.Println("sent")
	case a <- 2:
		<-a
		b <- "sent"
		fmt.Println("sent")
	}
	select {
	case b <- "full":
		fmt.Println("wrong")
	default:
		fmt.Println("full")
	}
	c := make(chan int)
	close(c)
	for i := 0; i < 2; i++ {
		select {
		case v, ok := <-c:
			fmt.Println(v, ok)
		}
	}
	var nilc chan int
	select {
	case <-nilc:
		fmt.Println("wrong")
	case <-time.After(5 * time.Millisecond):
		fmt.Println("timeout")
	}
	counts := [2]int{}
	x, y := make(chan int, 1), make(chan int, 1)
	for i := 0; i < 1000; i++ {
		x <- 1
		y <- 1
		select {
		case <-x:
			counts[0]++
			<-y
		case <-y:
			counts[1]++
			<-x
		}
	}
	fmt.Println(counts[0] > 300, counts[1] > 300, counts[0]+counts[1])
	quit, data := make(chan bool), make(chan int)
	go func() {
		for i := 0; i < 3; i++ {
			data <- i
		}
		close(quit)
	}()
loop:
	for {
		select {
		case v := <-data:
			fmt.Println("data", v)
		case <-quit:
			break loop
		}
	}
	var arr [3]int
	idx := 1
	e := make(chan int, 1)
	e <- 42
	select {
	case arr[idx] = <-e:
	}
	var ok bool
	close(e)
	select {
	case arr[2], ok = <-e:
	}
	fmt.Println(arr, ok)
	t := time.NewTimer(time.Hour)
	fmt.Println(t.Stop())
	tick := time.NewTicker(time.Millisecond)
	n := 0
	for range tick.C {
		if n++; n == 3 {
			tick.Stop()
			break
		}
	}
	fmt.Println("ticks", n)
}

// expect: nothing
// expect: got 1
// expect: sent
// expect: full
// expect: 0 false
// expect: 0 false
// expect: timeout
// expect: true true 1000
// expect: data 0
// expect: data 1
// expect: data 2
// expect: [0 42 0] false
// expect: true
// expect: ticks 3
