// Package strconv.
package strconv

import "errors"

const IntSize = 64

var ErrRange = errors.New("value out of range")
var ErrSyntax = errors.New("invalid syntax")

type NumError struct {
	Func string
	Num  string
	Err  error
}

func (e *NumError) Error() string {
	return "strconv." + e.Func + ": parsing " + Quote(e.Num) + ": " + e.Err.Error()
}
func (e *NumError) Unwrap() error { return e.Err }

func Quote(s string) string
func parseFloat(s string) (float64, int)
func formatFloat(f float64, verb, prec, bits int) string

func Itoa(i int) string { return FormatInt(int64(i), 10) }

func FormatInt(i int64, base int) string {
	if i < 0 {
		return "-" + FormatUint(-uint64(i), base)
	}
	return FormatUint(uint64(i), base)
}

func FormatUint(u uint64, base int) string {
	if base < 2 || base > 36 {
		panic("strconv: illegal AppendInt/FormatInt base")
	}
	var buf [64]byte
	i := len(buf)
	for {
		i--
		buf[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[u%uint64(base)]
		u /= uint64(base)
		if u == 0 {
			break
		}
	}
	return string(buf[i:])
}

func FormatBool(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func FormatFloat(f float64, fmt byte, prec, bitSize int) string {
	return formatFloat(f, int(fmt), prec, bitSize)
}

func Atoi(s string) (int, error) {
	i, err := ParseInt(s, 10, 0)
	if e, ok := err.(*NumError); ok {
		e.Func = "Atoi"
	}
	return int(i), err
}

func ParseInt(s string, base, bitSize int) (int64, error) {
	if s == "" {
		return 0, &NumError{"ParseInt", s, ErrSyntax}
	}
	t := s
	neg := false
	if t[0] == '+' || t[0] == '-' {
		neg = t[0] == '-'
		t = t[1:]
	}
	if bitSize == 0 {
		bitSize = 64
	}
	u, err := ParseUint(t, base, bitSize)
	if err != nil && err.(*NumError).Err != ErrRange {
		return 0, &NumError{"ParseInt", s, err.(*NumError).Err}
	}
	cutoff := uint64(1) << uint(bitSize-1)
	if !neg && u >= cutoff {
		return int64(cutoff - 1), &NumError{"ParseInt", s, ErrRange}
	}
	if neg && u > cutoff {
		return -int64(cutoff), &NumError{"ParseInt", s, ErrRange}
	}
	if neg {
		return -int64(u), nil
	}
	return int64(u), nil
}

func ParseUint(s string, base, bitSize int) (uint64, error) {
	bad := &NumError{"ParseUint", s, ErrSyntax}
	if s == "" {
		return 0, bad
	}
	t := s
	under := false
	if base == 0 {
		base = 10
		if t[0] == '0' {
			switch {
			case len(t) >= 3 && (t[1] == 'x' || t[1] == 'X'):
				base, t = 16, t[2:]
			case len(t) >= 3 && (t[1] == 'b' || t[1] == 'B'):
				base, t = 2, t[2:]
			case len(t) >= 3 && (t[1] == 'o' || t[1] == 'O'):
				base, t = 8, t[2:]
			case len(t) > 1:
				base, t = 8, t[1:]
			}
		}
		under = true
	}
	if bitSize == 0 {
		bitSize = 64
	}
	max := uint64(1)<<uint(bitSize) - 1
	var n uint64
	for i := 0; i < len(t); i++ {
		c := t[i]
		var d int
		switch {
		case c == '_' && under:
			continue
		case '0' <= c && c <= '9':
			d = int(c - '0')
		case 'a' <= c && c <= 'z':
			d = int(c-'a') + 10
		case 'A' <= c && c <= 'Z':
			d = int(c-'A') + 10
		default:
			return 0, bad
		}
		if d >= base {
			return 0, bad
		}
		if n > (1<<64-1)/uint64(base) {
			return max, &NumError{"ParseUint", s, ErrRange}
		}
		n *= uint64(base)
		n1 := n + uint64(d)
		if n1 < n || n1 > max {
			return max, &NumError{"ParseUint", s, ErrRange}
		}
		n = n1
	}
	return n, nil
}

func ParseFloat(s string, bitSize int) (float64, error) {
	f, code := parseFloat(s)
	if bitSize == 32 {
		f = float64(float32(f))
	}
	switch code {
	case 1:
		return 0, &NumError{"ParseFloat", s, ErrSyntax}
	case 2:
		return f, &NumError{"ParseFloat", s, ErrRange}
	}
	return f, nil
}

func ParseBool(str string) (bool, error) {
	switch str {
	case "1", "t", "T", "true", "TRUE", "True":
		return true, nil
	case "0", "f", "F", "false", "FALSE", "False":
		return false, nil
	}
	return false, &NumError{"ParseBool", str, ErrSyntax}
}

func AppendInt(dst []byte, i int64, base int) []byte { return append(dst, FormatInt(i, base)...) }
