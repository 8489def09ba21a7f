// Not supported: time.Date.
package main

import "time"

func main() {
	println(time.Date(2020, 1, 1, 0, 0, 0, 0, nil))
}

// expect-error: 7:15: not supported: time.Date
// not-go
