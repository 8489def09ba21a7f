// Memories and tables. A memory reserves address space once, all that 32 bits reach, and commits pages as it
// grows, so its base never moves and generated code may keep it.
#include "rt/storage.h"
#include <algorithm>
#include <cstring>
#include <sys/mman.h>

namespace wat {

extern "C" [[noreturn]] void wat_trap(uint32_t code);
[[noreturn]] static void trap(TrapCode c) { wat_trap(uint32_t(c)); }

// Is [at, at + n) outside of size?
static bool outside(uint64_t at, uint64_t n, uint64_t size) { return n > size || at > size - n; }

static constexpr uint64_t page = 65536;

extern "C" uint64_t wat_memory_grow(MemoryObject *m, uint64_t pages) {
  uint64_t old = m->bytes / page;
  if (pages > m->max_pages - old || outside(m->bytes, pages * page, m->reserved))
    return ~uint64_t(0);
  if (pages && mprotect(m->base + m->bytes, pages * page, PROT_READ | PROT_WRITE))
    return ~uint64_t(0);
  m->bytes += pages * page;
  return old;
}

// 32 bits reach all of it, whatever the memory's maximum.
static uint64_t mapped(const MemoryObject &m) {
  return m.type.addr64 ? m.reserved : 65536 * page + memory_guard;
}

void free_memory(MemoryObject *m) {
  no_traps_within(m->base);
  munmap(m->base, mapped(*m));
  delete m;
}

MemoryObject *make_memory(const MemoryType &type) {
  uint64_t most = type.addr64 ? uint64_t(1) << 48 : 65536;
  auto *m = new MemoryObject{};
  m->type = type;
  m->max_pages = std::min(most, type.limits.max.value_or(most));
  uint64_t address_space = uint64_t(type.addr64 ? 1 << 18 : 65536) * page; // 16 GiB, or 4
  m->reserved = std::max(page, std::min(m->max_pages, address_space / page) * page);
  void *base = mmap(nullptr, mapped(*m), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED)
    return nullptr;
  traps_within(base, mapped(*m));
  m->base = static_cast<uint8_t *>(base);
  return wat_memory_grow(m, type.limits.min) == 0 ? m : nullptr;
}

extern "C" void wat_memory_fill(MemoryObject *m, uint64_t at, uint32_t value, uint64_t n) {
  if (outside(at, n, m->bytes))
    trap(TrapCode::MemoryAccess);
  memset(m->base + at, int(value & 255), n);
}

extern "C" void wat_memory_copy(MemoryObject *to, MemoryObject *from, uint64_t d, uint64_t s, uint64_t n) {
  if (outside(d, n, to->bytes) || outside(s, n, from->bytes))
    trap(TrapCode::MemoryAccess);
  memmove(to->base + d, from->base + s, n);
}

extern "C" void wat_memory_init(Instance *i, MemoryObject *m, uint32_t segment, uint64_t d, uint64_t s,
                                uint64_t n) {
  Segment &data = (*i->datas)[segment];
  if (outside(d, n, m->bytes) || outside(s, n, data.size))
    trap(TrapCode::MemoryAccess);
  if (n)
    memcpy(m->base + d, data.bytes + s, n);
}

extern "C" void wat_data_drop(Instance *i, uint32_t segment) { (*i->datas)[segment].size = 0; }

TableObject *make_table(const TableType &type, uint64_t init) {
  auto *t = new TableObject{};
  t->type = type;
  t->size = type.limits.min;
  t->max = std::min(type.limits.max.value_or(~uint64_t(0)), uint64_t(0xffffffff));
  t->elements = static_cast<uint64_t *>(calloc(std::max<uint64_t>(1, t->size), 8));
  if (!t->elements)
    return nullptr;
  if (init)
    std::fill_n(t->elements, t->size, init);
  return t;
}

extern "C" uint64_t wat_table_grow(TableObject *t, uint64_t value, uint64_t n) {
  uint64_t old = t->size;
  if (t->size > t->max || n > t->max - t->size || n > uint64_t(1) << 30)
    return ~uint64_t(0);
  auto *e = static_cast<uint64_t *>(realloc(t->elements, std::max<uint64_t>(1, (old + n)) * 8));
  if (!e)
    return ~uint64_t(0);
  std::fill_n(e + old, n, value);
  t->elements = e;
  t->size += n;
  return old;
}

extern "C" void wat_table_fill(TableObject *t, uint64_t at, uint64_t value, uint64_t n) {
  if (outside(at, n, t->size))
    trap(TrapCode::TableAccess);
  std::fill_n(t->elements + at, n, value);
}

extern "C" void wat_table_copy(TableObject *to, TableObject *from, uint64_t d, uint64_t s, uint64_t n) {
  if (outside(d, n, to->size) || outside(s, n, from->size))
    trap(TrapCode::TableAccess);
  memmove(to->elements + d, from->elements + s, n * 8);
}

extern "C" void wat_table_init(Instance *i, TableObject *t, uint32_t segment, uint64_t d, uint64_t s,
                               uint64_t n) {
  auto &elements = (*i->elems)[segment].elements;
  if (outside(d, n, t->size) || outside(s, n, elements.size()))
    trap(TrapCode::TableAccess);
  std::copy_n(elements.begin() + ptrdiff_t(s), n, t->elements + d);
}

extern "C" void wat_elem_drop(Instance *i, uint32_t segment) { (*i->elems)[segment].elements.clear(); }

} // namespace wat
