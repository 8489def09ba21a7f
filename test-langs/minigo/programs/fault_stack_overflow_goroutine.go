// Recursion without end in a goroutine.
package main

func f(n int, a [20]int) int {
	a[n%20] = n
	return f(n+1, a) + a[3]
}

func main() {
	c := make(chan int)
	go func() { c <- f(0, [20]int{}) }()
	<-c
}

// expect-stderr: fatal error: stack overflow

// expect-exit: 2
