// Package unicode: classes of ASCII and Latin-1, Greek and Cyrillic letters' case; no tables.
package unicode

const (
	MaxRune         = '\U0010FFFF'
	ReplacementChar = '\uFFFD'
)

func IsUpper(r rune) bool {
	return 'A' <= r && r <= 'Z' || 0xC0 <= r && r <= 0xDE && r != 0xD7 || 0x391 <= r && r <= 0x3A9 || 0x410 <= r && r <= 0x42F
}
func IsLower(r rune) bool {
	return 'a' <= r && r <= 'z' || 0xDF <= r && r <= 0xFF && r != 0xF7 || 0x3B1 <= r && r <= 0x3C9 || 0x430 <= r && r <= 0x44F
}
func IsLetter(r rune) bool {
	return IsUpper(r) || IsLower(r) || r == 0xAA || r == 0xBA || r > 0x100 && !(0x2000 <= r && r <= 0x2BFF) && !(0x3000 <= r && r <= 0x3004) && !(0xFF00 <= r && r <= 0xFF20) && r < 0x1F000
}
func IsDigit(r rune) bool  { return '0' <= r && r <= '9' }
func IsNumber(r rune) bool { return IsDigit(r) || r == 0xB2 || r == 0xB3 || r == 0xB9 || 0xBC <= r && r <= 0xBE }
func IsSpace(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', ' ', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000:
		return true
	}
	return 0x2000 <= r && r <= 0x200a
}
func IsPunct(r rune) bool {
	return '!' <= r && r <= '/' && r != '$' && r != '+' || ':' <= r && r <= '@' && r != '<' && r != '=' && r != '>' || '[' <= r && r <= '`' && r != '^' && r != '`' || r == '{' || r == '}'
}
func IsControl(r rune) bool { return r < 32 || 0x7F <= r && r < 0xA0 }
func IsPrint(r rune) bool   { return !IsControl(r) && (r == ' ' || !IsSpace(r)) }
func ToUpper(r rune) rune {
	if IsLower(r) && r != 0xDF && r != 0xFF && r != 0x3C2 {
		return r - 32
	}
	return r
}
func ToLower(r rune) rune {
	if IsUpper(r) {
		return r + 32
	}
	return r
}
