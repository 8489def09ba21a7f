// Package sort. Not stable where Go's is not, and then not in Go's order of equal elements.
package sort

type Interface interface {
	Len() int
	Less(i, j int) bool
	Swap(i, j int)
}

func length(x any) int
func swap(x any, i, j int)

// Merge-free and in place: insertion sort for short ranges, heapsort below a depth, else quicksort.
func quick(lo, hi, depth int, less func(i, j int) bool, swap func(i, j int)) {
	for hi-lo > 12 {
		if depth == 0 {
			heap(lo, hi, less, swap)
			return
		}
		depth--
		m := lo + (hi-lo)/2
		if less(m, lo) {
			swap(m, lo)
		}
		if less(hi-1, m) {
			swap(hi-1, m)
			if less(m, lo) {
				swap(m, lo)
			}
		}
		swap(lo, m) // the median is the pivot, at lo
		i, j := lo+1, hi-1
		for {
			for i <= j && less(i, lo) {
				i++
			}
			for i <= j && less(lo, j) {
				j--
			}
			if i >= j {
				break
			}
			swap(i, j)
			i++
			j--
		}
		swap(lo, j)
		if j-lo < hi-j-1 {
			quick(lo, j, depth, less, swap)
			lo = j + 1
		} else {
			quick(j+1, hi, depth, less, swap)
			hi = j
		}
	}
	insertion(lo, hi, less, swap)
}

func insertion(lo, hi int, less func(i, j int) bool, swap func(i, j int)) {
	for i := lo + 1; i < hi; i++ {
		for j := i; j > lo && less(j, j-1); j-- {
			swap(j, j-1)
		}
	}
}

func heap(lo, hi int, less func(i, j int) bool, swap func(i, j int)) {
	n := hi - lo
	for i := n/2 - 1; i >= 0; i-- {
		sift(lo, i, n, less, swap)
	}
	for i := n - 1; i >= 0; i-- {
		swap(lo, lo+i)
		sift(lo, 0, i, less, swap)
	}
}

func sift(first, root, n int, less func(i, j int) bool, swap func(i, j int)) {
	for {
		child := 2*root + 1
		if child >= n {
			return
		}
		if child+1 < n && less(first+child, first+child+1) {
			child++
		}
		if !less(first+root, first+child) {
			return
		}
		swap(first+root, first+child)
		root = child
	}
}

func depth(n int) (d int) {
	for ; n > 0; n >>= 1 {
		d += 2
	}
	return
}

// Stable: insertion sort of blocks, then rotations, as Go does it.
func stable(n int, less func(i, j int) bool, swap func(i, j int)) {
	block := 20
	a, b := 0, block
	for b <= n {
		insertion(a, b, less, swap)
		a = b
		b += block
	}
	insertion(a, n, less, swap)
	for block < n {
		a, b = 0, 2*block
		for b <= n {
			symMerge(a, a+block, b, less, swap)
			a = b
			b += 2 * block
		}
		if m := a + block; m < n {
			symMerge(a, m, n, less, swap)
		}
		block *= 2
	}
}

func symMerge(a, m, b int, less func(i, j int) bool, swap func(i, j int)) {
	if m-a == 1 {
		i, j := m, b
		for i < j {
			h := int(uint(i+j) >> 1)
			if less(h, a) {
				i = h + 1
			} else {
				j = h
			}
		}
		for k := a; k < i-1; k++ {
			swap(k, k+1)
		}
		return
	}
	if b-m == 1 {
		i, j := a, m
		for i < j {
			h := int(uint(i+j) >> 1)
			if !less(m, h) {
				i = h + 1
			} else {
				j = h
			}
		}
		for k := m; k > i; k-- {
			swap(k, k-1)
		}
		return
	}
	mid := int(uint(a+b) >> 1)
	n := mid + m
	var start, r int
	if m > mid {
		start = n - b
		r = mid
	} else {
		start = a
		r = m
	}
	p := n - 1
	for start < r {
		c := int(uint(start+r) >> 1)
		if !less(p-c, c) {
			start = c + 1
		} else {
			r = c
		}
	}
	end := n - start
	if start < m && m < end {
		rotate(start, m, end, swap)
	}
	if a < start && start < mid {
		symMerge(a, start, mid, less, swap)
	}
	if mid < end && end < b {
		symMerge(mid, end, b, less, swap)
	}
}

func swapRange(a, b, n int, swap func(i, j int)) {
	for i := 0; i < n; i++ {
		swap(a+i, b+i)
	}
}

func rotate(a, m, b int, swap func(i, j int)) {
	i := m - a
	j := b - m
	for i != j {
		if i > j {
			swapRange(m-i, m, j, swap)
			i -= j
		} else {
			swapRange(m-i, m+j-i, i, swap)
			j -= i
		}
	}
	swapRange(m-i, m, i, swap)
}

func Sort(d Interface) {
	n := d.Len()
	quick(0, n, depth(n), d.Less, d.Swap)
}
func Stable(d Interface) { stable(d.Len(), d.Less, d.Swap) }

func Slice(x any, less func(i, j int) bool) {
	n := length(x)
	quick(0, n, depth(n), less, func(i, j int) { swap(x, i, j) })
}
func SliceStable(x any, less func(i, j int) bool) {
	stable(length(x), less, func(i, j int) { swap(x, i, j) })
}

func IsSorted(d Interface) bool {
	for i := d.Len() - 1; i > 0; i-- {
		if d.Less(i, i-1) {
			return false
		}
	}
	return true
}
func SliceIsSorted(x any, less func(i, j int) bool) bool {
	for i := length(x) - 1; i > 0; i-- {
		if less(i, i-1) {
			return false
		}
	}
	return true
}

type IntSlice []int

func (x IntSlice) Len() int           { return len(x) }
func (x IntSlice) Less(i, j int) bool { return x[i] < x[j] }
func (x IntSlice) Swap(i, j int)      { x[i], x[j] = x[j], x[i] }

type StringSlice []string

func (x StringSlice) Len() int           { return len(x) }
func (x StringSlice) Less(i, j int) bool { return x[i] < x[j] }
func (x StringSlice) Swap(i, j int)      { x[i], x[j] = x[j], x[i] }

type Float64Slice []float64

func (x Float64Slice) Len() int           { return len(x) }
func (x Float64Slice) Less(i, j int) bool { return x[i] < x[j] || (x[i] != x[i] && x[j] == x[j]) }
func (x Float64Slice) Swap(i, j int)      { x[i], x[j] = x[j], x[i] }

type reverse struct{ Interface }

func (r reverse) Less(i, j int) bool { return r.Interface.Less(j, i) }
func Reverse(d Interface) Interface  { return &reverse{d} }

func Ints(x []int)         { Sort(IntSlice(x)) }
func Strings(x []string)   { Sort(StringSlice(x)) }
func Float64s(x []float64) { Sort(Float64Slice(x)) }

func IntsAreSorted(x []int) bool       { return IsSorted(IntSlice(x)) }
func StringsAreSorted(x []string) bool { return IsSorted(StringSlice(x)) }

func Search(n int, f func(int) bool) int {
	i, j := 0, n
	for i < j {
		h := int(uint(i+j) >> 1)
		if !f(h) {
			i = h + 1
		} else {
			j = h
		}
	}
	return i
}
func SearchInts(a []int, x int) int       { return Search(len(a), func(i int) bool { return a[i] >= x }) }
func SearchStrings(a []string, x string) int {
	return Search(len(a), func(i int) bool { return a[i] >= x })
}
