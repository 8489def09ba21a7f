// Package strings.
package strings

import "unicode"

func Index(s, substr string) int
func IndexByte(s string, c byte) int
func view(b []byte) string

// A Builder's bytes are never written again once String has shown them.
type Builder struct{ buf []byte }

func (b *Builder) String() string                          { return view(b.buf) }
func (b *Builder) Len() int                                { return len(b.buf) }
func (b *Builder) Cap() int                                { return cap(b.buf) }
func (b *Builder) Reset()                                  { b.buf = nil }
func (b *Builder) Grow(n int) {
	if cap(b.buf)-len(b.buf) < n {
		nb := make([]byte, len(b.buf), 2*cap(b.buf)+n)
		copy(nb, b.buf)
		b.buf = nb
	}
}
func (b *Builder) Write(p []byte) (int, error)             { b.buf = append(b.buf, p...); return len(p), nil }
func (b *Builder) WriteByte(c byte) error                  { b.buf = append(b.buf, c); return nil }
func (b *Builder) WriteString(s string) (int, error)       { b.buf = append(b.buf, s...); return len(s), nil }
func (b *Builder) WriteRune(r rune) (int, error) {
	s := string(r)
	b.buf = append(b.buf, s...)
	return len(s), nil
}

func Contains(s, substr string) bool     { return Index(s, substr) >= 0 }
func ContainsRune(s string, r rune) bool { return IndexRune(s, r) >= 0 }
func ContainsAny(s, chars string) bool   { return IndexAny(s, chars) >= 0 }
func HasPrefix(s, p string) bool         { return len(s) >= len(p) && s[:len(p)] == p }
func HasSuffix(s, p string) bool         { return len(s) >= len(p) && s[len(s)-len(p):] == p }

func IndexRune(s string, r rune) int {
	for i, c := range s {
		if c == r {
			return i
		}
	}
	return -1
}
func IndexAny(s, chars string) int {
	for i, c := range s {
		if IndexRune(chars, c) >= 0 {
			return i
		}
	}
	return -1
}
func IndexFunc(s string, f func(rune) bool) int {
	for i, c := range s {
		if f(c) {
			return i
		}
	}
	return -1
}
func LastIndex(s, substr string) int {
	for i := len(s) - len(substr); i >= 0; i-- {
		if s[i:i+len(substr)] == substr {
			return i
		}
	}
	return -1
}
func LastIndexByte(s string, c byte) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == c {
			return i
		}
	}
	return -1
}
func Count(s, substr string) int {
	if substr == "" {
		return len([]rune(s)) + 1
	}
	n := 0
	for {
		i := Index(s, substr)
		if i < 0 {
			return n
		}
		n++
		s = s[i+len(substr):]
	}
}

func explode(s string, n int) []string {
	var out []string
	for len(s) > 0 && (n < 0 || len(out) < n-1) {
		w := len(s)
		for i := range s {
			if i > 0 {
				w = i
				break
			}
		}
		out = append(out, s[:w])
		s = s[w:]
	}
	if len(s) > 0 {
		out = append(out, s)
	}
	return out
}

func genSplit(s, sep string, save, n int) []string {
	if n == 0 {
		return nil
	}
	if sep == "" {
		return explode(s, n)
	}
	var out []string
	for n < 0 || len(out) < n-1 {
		i := Index(s, sep)
		if i < 0 {
			break
		}
		out = append(out, s[:i+save])
		s = s[i+len(sep):]
	}
	return append(out, s)
}
func Split(s, sep string) []string              { return genSplit(s, sep, 0, -1) }
func SplitN(s, sep string, n int) []string      { return genSplit(s, sep, 0, n) }
func SplitAfter(s, sep string) []string         { return genSplit(s, sep, len(sep), -1) }
func SplitAfterN(s, sep string, n int) []string { return genSplit(s, sep, len(sep), n) }

func Cut(s, sep string) (before, after string, found bool) {
	if i := Index(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func Fields(s string) []string { return FieldsFunc(s, unicode.IsSpace) }
func FieldsFunc(s string, f func(rune) bool) []string {
	var out []string
	start := -1
	for i, r := range s {
		if f(r) {
			if start >= 0 {
				out = append(out, s[start:i])
				start = -1
			}
		} else if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		out = append(out, s[start:])
	}
	return out
}

func Join(elems []string, sep string) string {
	var b Builder
	for i, e := range elems {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(e)
	}
	return b.String()
}

func Repeat(s string, count int) string {
	if count < 0 {
		panic("strings: negative Repeat count")
	}
	b := make([]byte, 0, len(s)*count)
	for i := 0; i < count; i++ {
		b = append(b, s...)
	}
	return view(b)
}

func Replace(s, old, new string, n int) string {
	if old == new || n == 0 {
		return s
	}
	var b Builder
	if old == "" {
		for i, part := range explode(s, -1) {
			if n < 0 || i < n {
				b.WriteString(new)
			}
			b.WriteString(part)
		}
		if n < 0 || n > len(explode(s, -1)) {
			b.WriteString(new)
		}
		return b.String()
	}
	for n != 0 {
		i := Index(s, old)
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		b.WriteString(new)
		s = s[i+len(old):]
		n--
	}
	b.WriteString(s)
	return b.String()
}
func ReplaceAll(s, old, new string) string { return Replace(s, old, new, -1) }

func Map(f func(rune) rune, s string) string {
	var b Builder
	for _, r := range s {
		if m := f(r); m >= 0 {
			b.WriteRune(m)
		}
	}
	return b.String()
}
func ToUpper(s string) string { return Map(unicode.ToUpper, s) }
func ToLower(s string) string { return Map(unicode.ToLower, s) }
func Title(s string) string {
	prev := ' '
	return Map(func(r rune) rune {
		p := prev
		prev = r
		if unicode.IsLetter(p) || unicode.IsDigit(p) || p == '_' || p == '\'' {
			return r
		}
		return unicode.ToUpper(r)
	}, s)
}
func EqualFold(s, t string) bool { return ToLower(s) == ToLower(t) }

func TrimLeftFunc(s string, f func(rune) bool) string {
	for i, r := range s {
		if !f(r) {
			return s[i:]
		}
	}
	return ""
}
func TrimRightFunc(s string, f func(rune) bool) string {
	end := 0
	for i, r := range s {
		if !f(r) {
			end = i + len(string(r))
		}
	}
	return s[:end]
}
func TrimFunc(s string, f func(rune) bool) string { return TrimRightFunc(TrimLeftFunc(s, f), f) }
func TrimSpace(s string) string                   { return TrimFunc(s, unicode.IsSpace) }
func Trim(s, cutset string) string {
	return TrimFunc(s, func(r rune) bool { return IndexRune(cutset, r) >= 0 })
}
func TrimLeft(s, cutset string) string {
	return TrimLeftFunc(s, func(r rune) bool { return IndexRune(cutset, r) >= 0 })
}
func TrimRight(s, cutset string) string {
	return TrimRightFunc(s, func(r rune) bool { return IndexRune(cutset, r) >= 0 })
}
func TrimPrefix(s, p string) string {
	if HasPrefix(s, p) {
		return s[len(p):]
	}
	return s
}
func TrimSuffix(s, p string) string {
	if HasSuffix(s, p) {
		return s[:len(s)-len(p)]
	}
	return s
}
func Compare(a, b string) int {
	if a == b {
		return 0
	}
	if a < b {
		return -1
	}
	return 1
}
