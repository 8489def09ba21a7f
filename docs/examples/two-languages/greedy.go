// The greedy one: goroutines that compute for long before they let anybody else run.
package main

func breathe() // of the embedder: counts what ran since the last one, and yields
func goes_on() bool
func found(x uint64)

func twice(n int) int // of the other language; nobody here knows of which
func receive() int    // a request of it; negative: there are no more
func answer(n int)

func compute(x uint64, n int) uint64 {
	for i := 0; i < n; i++ {
		x = x*6364136223846793005 + 1442695040888963407
		x ^= x >> 29
	}
	return x
}

func work(seed uint64) {
	for goes_on() {
		seed = compute(seed, 200000)
		breathe()
	}
	found(seed)
}

func main() {
	for i := 1; i < 3; i++ {
		go work(uint64(i))
	}
	work(0)
	for n := receive(); n >= 0; n = receive() {
		answer(twice(n) + 1)
	}
}
