// Maps: entries in insertion order plus an open-addressed index of 32-bit positions. Insertion
// order makes iteration a walk over an array that stays valid while the map changes: deleting marks
// an entry, growing makes a new array and leaves the old one to the iterators that hold it (nothing
// is freed). Go promises no order, so any is right; fmt sorts keys itself.
#include "map.h"
#include <cstring>

namespace minigo::rt {

// An entry: a word (1 live, 0 deleted), the key, the value, each 8-aligned.
static char *entry(const Map *m, char *entries, int64_t k) { return entries + k * m->entry_size; }

static bool same_key(const Map *m, const void *a, const void *b) {
  switch (m->key->kind) {
  case KInt:
  case KInt64:
  case KUint:
  case KUint64:
  case KUintptr:
  case KPointer:
    return *static_cast<const uint64_t *>(a) == *static_cast<const uint64_t *>(b);
  default:
    return equal(m->key, a, b);
  }
}

extern "C" Map *mg_map_new(const TypeDesc *t, int64_t hint) {
  auto *m = static_cast<Map *>(mg_alloc(sizeof(Map)));
  m->key = t->key;
  m->elem = t->elem;
  m->value_offset = 8 + ((t->key->size + 7) & ~int64_t(7));
  m->entry_size = m->value_offset + ((t->elem->size + 7) & ~int64_t(7));
  if (hint > 0) {
    int64_t n = 8;
    while (n * 3 / 4 < hint)
      n *= 2;
    m->capacity = n * 3 / 4;
    m->mask = n - 1;
    m->entries = static_cast<char *>(mg_alloc(m->capacity * m->entry_size));
    m->index = static_cast<uint32_t *>(mg_alloc(n * 4));
  }
  return m;
}

static char *find(const Map *m, const void *key, uint64_t h, int64_t *slot) {
  for (int64_t i = int64_t(h) & m->mask;; i = (i + 1) & m->mask) {
    uint32_t at = m->index[i];
    if (!at) {
      *slot = i;
      return nullptr;
    }
    char *e = entry(m, m->entries, at - 1);
    if (*reinterpret_cast<int64_t *>(e) && same_key(m, e + 8, key))
      return e;
  }
}

extern "C" void *mg_map_get(Map *m, const void *key) {
  if (!m || !m->index) {
    if (m)
      hash(m->key, key); // an unhashable key panics even in an empty map
    return nullptr;
  }
  int64_t slot;
  char *e = find(m, key, hash(m->key, key), &slot);
  return e ? e + m->value_offset : nullptr;
}

static void grow(Map *m) {
  int64_t n = 8;
  while (n * 3 / 4 <= m->live * 3 / 2)
    n *= 2;
  char *old = m->entries;
  int64_t used = m->used;
  m->capacity = n * 3 / 4;
  m->mask = n - 1;
  m->entries = static_cast<char *>(mg_alloc(m->capacity * m->entry_size));
  m->index = static_cast<uint32_t *>(mg_alloc(n * 4));
  m->used = 0;
  ++m->generation;
  for (int64_t k = 0; k < used; ++k) {
    char *e = entry(m, old, k);
    if (!*reinterpret_cast<int64_t *>(e))
      continue;
    memcpy(entry(m, m->entries, m->used), e, size_t(m->entry_size));
    int64_t i = int64_t(hash(m->key, e + 8)) & m->mask;
    while (m->index[i])
      i = (i + 1) & m->mask;
    m->index[i] = uint32_t(++m->used);
  }
}

extern "C" void *mg_map_assign(Map *m, const void *key) {
  if (!m)
    panic_text("assignment to entry in nil map");
  uint64_t h = hash(m->key, key);
  int64_t slot = 0;
  if (m->index)
    if (char *e = find(m, key, h, &slot))
      return e + m->value_offset;
  if (m->used >= m->capacity) {
    grow(m);
    find(m, key, h, &slot);
  }
  char *e = entry(m, m->entries, m->used);
  *reinterpret_cast<int64_t *>(e) = 1;
  memcpy(e + 8, key, size_t(m->key->size));
  m->index[slot] = uint32_t(++m->used);
  ++m->live;
  return e + m->value_offset;
}

extern "C" void mg_map_delete(Map *m, const void *key) {
  if (!m)
    return;
  if (!m->index) {
    hash(m->key, key); // an unhashable key panics even in an empty map
    return;
  }
  int64_t slot;
  char *e = find(m, key, hash(m->key, key), &slot);
  if (!e)
    return;
  *reinterpret_cast<int64_t *>(e) = 0; // its index slot stays: searches pass over it
  --m->live;
}

extern "C" int64_t mg_map_len(const Map *m) { return m ? m->live : 0; }

extern "C" void mg_map_iter(Map *m, MapIter *it) {
  *it = {};
  it->map = m;
  if (m) {
    it->entries = m->entries;
    it->used = m->used;
    it->generation = m->generation;
  }
}

extern "C" void *mg_map_next(MapIter *it) {
  Map *m = it->map;
  if (!m)
    return nullptr;
  bool current = it->generation == m->generation;
  for (;;) {
    if (it->next >= (current ? m->used : it->used))
      return nullptr;
    char *e = entry(m, it->entries, it->next++);
    if (!*reinterpret_cast<int64_t *>(e))
      continue;
    if (current) {
      it->value = e + m->value_offset;
      return e + 8;
    }
    // The map has moved on: take what it holds now for this key, if anything.
    if (void *v = mg_map_get(m, e + 8)) {
      it->value = v;
      return e + 8;
    }
  }
}

} // namespace minigo::rt
