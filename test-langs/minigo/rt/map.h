// The map and its iterator; see map.cpp. MapIter is laid out in generated code as six words whose
// first is the current value's address.
#pragma once
#include "rt.h"

namespace minigo::rt {

struct Map {
  const TypeDesc *key, *elem;
  char *entries;
  uint32_t *index; // 0 empty, else position + 1
  int64_t mask, live, used, capacity;
  int64_t value_offset, entry_size;
  int64_t generation;
};

struct MapIter {
  void *value;
  Map *map;
  char *entries;
  int64_t next, used, generation;
};

extern "C" Map *mg_map_new(const TypeDesc *t, int64_t hint);
extern "C" void *mg_map_get(Map *m, const void *key);
extern "C" void *mg_map_assign(Map *m, const void *key);
extern "C" void mg_map_iter(Map *m, MapIter *it);
extern "C" void *mg_map_next(MapIter *it);

} // namespace minigo::rt
