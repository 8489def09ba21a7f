// Not supported: package net/http.
package main

import "net/http"

func main() { http.ListenAndServe(":80", nil) }

// expect-error: 4:8: not supported: package net/http
// not-go
