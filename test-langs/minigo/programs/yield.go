// runtime.Gosched takes turns among goroutines.
package main

import (
	"fmt"
	"runtime"
)

func main() {
	done := make(chan int)
	turn := 0
	for g := 0; g < 3; g++ {
		go func(g int) {
			for i := 0; i < 4; {
				if turn%3 == g {
					fmt.Print(g, i, " ")
					turn++
					i++
				}
				runtime.Gosched()
			}
			done <- g
		}(g)
	}
	sum := 0
	for g := 0; g < 3; g++ {
		sum += <-done
	}
	fmt.Println(sum)
}

// expect: 0 0 1 0 2 0 0 1 1 1 2 1 0 2 1 2 2 2 0 3 1 3 2 3 3
