// Package time: durations, the clock, sleeping, timers. No calendar.
package time

type Duration int64

const (
	Nanosecond  Duration = 1
	Microsecond          = 1000 * Nanosecond
	Millisecond          = 1000 * Microsecond
	Second               = 1000 * Millisecond
	Minute               = 60 * Second
	Hour                 = 60 * Minute
)

func (d Duration) Nanoseconds() int64  { return int64(d) }
func (d Duration) Microseconds() int64 { return int64(d) / 1000 }
func (d Duration) Milliseconds() int64 { return int64(d) / 1000000 }
func (d Duration) Seconds() float64 {
	return float64(d/Second) + float64(d%Second)/1e9
}
func (d Duration) Minutes() float64 {
	return float64(d/Minute) + float64(d%Minute)/(60*1e9)
}
func (d Duration) Hours() float64 {
	return float64(d/Hour) + float64(d%Hour)/(60*60*1e9)
}
func (d Duration) Abs() Duration {
	if d < 0 {
		return -d
	}
	return d
}
func (d Duration) Truncate(m Duration) Duration {
	if m <= 0 {
		return d
	}
	return d - d%m
}
func (d Duration) Round(m Duration) Duration {
	if m <= 0 {
		return d
	}
	r := d % m
	if d < 0 {
		r = -r
		if r+r < m {
			return d + r
		}
		return d - m + r
	}
	if r+r < m {
		return d - r
	}
	return d + m - r
}

func (d Duration) String() string {
	var buf [32]byte
	w := len(buf)
	u := uint64(d)
	neg := d < 0
	if neg {
		u = -u
	}
	if u < uint64(Second) {
		var prec int
		w--
		buf[w] = 's'
		w--
		switch {
		case u == 0:
			return "0s"
		case u < uint64(Microsecond):
			prec = 0
			buf[w] = 'n'
		case u < uint64(Millisecond):
			prec = 3
			w--
			copy(buf[w:], "µ")
		default:
			prec = 6
			buf[w] = 'm'
		}
		w, u = fmtFrac(buf[:w], u, prec)
		w = fmtInt(buf[:w], u)
	} else {
		w--
		buf[w] = 's'
		w, u = fmtFrac(buf[:w], u, 9)
		w = fmtInt(buf[:w], u%60)
		u /= 60
		if u > 0 {
			w--
			buf[w] = 'm'
			w = fmtInt(buf[:w], u%60)
			u /= 60
			if u > 0 {
				w--
				buf[w] = 'h'
				w = fmtInt(buf[:w], u)
			}
		}
	}
	if neg {
		w--
		buf[w] = '-'
	}
	return string(buf[w:])
}

func fmtFrac(buf []byte, v uint64, prec int) (nw int, nv uint64) {
	w := len(buf)
	print := false
	for i := 0; i < prec; i++ {
		digit := v % 10
		print = print || digit != 0
		if print {
			w--
			buf[w] = byte(digit) + '0'
		}
		v /= 10
	}
	if print {
		w--
		buf[w] = '.'
	}
	return w, v
}

func fmtInt(buf []byte, v uint64) int {
	w := len(buf)
	if v == 0 {
		w--
		buf[w] = '0'
	} else {
		for v > 0 {
			w--
			buf[w] = byte(v%10) + '0'
			v /= 10
		}
	}
	return w
}

type Month int
type Weekday int

type Time struct{ wall, mono int64 }

func mono() int64
func wall() int64
func sleep(ns int64)
func system(f func()) uint64
func cancel(task uint64)

func Now() Time                         { return Time{wall(), mono()} }
func Since(t Time) Duration             { return Duration(mono() - t.mono) }
func Until(t Time) Duration             { return Duration(t.mono - mono()) }
func (t Time) Sub(u Time) Duration      { return Duration(t.mono - u.mono) }
func (t Time) Add(d Duration) Time      { return Time{t.wall + int64(d), t.mono + int64(d)} }
func (t Time) After(u Time) bool        { return t.mono > u.mono }
func (t Time) Before(u Time) bool       { return t.mono < u.mono }
func (t Time) Equal(u Time) bool        { return t.mono == u.mono }
func (t Time) IsZero() bool             { return t.wall == 0 }
func (t Time) Unix() int64              { return t.wall / 1000000000 }
func (t Time) UnixMilli() int64         { return t.wall / 1000000 }
func (t Time) UnixMicro() int64         { return t.wall / 1000 }
func (t Time) UnixNano() int64          { return t.wall }
func (t Time) Nanosecond() int          { return int(t.wall % 1000000000) }

func Sleep(d Duration) { sleep(int64(d)) }

// A timer is a task that sleeps; the generation tells a stopped or reset one that it is too late.
type Timer struct {
	C    <-chan Time
	c    chan Time
	f    func()
	gen  int
	live bool
	task uint64
}

func (t *Timer) start(d Duration) {
	t.gen++
	t.live = true
	gen := t.gen
	t.task = system(func() {
		if d > 0 {
			Sleep(d)
		}
		if t.gen != gen || !t.live {
			return
		}
		t.live = false
		if t.f != nil {
			go t.f()
			return
		}
		select {
		case t.c <- Now():
		default:
		}
	})
}

func (t *Timer) Stop() bool {
	was := t.live
	t.live = false
	if was {
		cancel(t.task)
	}
	return was
}

func (t *Timer) Reset(d Duration) bool {
	was := t.Stop()
	t.start(d)
	return was
}

func NewTimer(d Duration) *Timer {
	c := make(chan Time, 1)
	t := &Timer{C: c, c: c}
	t.start(d)
	return t
}

func After(d Duration) <-chan Time { return NewTimer(d).C }

func AfterFunc(d Duration, f func()) *Timer {
	t := &Timer{f: f}
	t.start(d)
	return t
}

type Ticker struct {
	C    <-chan Time
	c    chan Time
	gen  int
	task uint64
}

func (t *Ticker) start(d Duration) {
	t.gen++
	gen := t.gen
	t.task = system(func() {
		next := mono() + int64(d)
		for {
			sleep(next - mono())
			if t.gen != gen {
				return
			}
			select {
			case t.c <- Now():
			default:
			}
			next += int64(d)
		}
	})
}

func NewTicker(d Duration) *Ticker {
	if d <= 0 {
		panic("non-positive interval for NewTicker")
	}
	c := make(chan Time, 1)
	t := &Ticker{C: c, c: c}
	t.start(d)
	return t
}

func (t *Ticker) Stop() {
	t.gen++
	cancel(t.task)
}
func (t *Ticker) Reset(d Duration) {
	t.Stop()
	t.start(d)
}

func Tick(d Duration) <-chan Time { return NewTicker(d).C }
