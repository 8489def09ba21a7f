// Channels: buffered, unbuffered, directional, closed, nil, of all kinds of elements.
package main

import "fmt"

type msg struct {
	id   int
	text string
	big  [10]int
}

func produce(n int, out chan<- int) {
	defer close(out)
	for i := 0; i < n; i++ {
		out <- i * i
	}
}

func total(in <-chan int) (t int) {
	for v := range in {
		t += v
	}
	return
}

func main() {
	c := make(chan int)
	go produce(10, c)
	fmt.Println(total(c))
	v, ok := <-c
	fmt.Println(v, ok, len(c), cap(c))
	b := make(chan string, 3)
	b <- "a"
	b <- "b"
	fmt.Println(len(b), cap(b))
	close(b)
	for s := range b {
		fmt.Print(s, " ")
	}
	s, ok := <-b
	fmt.Printf("%q %v\n", s, ok)
	m := make(chan msg, 1)
	x := msg{id: 1, text: "hi"}
	x.big[9] = 99
	m <- x
	x.id = 2
	y := <-m
	fmt.Println(y.id, y.text, y.big[9])
	done := make(chan struct{})
	go func() {
		fmt.Println("in goroutine")
		done <- struct{}{}
	}()
	<-done
	cc := make(chan chan int, 1)
	inner := make(chan int, 1)
	cc <- inner
	inner <- 5
	fmt.Println(<-<-cc)
	fs := make(chan func(int) int, 1)
	fs <- func(i int) int { return i + 1 }
	fmt.Println((<-fs)(41))
	var r <-chan int = inner
	var w chan<- int = inner
	w <- 7
	fmt.Println(<-r)
	var n chan int
	fmt.Println(n == nil, len(n), cap(n))
	errs := make(chan error, 2)
	errs <- fmt.Errorf("e%d", 1)
	errs <- nil
	fmt.Println(<-errs, <-errs)
	arr := []chan int{make(chan int, 1), make(chan int, 1)}
	arr[1] <- 3
	fmt.Println(<-arr[1], inner == inner, arr[0] == arr[1])
	f64 := make(chan float64, 1)
	f64 <- 2.5
	b8 := make(chan bool, 1)
	b8 <- true
	fmt.Println(<-f64, <-b8)
}

// expect: 285
// expect: 0 false 0 0
// expect: 2 3
// expect: a b "" false
// expect: 1 hi 99
// expect: in goroutine
// expect: 5
// expect: 42
// expect: 7
// expect: true 0 0
// expect: e1 <nil>
// expect: 3 true false
// expect: 2.5 true
