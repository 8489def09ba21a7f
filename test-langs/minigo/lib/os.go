// Package os: arguments, exit, the standard files.
package os

import (
	"errors"
	"io"
)

var Args = args()

func args() []string
func Exit(code int)
func Getenv(key string) string
func write(fd int, s string) int
func read(fd int, b []byte) int

type File struct {
	fd   int
	name string
}

var (
	Stdin  = &File{0, "/dev/stdin"}
	Stdout = &File{1, "/dev/stdout"}
	Stderr = &File{2, "/dev/stderr"}
)

func (f *File) Name() string { return f.name }

func (f *File) WriteString(s string) (n int, err error) {
	if n = write(f.fd, s); n < 0 {
		return 0, errors.New("write " + f.name + ": bad file descriptor")
	}
	return n, nil
}

func (f *File) Write(p []byte) (n int, err error) { return f.WriteString(string(p)) }

func (f *File) Read(p []byte) (n int, err error) {
	n = read(f.fd, p)
	if n < 0 {
		return 0, errors.New("read " + f.name + ": bad file descriptor")
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (f *File) Sync() error  { return nil }
func (f *File) Close() error { return nil }
