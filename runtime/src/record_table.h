// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Where tasks and tokens live: tables of records that are found by a generation-checked handle from
// any thread.
//
// The idea: records come in chunks that are never freed and never change their type, so a stale
// handle always leads to a record of the right kind, whose generation then says no. A handle is 24
// bits of slot and 40 of generation, as a continuation's. The tables are the process's; each
// runtime borrows records in batches and keeps its own free list, so that only the first use and
// runtime teardown take the lock.
//
// Rejected: one reservation of 2^24 records (1 GiB of address space for who starts ten tasks);
// freeing chunks (then looking up a stale handle would be a race with the unmap).
#pragma once

#include "weft/base.h"
#include "weft/lowered.h"

#include <atomic>
#include <mutex>
#include <new>

namespace weft {

constexpr uint64_t kGenerationLimit = (UINT64_C(1) << 40) - 1;

inline uint32_t slot_of(uint64_t handle) { return handle & WEFT_SLOT_MASK; }
constexpr uint64_t generation_of(uint64_t handle) { return handle >> WEFT_SLOT_BITS; }
inline uint64_t make_handle(uint32_t slot, uint64_t generation) {
  return generation << WEFT_SLOT_BITS | slot;
}

// R has `kGap`, `uint32_t slot`, and `next_free` and `set_next_free`: a link, the table's while the record is free.
template <typename R> class RecordTable {
public:
  static constexpr uint32_t kChunkBits = 10;
  static constexpr uint32_t kBatch = 256;   // what workers take and give at once
  static constexpr uint32_t kBatches = 256; // that are kept as such
  static constexpr uint32_t kChunk = 1u << kChunkBits;
  static constexpr uint32_t kChunks = (1u << WEFT_SLOT_BITS) >> kChunkBits;
  static constexpr uint32_t kGroup = 32; // records; behind each group is a gap
  static constexpr size_t kChunkSize = sizeof(R) * kChunk + R::kGap * (kChunk / kGroup);
  static R *in_chunk(R *chunk, uint32_t i) {
    return reinterpret_cast<R *>(reinterpret_cast<char *>(chunk) + i * sizeof(R) + i / kGroup * R::kGap);
  }

  // The record of a handle's slot, whatever its generation; null when there never was one.
  R *at(uint32_t slot) {
    R *chunk = chunks_[slot >> kChunkBits].load(std::memory_order_acquire);
    return __builtin_expect(chunk != nullptr, 1) ? in_chunk(chunk, slot & (kChunk - 1)) : nullptr;
  }

  // at() knows those below.
  uint32_t slots() const { return used_.load(std::memory_order_acquire) * kChunk; }

  // A batch of kBatch, or of what there is; they are not touched but for the last. Null when out of memory or of slots.
  R *take_batch(uint32_t *count) {
    {
      std::lock_guard<std::mutex> hold(lock_);
      if (batches_ != 0) {
        *count = kBatch;
        return batch_[--batches_];
      }
    }
    R *first = take(kBatch);
    *count = 0;
    for (R *r = first; r; r = r->next_free())
      ++*count;
    return first;
  }
  // kBatch of them.
  void give_batch(R *first) {
    {
      std::lock_guard<std::mutex> hold(lock_);
      if (batches_ < kBatches) {
        batch_[batches_++] = first;
        return;
      }
    }
    give(first);
  }

  // Up to `want` free records, linked by free_next; null when out of memory or of slots.
  R *take(uint32_t want) {
    std::lock_guard<std::mutex> hold(lock_);
    if (!free_ && batches_ != 0)
      free_ = batch_[--batches_];
    if (!free_ && !grow())
      return nullptr;
    R *first = free_, *last = free_;
    while (--want && last->next_free())
      last = last->next_free();
    free_ = last->next_free();
    last->set_next_free(nullptr);
    return first;
  }

  void give(R *first) {
    if (!first)
      return;
    R *last = first;
    while (last->next_free())
      last = last->next_free();
    std::lock_guard<std::mutex> hold(lock_);
    last->set_next_free(free_);
    free_ = first;
  }

  template <typename F> void each(F &&f) {
    for (uint32_t c = 0; c < used_.load(std::memory_order_acquire); ++c) {
      R *chunk = chunks_[c].load(std::memory_order_acquire);
      for (uint32_t i = 0; i < kChunk; ++i)
        f(*in_chunk(chunk, i));
    }
  }

  // Across a fork.
  std::mutex &lock() { return lock_; }

private:
  friend struct DebugOffsets;
  bool grow() {
    uint32_t c = used_.load(std::memory_order_relaxed);
    if (c == kChunks)
      return false;
    auto *chunk = static_cast<R *>(operator new(kChunkSize, std::align_val_t{alignof(R)}, std::nothrow));
    if (!chunk)
      return false;
    for (uint32_t i = 0; i < kChunk; ++i) {
      R *r = new (in_chunk(chunk, i)) R;
      r->slot = c << kChunkBits | i;
      r->set_next_free(i + 1 < kChunk ? in_chunk(chunk, i + 1) : free_);
    }
    free_ = chunk;
    chunks_[c].store(chunk, std::memory_order_release);
    used_.store(c + 1, std::memory_order_release);
    return true;
  }

  std::atomic<R *> chunks_[kChunks] = {};
  std::atomic<uint32_t> used_{0};
  std::mutex lock_;
  R *free_ = nullptr;
  R *batch_[kBatches] = {};
  uint32_t batches_ = 0;
};

} // namespace weft
