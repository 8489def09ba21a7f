// Workers take jobs from one channel and give results to another.
package main

import (
	"fmt"
	"sort"
	"sync"
)

type job struct{ id, n int }
type result struct {
	job
	sum int
}

func work(j job) result {
	s := 0
	for i := 1; i <= j.n; i++ {
		s += i
	}
	return result{j, s}
}

func main() {
	jobs, results := make(chan job, 10), make(chan result, 10)
	var wg sync.WaitGroup
	for w := 0; w < 4; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range jobs {
				results <- work(j)
			}
		}()
	}
	go func() {
		for i := 0; i < 20; i++ {
			jobs <- job{i, i * 10}
		}
		close(jobs)
		wg.Wait()
		close(results)
	}()
	var all []result
	for r := range results {
		all = append(all, r)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].id < all[j].id })
	for _, r := range all[15:] {
		fmt.Println(r.id, r.n, r.sum)
	}
	fmt.Println(len(all))
}

// expect: 15 150 11325
// expect: 16 160 12880
// expect: 17 170 14535
// expect: 18 180 16290
// expect: 19 190 18145
// expect: 20
