// Package runtime: the part that programs call, and the type of run-time errors.
package runtime

type Error interface {
	error
	RuntimeError()
}

type errorString string

func (e errorString) Error() string { return string(e) }
func (e errorString) RuntimeError() {}

// The C++ side makes run-time errors of this type; converting one here describes it.
var errorType Error = errorString("")

func Gosched()
func NumGoroutine() int
func NumCPU() int
func Goexit()

func GOMAXPROCS(n int) int { return NumCPU() }
func GC()                  {}

const (
	GOOS     = "linux"
	GOARCH   = "amd64"
	Compiler = "gc"
)

func Version() string { return "go1.19" }

type MemStats struct {
	Alloc, TotalAlloc, Sys, Mallocs, Frees, HeapAlloc, HeapSys, HeapObjects uint64
	NumGC                                                                  uint32
}

func ReadMemStats(m *MemStats) {}
