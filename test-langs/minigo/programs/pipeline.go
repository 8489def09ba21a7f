// A pipeline of stages, each a goroutine.
package main

import (
	"fmt"
	"strings"
)

func source(words ...string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for _, w := range words {
			out <- w
		}
	}()
	return out
}

func stage(in <-chan string, f func(string) string) <-chan string {
	out := make(chan string, 2)
	go func() {
		defer close(out)
		for s := range in {
			if r := f(s); r != "" {
				out <- r
			}
		}
	}()
	return out
}

func main() {
	s := source("alpha", "beta", "", "gamma", "x", "delta")
	s = stage(s, strings.ToUpper)
	s = stage(s, func(w string) string {
		if len(w) < 2 {
			return ""
		}
		return w
	})
	s = stage(s, func(w string) string { return strings.Repeat(w[:1], 2) + strings.ToLower(w[1:]) })
	for w := range s {
		fmt.Println(w)
	}
}

// expect: AAlpha
// expect: BBeta
// expect: GGamma
// expect: DDelta
