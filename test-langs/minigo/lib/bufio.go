// Package bufio: what programs use on standard input and output.
package bufio

import (
	"errors"
	"io"
)

const MaxScanTokenSize = 64 * 1024

var ErrTooLong = errors.New("bufio.Scanner: token too long")

type Reader struct {
	r    io.Reader
	buf  []byte
	a, b int
	err  error
}

func NewReader(r io.Reader) *Reader               { return &Reader{r: r, buf: make([]byte, 4096)} }
func NewReaderSize(r io.Reader, size int) *Reader { return &Reader{r: r, buf: make([]byte, size+16)} }

func (b *Reader) fill() bool {
	if b.a < b.b {
		return true
	}
	if b.err != nil {
		return false
	}
	var n int
	n, b.err = b.r.Read(b.buf)
	b.a, b.b = 0, n
	return n > 0
}

func (b *Reader) ReadByte() (byte, error) {
	if !b.fill() {
		return 0, b.err
	}
	b.a++
	return b.buf[b.a-1], nil
}

func (b *Reader) ReadBytes(delim byte) ([]byte, error) {
	var out []byte
	for b.fill() {
		for i := b.a; i < b.b; i++ {
			if b.buf[i] == delim {
				out = append(out, b.buf[b.a:i+1]...)
				b.a = i + 1
				return out, nil
			}
		}
		out = append(out, b.buf[b.a:b.b]...)
		b.a = b.b
	}
	return out, b.err
}

func (b *Reader) ReadString(delim byte) (string, error) {
	s, err := b.ReadBytes(delim)
	return string(s), err
}

func (b *Reader) Read(p []byte) (int, error) {
	if !b.fill() {
		return 0, b.err
	}
	n := copy(p, b.buf[b.a:b.b])
	b.a += n
	return n, nil
}

type SplitFunc int

const (
	ScanLines SplitFunc = iota
	ScanWords
	ScanRunes
	ScanBytes
)

type Scanner struct {
	r     *Reader
	split SplitFunc
	tok   []byte
	err   error
}

func NewScanner(r io.Reader) *Scanner              { return &Scanner{r: NewReader(r)} }
func (s *Scanner) Buffer(buf []byte, max int)      {}
func (s *Scanner) Split(f SplitFunc)               { s.split = f }
func (s *Scanner) Text() string                    { return string(s.tok) }
func (s *Scanner) Bytes() []byte                   { return s.tok }
func (s *Scanner) Err() error                      { return s.err }

func (s *Scanner) Scan() bool {
	s.tok = nil
	switch s.split {
	case ScanLines:
		line, err := s.r.ReadBytes('\n')
		if err != nil && len(line) == 0 {
			return false
		}
		if n := len(line); n > 0 && line[n-1] == '\n' {
			line = line[:n-1]
		}
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		s.tok = line
		return true
	case ScanWords:
		for {
			c, err := s.r.ReadByte()
			if err != nil {
				return len(s.tok) > 0
			}
			if c == ' ' || c == '\n' || c == '\t' || c == '\r' {
				if len(s.tok) > 0 {
					return true
				}
				continue
			}
			s.tok = append(s.tok, c)
		}
	default:
		c, err := s.r.ReadByte()
		if err != nil {
			return false
		}
		s.tok = append(s.tok, c)
		n := 0
		if s.split == ScanRunes {
			switch {
			case c >= 0xF0:
				n = 3
			case c >= 0xE0:
				n = 2
			case c >= 0xC0:
				n = 1
			}
		}
		for ; n > 0; n-- {
			if c, err = s.r.ReadByte(); err != nil {
				break
			}
			s.tok = append(s.tok, c)
		}
		return true
	}
}

type Writer struct {
	w   io.Writer
	buf []byte
}

func NewWriter(w io.Writer) *Writer               { return &Writer{w: w, buf: make([]byte, 0, 4096)} }
func NewWriterSize(w io.Writer, size int) *Writer { return &Writer{w: w, buf: make([]byte, 0, size)} }
func (b *Writer) Flush() error {
	if len(b.buf) > 0 {
		b.w.Write(b.buf)
		b.buf = b.buf[:0]
	}
	return nil
}
func (b *Writer) Write(p []byte) (int, error) {
	if len(b.buf)+len(p) > cap(b.buf) {
		b.Flush()
		if len(p) > cap(b.buf) {
			return b.w.Write(p)
		}
	}
	b.buf = append(b.buf, p...)
	return len(p), nil
}
func (b *Writer) WriteString(s string) (int, error) { return b.Write([]byte(s)) }
func (b *Writer) WriteByte(c byte) error            { b.Write([]byte{c}); return nil }
func (b *Writer) WriteRune(r rune) (int, error)     { return b.Write([]byte(string(r))) }
