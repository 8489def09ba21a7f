// Package fmt. The printer is C++ (rt/fmt_*.cpp); here is what meets other packages.
package fmt

import (
	"io"
	"os"
)

type Stringer interface{ String() string }

func Println(a ...any) (n int, err error)
func Print(a ...any) (n int, err error)
func Printf(format string, a ...any) (n int, err error)
func Sprintln(a ...any) string
func Sprint(a ...any) string
func Sprintf(format string, a ...any) string
func errorf(format string, a []any) (string, int)

type wrapError struct {
	msg string
	err error
}

func (e *wrapError) Error() string { return e.msg }
func (e *wrapError) Unwrap() error { return e.err }

type plainError struct{ s string }

func (e *plainError) Error() string { return e.s }

func Errorf(format string, a ...any) error {
	s, w := errorf(format, a)
	if w >= 0 {
		if err, ok := a[w].(error); ok {
			return &wrapError{s, err}
		}
	}
	return &plainError{s}
}

func write(w io.Writer, s string) (n int, err error) {
	if f, ok := w.(*os.File); ok {
		return f.WriteString(s)
	}
	return w.Write([]byte(s))
}

func Fprintln(w io.Writer, a ...any) (n int, err error) { return write(w, Sprintln(a...)) }
func Fprint(w io.Writer, a ...any) (n int, err error)   { return write(w, Sprint(a...)) }
func Fprintf(w io.Writer, format string, a ...any) (n int, err error) {
	return write(w, Sprintf(format, a...))
}
