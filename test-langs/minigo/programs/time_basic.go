// Package time: durations and their text, sleeping in order, Since.
package main

import (
	"fmt"
	"time"
)

func main() {
	fmt.Println(time.Second, 1500*time.Millisecond, 2*time.Hour+3*time.Minute, time.Duration(0), 42*time.Nanosecond,
		15*time.Microsecond, -time.Minute, time.Duration(1234567890))
	d := 90 * time.Second
	fmt.Println(d.Minutes(), d.Seconds(), d.Milliseconds(), d.Hours(), d)
	fmt.Printf("%v %d %s %T %.1f\n", d, d, d, d, d.Seconds())
	start := time.Now()
	c := make(chan int)
	for _, ms := range []int{30, 10, 20} {
		go func(ms int) {
			time.Sleep(time.Duration(ms) * time.Millisecond)
			c <- ms
		}(ms)
	}
	fmt.Println(<-c, <-c, <-c)
	el := time.Since(start)
	fmt.Println(el >= 30*time.Millisecond, el < 10*time.Second, time.Now().After(start), time.Now().Sub(start) > 0)
	done := make(chan bool)
	time.AfterFunc(time.Millisecond, func() { done <- true })
	fmt.Println(<-done)
	const timeout = 5 * time.Millisecond
	select {
	case <-done:
	case <-time.After(timeout):
		fmt.Println("timed out after", timeout)
	}
	fmt.Println((1234 * time.Millisecond).Round(time.Second), (1999 * time.Millisecond).Truncate(time.Second))
}

// expect: 1s 1.5s 2h3m0s 0s 42ns 15µs -1m0s 1.23456789s
// expect: 1.5 90 90000 0.025 1m30s
// expect: 1m30s 90000000000 1m30s time.Duration 90.0
// expect: 10 20 30
// expect: true true true true
// expect: true
// expect: timed out after 5ms
// expect: 1s 1s
