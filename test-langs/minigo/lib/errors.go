// Package errors. As needs reflection and is missing.
package errors

type errorString struct{ s string }

func (e *errorString) Error() string { return e.s }

func New(text string) error { return &errorString{text} }

func comparable_(err error) bool { return comparable(err) }
func comparable(x any) bool
func unwrap(x error) error

func Unwrap(err error) error { return unwrap(err) }

func Is(err, target error) bool {
	if target == nil {
		return err == target
	}
	ok := comparable_(target)
	for {
		if ok && comparable_(err) && err == target {
			return true
		}
		if x, is := err.(interface{ Is(error) bool }); is && x.Is(target) {
			return true
		}
		if err = unwrap(err); err == nil {
			return false
		}
	}
}
