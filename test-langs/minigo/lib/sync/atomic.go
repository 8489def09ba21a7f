// Package sync/atomic, on the processor's atomics (rt/atomic.cpp).
package atomic

func AddInt32(addr *int32, delta int32) int32
func AddInt64(addr *int64, delta int64) int64
func AddUint32(addr *uint32, delta uint32) uint32
func AddUint64(addr *uint64, delta uint64) uint64
func LoadInt32(addr *int32) int32
func LoadInt64(addr *int64) int64
func LoadUint32(addr *uint32) uint32
func LoadUint64(addr *uint64) uint64
func StoreInt32(addr *int32, val int32)
func StoreInt64(addr *int64, val int64)
func StoreUint32(addr *uint32, val uint32)
func StoreUint64(addr *uint64, val uint64)
func SwapInt32(addr *int32, val int32) int32
func SwapInt64(addr *int64, val int64) int64
func CompareAndSwapInt32(addr *int32, old, new int32) bool
func CompareAndSwapInt64(addr *int64, old, new int64) bool
func CompareAndSwapUint32(addr *uint32, old, new uint32) bool
func CompareAndSwapUint64(addr *uint64, old, new uint64) bool

type Int32 struct{ v int32 }

func (x *Int32) Load() int32                       { return LoadInt32(&x.v) }
func (x *Int32) Store(v int32)                     { StoreInt32(&x.v, v) }
func (x *Int32) Add(d int32) int32                 { return AddInt32(&x.v, d) }
func (x *Int32) Swap(v int32) int32                { return SwapInt32(&x.v, v) }
func (x *Int32) CompareAndSwap(old, new int32) bool { return CompareAndSwapInt32(&x.v, old, new) }

type Int64 struct{ v int64 }

func (x *Int64) Load() int64                       { return LoadInt64(&x.v) }
func (x *Int64) Store(v int64)                     { StoreInt64(&x.v, v) }
func (x *Int64) Add(d int64) int64                 { return AddInt64(&x.v, d) }
func (x *Int64) Swap(v int64) int64                { return SwapInt64(&x.v, v) }
func (x *Int64) CompareAndSwap(old, new int64) bool { return CompareAndSwapInt64(&x.v, old, new) }

type Uint64 struct{ v uint64 }

func (x *Uint64) Load() uint64         { return LoadUint64(&x.v) }
func (x *Uint64) Store(v uint64)       { StoreUint64(&x.v, v) }
func (x *Uint64) Add(d uint64) uint64  { return AddUint64(&x.v, d) }

type Bool struct{ v int32 }

func (x *Bool) Load() bool { return LoadInt32(&x.v) != 0 }
func (x *Bool) Store(b bool) {
	if b {
		StoreInt32(&x.v, 1)
	} else {
		StoreInt32(&x.v, 0)
	}
}
