// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The heap of timer.h. Four children per node: half the levels of a binary heap, and the four lie
// in two cache lines.
#include "timer.h"

#include <cstdlib>

namespace weft {

TimerHeap::~TimerHeap() { free(heap_); }

bool TimerHeap::grow(size_t count) {
  size_t capacity = capacity_ ? capacity_ : 64;
  while (capacity < count)
    capacity *= 2;
  auto *heap = static_cast<Entry *>(realloc(heap_, capacity * sizeof(Entry)));
  if (!heap)
    return false;
  heap_ = heap;
  capacity_ = capacity;
  return true;
}

void TimerHeap::rise(size_t i, Entry e) {
  while (i > 0) {
    size_t parent = (i - 1) / 4;
    if (!e.before(heap_[parent]))
      break;
    put(i, heap_[parent]);
    i = parent;
  }
  put(i, e);
}

void TimerHeap::sink(size_t i, Entry e) {
  for (;;) {
    size_t first = 4 * i + 1;
    if (first >= size_)
      break;
    size_t least = first;
    size_t end = first + 4 < size_ ? first + 4 : size_;
    for (size_t c = first + 1; c < end; ++c)
      if (heap_[c].before(heap_[least]))
        least = c;
    if (!heap_[least].before(e))
      break;
    put(i, heap_[least]);
    i = least;
  }
  put(i, e);
}

void TimerHeap::arm(Timer *timer, uint64_t deadline_ns) {
  disarm(timer);
  size_t i = size_++;
  rise(i, Entry{deadline_ns, order_++, timer});
  note_first();
}

void TimerHeap::remove(size_t i) {
  heap_[i].timer->place = 0;
  Entry last = heap_[--size_];
  if (i < size_) {
    if (i > 0 && last.before(heap_[(i - 1) / 4]))
      rise(i, last);
    else
      sink(i, last);
  }
  note_first();
}

void TimerHeap::disarm(Timer *timer) {
  if (timer->armed())
    remove(timer->place - 1);
}

Timer *TimerHeap::expire(uint64_t now) {
  if (size_ == 0 || heap_[0].deadline > now)
    return nullptr;
  Timer *timer = heap_[0].timer;
  remove(0);
  return timer;
}

} // namespace weft
