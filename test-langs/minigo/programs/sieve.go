// The concurrent prime sieve: a chain of goroutines, each passing on what its prime doesn't divide.
// args[1]: how many primes.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func generate(ch chan<- int) {
	for i := 2; ; i++ {
		ch <- i
	}
}

func filter(in <-chan int, out chan<- int, prime int) {
	for {
		i := <-in
		if i%prime != 0 {
			out <- i
		}
	}
}

func main() {
	n := 2500
	if len(os.Args) > 1 {
		if v, err := strconv.Atoi(os.Args[1]); err == nil && v > 0 {
			n = v
		}
	}
	ch := make(chan int)
	go generate(ch)
	last, sum := 0, 0
	for i := 0; i < n; i++ {
		last = <-ch
		sum += last
		next := make(chan int)
		go filter(ch, next, last)
		ch = next
	}
	fmt.Printf("prime number %d is %d, their sum %d\n", n, last, sum)
}

// expect: prime number 2500 is 22307, their sum 26211025
