// Package sync. Mutex, WaitGroup and the condition behind the others are laid out as Weft's
// (abi/include/weft/sync.h), whose zero values are ready to use too.
package sync

type Locker interface {
	Lock()
	Unlock()
}

type Mutex struct {
	owner      uint64
	head, tail uintptr
}

func (m *Mutex) Lock()
func (m *Mutex) TryLock() bool
func (m *Mutex) Unlock()

func throw(s string)

type WaitGroup struct {
	count      int64
	head, tail uintptr
}

func wgAdd(wg *WaitGroup, n int) bool
func wgWait(wg *WaitGroup)

func (wg *WaitGroup) Add(delta int) {
	if !wgAdd(wg, delta) {
		panic("sync: negative WaitGroup counter")
	}
}
func (wg *WaitGroup) Done() { wg.Add(-1) }
func (wg *WaitGroup) Wait() { wgWait(wg) }

type waiters struct{ head, tail uintptr }

func condWait(c *waiters, m *Mutex)
func condSignal(c *waiters)
func condBroadcast(c *waiters)

type RWMutex struct {
	m       Mutex
	c       waiters
	readers int
	waiting int
	writing bool
}

func (rw *RWMutex) Lock() {
	rw.m.Lock()
	rw.waiting++
	for rw.writing || rw.readers > 0 {
		condWait(&rw.c, &rw.m)
	}
	rw.waiting--
	rw.writing = true
	rw.m.Unlock()
}

func (rw *RWMutex) TryLock() bool {
	rw.m.Lock()
	ok := !rw.writing && rw.readers == 0
	if ok {
		rw.writing = true
	}
	rw.m.Unlock()
	return ok
}

func (rw *RWMutex) Unlock() {
	rw.m.Lock()
	if !rw.writing {
		throw("sync: Unlock of unlocked RWMutex")
	}
	rw.writing = false
	condBroadcast(&rw.c)
	rw.m.Unlock()
}

func (rw *RWMutex) RLock() {
	rw.m.Lock()
	for rw.writing || rw.waiting > 0 {
		condWait(&rw.c, &rw.m)
	}
	rw.readers++
	rw.m.Unlock()
}

func (rw *RWMutex) TryRLock() bool {
	rw.m.Lock()
	ok := !rw.writing && rw.waiting == 0
	if ok {
		rw.readers++
	}
	rw.m.Unlock()
	return ok
}

func (rw *RWMutex) RUnlock() {
	rw.m.Lock()
	if rw.readers == 0 {
		throw("sync: RUnlock of unlocked RWMutex")
	}
	rw.readers--
	if rw.readers == 0 {
		condBroadcast(&rw.c)
	}
	rw.m.Unlock()
}

type rlocker struct{ rw *RWMutex }

func (r *rlocker) Lock()   { r.rw.RLock() }
func (r *rlocker) Unlock() { r.rw.RUnlock() }

func (rw *RWMutex) RLocker() Locker { return &rlocker{rw} }

type Once struct {
	done bool
	m    Mutex
}

func (o *Once) Do(f func()) {
	if o.done {
		return
	}
	o.m.Lock()
	defer o.m.Unlock()
	if !o.done {
		defer o.finish()
		f()
	}
}
func (o *Once) finish() { o.done = true }

// Cond has its own lock around the waiters, for L may be any Locker.
type Cond struct {
	L Locker
	m Mutex
	c waiters
}

func NewCond(l Locker) *Cond { return &Cond{L: l} }

func (c *Cond) Wait() {
	c.m.Lock()
	c.L.Unlock()
	condWait(&c.c, &c.m)
	c.m.Unlock()
	c.L.Lock()
}
func (c *Cond) Signal() {
	c.m.Lock()
	condSignal(&c.c)
	c.m.Unlock()
}
func (c *Cond) Broadcast() {
	c.m.Lock()
	condBroadcast(&c.c)
	c.m.Unlock()
}

type Pool struct {
	New   func() any
	items []any
}

func (p *Pool) Get() any {
	if n := len(p.items); n > 0 {
		x := p.items[n-1]
		p.items = p.items[:n-1]
		return x
	}
	if p.New == nil {
		return nil
	}
	return p.New()
}
func (p *Pool) Put(x any) { p.items = append(p.items, x) }

type Map struct {
	mu sync_mutex
	m  map[any]any
}
type sync_mutex = Mutex

func (m *Map) Load(key any) (value any, ok bool) {
	m.mu.Lock()
	value, ok = m.m[key]
	m.mu.Unlock()
	return
}
func (m *Map) Store(key, value any) {
	m.mu.Lock()
	if m.m == nil {
		m.m = map[any]any{}
	}
	m.m[key] = value
	m.mu.Unlock()
}
func (m *Map) LoadOrStore(key, value any) (actual any, loaded bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.m[key]; ok {
		return v, true
	}
	if m.m == nil {
		m.m = map[any]any{}
	}
	m.m[key] = value
	return value, false
}
func (m *Map) Delete(key any) {
	m.mu.Lock()
	delete(m.m, key)
	m.mu.Unlock()
}
func (m *Map) Range(f func(key, value any) bool) {
	for k, v := range m.m {
		if !f(k, v) {
			break
		}
	}
}
