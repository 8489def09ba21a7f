// Not supported: package reflect.
package main

import "reflect"

func main() { _ = reflect.TypeOf(1) }

// expect-error: 4:8: not supported: package reflect
// not-go
