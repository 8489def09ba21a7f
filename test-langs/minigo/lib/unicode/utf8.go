// Package unicode/utf8.
package utf8

const (
	RuneError = '\uFFFD'
	RuneSelf  = 0x80
	MaxRune   = '\U0010FFFF'
	UTFMax    = 4
)

func RuneCountInString(s string) (n int) {
	for range s {
		n++
	}
	return
}
func RuneCount(p []byte) int { return RuneCountInString(string(p)) }
func RuneLen(r rune) int {
	switch {
	case r < 0 || 0xD800 <= r && r <= 0xDFFF || r > MaxRune:
		return -1
	case r < 0x80:
		return 1
	case r < 0x800:
		return 2
	case r < 0x10000:
		return 3
	}
	return 4
}
func DecodeRuneInString(s string) (rune, int) {
	if s == "" {
		return RuneError, 0
	}
	var first rune
	n := 0
	for i, r := range s {
		if n++; n == 2 {
			return first, i
		}
		first = r
	}
	return first, len(s)
}
func DecodeRune(p []byte) (rune, int) {
	if len(p) > 4 {
		p = p[:4]
	}
	return DecodeRuneInString(string(p))
}
func DecodeLastRuneInString(s string) (rune, int) {
	for k := 1; k <= 4 && k <= len(s); k++ {
		if r, n := DecodeRuneInString(s[len(s)-k:]); n == k && (r != RuneError || k == 1) {
			return r, n
		}
	}
	if s == "" {
		return RuneError, 0
	}
	return RuneError, 1
}
func ValidRune(r rune) bool { return RuneLen(r) > 0 }
func ValidString(s string) bool {
	for i, r := range s {
		if r == RuneError {
			if i+3 > len(s) || s[i:i+3] != "\uFFFD" {
				return false
			}
		}
	}
	return true
}
func Valid(p []byte) bool                   { return ValidString(string(p)) }
func AppendRune(p []byte, r rune) []byte    { return append(p, string(r)...) }
func EncodeRune(p []byte, r rune) int       { return copy(p, string(r)) }
