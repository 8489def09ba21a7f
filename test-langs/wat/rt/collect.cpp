// Marking and sweeping. Objects are marked by their types; stacks word by word, since LLVM says nothing of what is
// in a frame: what looks like an address in the heap or a suspended continuation's handle keeps it. A
// continuation's stacks are scanned when its handle was found, so it dies with what only it refers to.
//
// Nothing here recurses, as it may run where a continuation's stack is nearly used up.
#include "rt/collect.h"
#include "rt/settings.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <weft/collect.h>
#include <weft/lowered.h>
#include <weft/stack.h>

namespace wat {

extern "C" [[noreturn]] void wat_trap(uint32_t code);

Root *Root::first;

namespace {

constexpr size_t least_budget = 32 << 20;
constexpr size_t page = 4096;

struct Range {
  const uint64_t *at, *end;
};

std::vector<Instance *> instances;
// What was reached and not looked into yet. They keep their memory from one collection to the next.
std::vector<void *> cells_left;
std::vector<Range> ranges_left;
std::vector<weft_cont> conts_left;

size_t budget = least_budget;
size_t stack_each = 2 * page; // what a continuation is taken to hold, by those of the last collection
size_t conts_made, conts_freed, next_look = 256;
size_t resident_then; // after the last collection
size_t stack_bytes, conts_found;
struct {
  uint64_t collections, conts, bytes;
} counts;

const size_t stress = settings().stress;
size_t until = stress; // the next collection

struct AtEnd {
  AtEnd() {
    if (settings().stats)
      atexit([] {
        fprintf(stderr, "wat: %llu collections freed %llu continuations and %llu KiB\n",
                static_cast<unsigned long long>(counts.collections), static_cast<unsigned long long>(counts.conts),
                static_cast<unsigned long long>(counts.bytes >> 10));
      });
  }
} at_end;

void word(uint64_t w) {
  if (void *cell = cells::find(w)) {
    if (cells::mark(cell) && cells::kind_of(cell) != CellKind::Leaf)
      cells_left.push_back(cell);
  }
  if (w > WEFT_SLOT_MASK && weft_collect_mark(w))
    conts_left.push_back(w);
}

__attribute__((no_sanitize_address)) void scan(void *, const uint64_t *low, const uint64_t *high) {
  for (; low < high; ++low)
    word(*low);
}

void scan_stack(void *, const uint64_t *low, const uint64_t *high) {
  stack_bytes += (size_t(high - low) * 8 + page - 1) / page * page;
  scan(nullptr, low, high);
}

void look_into(void *cell) {
  switch (cells::kind_of(cell)) {
  case CellKind::Leaf:
    break;
  case CellKind::Object: {
    auto *o = static_cast<Object *>(cell);
    if (o->type->sub.kind == SubType::Array)
      ranges_left.push_back({o->fields, o->fields + o->length});
    else
      for (uint32_t f : o->type->refs)
        word(o->fields[f]);
    break;
  }
  case CellKind::Exn: {
    auto *e = static_cast<Exn *>(cell);
    const auto &types = e->type->sub.params;
    for (size_t k = 0; k < e->count; ++k)
      if (types[k].is_ref())
        word(e->values[k]);
    break;
  }
  case CellKind::Words: {
    auto *w = static_cast<uint64_t *>(cell);
    ranges_left.push_back({w, w + cells::bytes_of(cell) / 8});
    break;
  }
  }
}

void look_into_all() {
  for (;;)
    if (!cells_left.empty()) {
      void *cell = cells_left.back();
      cells_left.pop_back();
      look_into(cell);
    } else if (!ranges_left.empty()) { // piecemeal: a big array does not make a big list
      Range &r = ranges_left.back();
      const uint64_t *from = r.at, *to = r.end - r.at > 512 ? r.at + 512 : r.end;
      r.at = to;
      if (to == r.end)
        ranges_left.pop_back();
      for (; from < to; ++from)
        word(*from);
    } else if (!conts_left.empty()) {
      weft_cont k = conts_left.back();
      conts_left.pop_back();
      ++conts_found;
      weft_collect_stacks(k, scan_stack, nullptr);
      each_bound(uint32_t(weft_slots[k & WEFT_SLOT_MASK].inner - weft_slots),
                 [](void *, uint64_t w) { word(w); }, nullptr);
    } else {
      return;
    }
}

void roots_of(Instance *i) {
  const Compiled &c = *i->compiled;
  Layout at(c);
  for (uint32_t k = 0; k < c.tables.count; ++k)
    if (auto *t = reinterpret_cast<TableObject *>(i->slots[at.tables + k]); t && !t->type.elem.heap.is(HeapType::Func))
      ranges_left.push_back({t->elements, t->elements + t->size});
  for (uint32_t k = 0; k < c.globals.count; ++k)
    if (auto *g = reinterpret_cast<GlobalObject *>(i->slots[at.globals + k]); g && g->type.type.is_ref())
      word(g->bits);
  for (const Segment &s : *i->elems)
    ranges_left.push_back({s.elements.data(), s.elements.data() + s.elements.size()});
}

// What the process holds: how deep a continuation got before it was suspended is nowhere else to be seen.
size_t resident() {
  char text[128];
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0)
    close(fd);
  text[std::max<ssize_t>(n, 0)] = 0;
  size_t pages = 0;
  return sscanf(text, "%*u %zu", &pages) == 1 ? pages * page : 0;
}

bool due(size_t bytes) {
  return cells::taken() + bytes + conts_made * stack_each >= budget;
}

} // namespace

void add_roots(Instance *i) { instances.push_back(i); }
void remove_roots(Instance *i) { std::erase(instances, i); }

void collect() {
  if (weft_collect_begin() != WEFT_OK)
    return;
  cells::begin_marking();
  stack_bytes = conts_found = 0;
  weft_collect_roots(scan, nullptr);
  Root::each(word);
  for (Instance *i : instances)
    roots_of(i);
  look_into_all();
  // Stacks that the last collection freed and nobody needed since.
  if (conts_freed > conts_made && (conts_freed - conts_made) * stack_each > least_budget)
    weft_stack_trim();
  uint64_t pages;
  conts_freed = weft_collect_sweep(&pages);
  forget_stale_bound();
  if (conts_found + conts_freed)
    stack_each = std::max(page, (stack_bytes + pages * page) / (conts_found + conts_freed));
  cells::Swept swept = cells::sweep(budget);
  budget = std::max(least_budget, swept.live_bytes + stack_bytes);
  conts_made = 0;
  next_look = 256;
  resident_then = resident();
  ++counts.collections;
  counts.conts += conts_freed;
  counts.bytes += swept.freed_bytes;
}

[[gnu::noinline]] static void *allocate_slowly(CellKind kind, size_t bytes) {
  if (stress ? --until == 0 : due(bytes)) {
    collect();
    until = stress;
  }
  void *p = cells::take_slowly(kind, bytes, stress);
  if (!p) {
    collect();
    p = cells::take_slowly(kind, bytes, stress);
  }
  if (!p)
    wat_trap(uint32_t(TrapCode::OutOfMemory));
  return p;
}

void *allocate(CellKind kind, size_t bytes) {
  if (bytes <= cells::biggest_small)
    if (void *p = cells::take(kind, bytes))
      return memset(p, 0, bytes);
  return allocate_slowly(kind, bytes);
}

/// A continuation was made, which its maker has. May collect.
extern "C" void wat_cont_made(weft_cont k) {
  weft_collect_own(k);
  if (++conts_made < next_look && !stress)
    return;
  next_look = conts_made + 256;
  size_t now = resident();
  if (stress ? --until == 0 : due(0) || now > resident_then + budget) {
    collect();
    until = stress;
    now = resident_then;
  }
  // Endless recursion by way of new continuations meets no stack's end.
  if (now > cells::most_memory())
    wat_trap(uint32_t(TrapCode::OutOfMemory));
}

} // namespace wat
