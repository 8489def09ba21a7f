// Chunks, cells and their bits (cells.h).
#include "rt/cells.h"
#include "rt/settings.h"
#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace wat::cells {

Hole holes[cell_kinds][size_classes];
uint8_t class_of_granules[biggest_small / granule + 1];
uint16_t class_bytes[size_classes];

namespace {

enum State : uint8_t { Free, Small, Big, BigRest };

constexpr unsigned most_cells = chunk_bytes / granule;
struct Chunk {
  State state;
  CellKind kind;
  bool clean; // free, and all zero
  uint8_t size_class;
  uint32_t first;     // BigRest: the chunk of Big
  uint32_t chunks;    // Big
  uint32_t cells;     // Small
  uint32_t reciprocal; // ceil(2^32 / cell size): offset * it >> 32 is the cell's number
  uint32_t scanned;   // words of `used` that hold no hole any more
  uint64_t big_bytes;
  uint64_t used[most_cells / 64], marks[most_cells / 64]; // a big cell's are bit 0
  uint64_t apart[4]; // so that chunks' first words do not share cache sets
};

char *base;
Chunk *chunks;
uint32_t chunk_count, chunk_most;
std::vector<uint32_t> free_chunks;                          // may name chunks that are no longer free
std::vector<uint32_t> with_holes[cell_kinds][size_classes]; // as of the last sweep
uint32_t current[cell_kinds][size_classes];                 // chunk number and one
size_t taken_bytes;

void *reserve(size_t bytes) {
  void *p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}

bool start() {
  if (base)
    return true;
  for (unsigned c = 0, bytes = 0; c < size_classes; ++c) {
    // By 16 up to 512, then four to each doubling.
    bytes = c < 32 ? unsigned(granule * (c + 1)) : unsigned((512 << (c - 32) / 4) * (5 + (c - 32) % 4) / 4);
    class_bytes[c] = uint16_t(bytes);
  }
  for (size_t g = 0, c = 0; g <= biggest_small / granule; ++g) {
    while (class_bytes[c] < g * granule)
      ++c;
    class_of_granules[g] = uint8_t(c);
  }
  size_t most = most_memory();
  for (; !base && most >= 64 * chunk_bytes; most /= 2)
    if (auto *p = static_cast<char *>(reserve(most + chunk_bytes))) {
      base = reinterpret_cast<char *>((reinterpret_cast<uintptr_t>(p) + chunk_bytes - 1) & ~(chunk_bytes - 1));
      chunk_most = uint32_t(most / chunk_bytes);
      chunks = static_cast<Chunk *>(reserve(size_t(chunk_most) * sizeof(Chunk)));
      if (!chunks) {
        munmap(p, most + chunk_bytes);
        base = nullptr;
      }
    }
  return base;
}

char *address(uint32_t chunk) { return base + size_t(chunk) * chunk_bytes; }
uint32_t number(const void *cell) {
  return uint32_t(size_t(static_cast<const char *>(cell) - base) / chunk_bytes);
}
uint32_t cell_number(const Chunk &c, size_t offset) {
  return c.state == Small ? uint32_t(uint64_t(offset) * c.reciprocal >> 32) : 0;
}

bool bit(const uint64_t *bits, uint32_t i) { return bits[i / 64] >> i % 64 & 1; }
void put(uint64_t *bits, uint32_t from, uint32_t to, bool value) {
  for (; from < to; ++from)
    if (value)
      bits[from / 64] |= uint64_t(1) << from % 64;
    else
      bits[from / 64] &= ~(uint64_t(1) << from % 64);
}

// One free chunk, or no_chunk.
constexpr uint32_t no_chunk = ~0u;
uint32_t take_chunk() {
  while (!free_chunks.empty()) {
    uint32_t n = free_chunks.back();
    free_chunks.pop_back();
    if (n < chunk_count && chunks[n].state == Free)
      return n;
  }
  if (chunk_count == chunk_most)
    return no_chunk;
  chunks[chunk_count].clean = true;
  return chunk_count++;
}

// The next hole of the chunk behind what was looked at, its bits set. False: there is none.
bool next_hole(uint32_t n, Hole &h, bool one) {
  Chunk &c = chunks[n];
  size_t size = class_bytes[c.size_class];
  uint32_t words = (c.cells + 63) / 64;
  while (c.scanned < words && !~c.used[c.scanned])
    ++c.scanned;
  if (c.scanned == words)
    return false;
  uint32_t from = c.scanned * 64 + uint32_t(std::countr_one(c.used[c.scanned]));
  if (from >= c.cells)
    return c.scanned = words, false;
  uint32_t to = from + 1;
  while (!one && to < c.cells && !bit(c.used, to))
    ++to;
  put(c.used, from, to, true);
  h = {address(n) + from * size, address(n) + to * size};
  taken_bytes += size_t(h.end - h.next);
  return true;
}

bool find_hole(unsigned kind, unsigned size_class, bool one) {
  uint32_t &at = current[kind][size_class];
  Hole &h = holes[kind][size_class];
  auto &others = with_holes[kind][size_class];
  for (;;) {
    if (at && next_hole(at - 1, h, one))
      return true;
    if (others.empty())
      break;
    at = others.back() + 1;
    others.pop_back();
  }
  uint32_t n = take_chunk();
  if (n == no_chunk)
    return false;
  Chunk &c = chunks[n];
  c.state = Small;
  c.clean = false;
  c.kind = CellKind(kind);
  c.size_class = uint8_t(size_class);
  c.cells = uint32_t(chunk_bytes / class_bytes[size_class]);
  c.reciprocal = uint32_t(((uint64_t(1) << 32) + class_bytes[size_class] - 1) / class_bytes[size_class]);
  c.scanned = 0;
  memset(c.used, 0, sizeof c.used);
  at = n + 1;
  return next_hole(n, h, one);
}

void make_clean(uint32_t n) {
  if (!chunks[n].clean)
    madvise(address(n), chunk_bytes, MADV_DONTNEED);
  chunks[n].clean = true;
}

void *take_big(CellKind kind, size_t bytes) {
  size_t need = (bytes + chunk_bytes - 1) / chunk_bytes;
  if (need > chunk_most)
    return nullptr;
  uint32_t first = 0, run = 0;
  for (uint32_t n = 0; n < chunk_count && run < need; ++n) {
    if (chunks[n].state == Free)
      first = run++ ? first : n;
    else
      run = 0;
  }
  if (run < need) { // at the end, with what is free there already
    first = chunk_count - (chunk_count && chunks[chunk_count - 1].state == Free ? run : 0);
    if (chunk_most - first < need)
      return nullptr;
    for (; chunk_count < first + need; ++chunk_count)
      chunks[chunk_count].clean = true;
  }
  for (uint32_t k = 0; k < need; ++k) {
    Chunk &c = chunks[first + k];
    make_clean(first + k);
    c.clean = false;
    c.state = k ? BigRest : Big;
    c.first = first;
  }
  Chunk &c = chunks[first];
  c.kind = kind;
  c.chunks = uint32_t(need);
  c.big_bytes = bytes;
  c.used[0] = 1;
  c.marks[0] = 0;
  taken_bytes += need * chunk_bytes;
  return address(first);
}

} // namespace

size_t most_memory() {
  static const size_t most = [] {
    // More than there is would be answered by the end of the process.
    size_t bytes = size_t(sysconf(_SC_PHYS_PAGES)) * size_t(sysconf(_SC_PAGESIZE)) / 4 * 3;
    if (settings().most_memory)
      bytes = settings().most_memory;
    return std::clamp(bytes, 64 * chunk_bytes, size_t(1) << 40);
  }();
  return most;
}

void *take_slowly(CellKind kind, size_t bytes, bool one) {
  if (!start())
    return nullptr;
  if (bytes > biggest_small)
    return take_big(kind, bytes);
  void *p = take(kind, bytes);
  if (!p && find_hole(unsigned(kind), class_of_granules[(bytes + granule - 1) / granule], one))
    p = take(kind, bytes);
  if (p)
    memset(p, 0, bytes);
  return p;
}

void *find(uint64_t a) {
  uint64_t offset = a - reinterpret_cast<uint64_t>(base);
  if (offset >= uint64_t(chunk_count) * chunk_bytes)
    return nullptr;
  auto n = uint32_t(offset / chunk_bytes);
  if (chunks[n].state == Free)
    return nullptr;
  if (chunks[n].state == BigRest)
    n = chunks[n].first;
  Chunk &c = chunks[n];
  if (c.state == Big)
    return address(n);
  uint32_t cell = cell_number(c, offset % chunk_bytes);
  return cell < c.cells && bit(c.used, cell) ? address(n) + cell * size_t(class_bytes[c.size_class]) : nullptr;
}

size_t bytes_of(const void *cell) {
  const Chunk &c = chunks[number(cell)];
  return c.state == Big ? c.big_bytes : class_bytes[c.size_class];
}

CellKind kind_of(const void *cell) { return chunks[number(cell)].kind; }

bool mark(void *cell) {
  Chunk &c = chunks[number(cell)];
  uint32_t i = cell_number(c, size_t(static_cast<char *>(cell) - base) % chunk_bytes);
  uint64_t one = uint64_t(1) << i % 64;
  if (c.marks[i / 64] & one)
    return false;
  c.marks[i / 64] |= one;
  return true;
}

void begin_marking() {
  for (unsigned kind = 0; kind < cell_kinds; ++kind)
    for (unsigned s = 0; s < size_classes; ++s) {
      Hole &h = holes[kind][s];
      if (h.next != h.end) {
        uint32_t n = number(h.next);
        auto from = uint32_t(size_t(h.next - address(n)) / class_bytes[s]);
        put(chunks[n].used, from, from + uint32_t(size_t(h.end - h.next) / class_bytes[s]), false);
      }
      h = {};
      current[kind][s] = 0;
      with_holes[kind][s].clear();
    }
  for (uint32_t n = 0; n < chunk_count; ++n)
    if (chunks[n].state == Small)
      memset(chunks[n].marks, 0, (chunks[n].cells + 63) / 64 * 8);
    else
      chunks[n].marks[0] = 0;
}

Swept sweep(size_t keep_bytes) {
  Swept s{};
  free_chunks.clear();
  size_t kept = 0;
  auto free_chunk = [&](uint32_t n) {
    chunks[n].state = Free;
    if (!chunks[n].clean && (kept += chunk_bytes) > keep_bytes)
      make_clean(n);
    free_chunks.push_back(n);
  };
  for (uint32_t n = 0; n < chunk_count; ++n) {
    Chunk &c = chunks[n];
    if (c.state == Free) {
      free_chunk(n);
    } else if (c.state == Big) {
      if (c.marks[0]) {
        s.live_bytes += c.big_bytes;
        continue;
      }
      s.freed_bytes += c.big_bytes;
      for (uint32_t k = 0, all = c.chunks; k < all; ++k)
        free_chunk(n + k);
      n += c.chunks - 1;
    } else if (c.state == Small) {
      uint32_t live = 0, was = 0;
      for (uint32_t w = 0; w < (c.cells + 63) / 64; ++w) {
        was += uint32_t(std::popcount(c.used[w]));
        live += uint32_t(std::popcount(c.marks[w]));
        c.used[w] = c.marks[w];
      }
      size_t size = class_bytes[c.size_class];
      s.live_bytes += live * size;
      s.freed_bytes += (was - live) * size;
      c.scanned = 0;
      if (!live)
        free_chunk(n);
      else if (live < c.cells)
        with_holes[unsigned(c.kind)][c.size_class].push_back(n);
    }
  }
  std::reverse(free_chunks.begin(), free_chunks.end()); // those that were kept come first
  taken_bytes = 0;
  return s;
}

size_t taken() { return taken_bytes; }

} // namespace wat::cells
