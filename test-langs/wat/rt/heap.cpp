// Structs, arrays, exceptions and buffers of values on their way: making them, and what needs more than a load or
// store. They are collected (collect.h).
#include "rt/collect.h"
#include "rt/instance.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>

namespace wat {

extern "C" [[noreturn]] void wat_trap(uint32_t code);
[[noreturn]] static void trap(TrapCode c) { wat_trap(uint32_t(c)); }
static bool outside(uint64_t at, uint64_t n, uint64_t size) { return n > size || at > size - n; }

extern "C" Object *wat_new(const CanonType *type, uint64_t length, uint64_t element) {
  // A loop over an array may hold nothing but the address behind its last element: that is the array's too.
  uint64_t behind = type->sub.kind == SubType::Array;
  auto *o = static_cast<Object *>(allocate(type->refs.empty() ? CellKind::Leaf : CellKind::Object,
                                           sizeof(Object) + length * element + behind));
  o->type = type;
  o->length = length;
  return o;
}

extern "C" Exn *wat_new_exn(TagObject *tag, uint64_t count) {
  auto *e = static_cast<Exn *>(allocate(CellKind::Exn, sizeof(Exn) + 8 * count));
  e->tag = tag;
  e->type = tag->type;
  e->count = count;
  return e;
}

extern "C" void *wat_buffer(uint64_t count) { return allocate(CellKind::Words, 8 * count); }

uint64_t host_reference(uint64_t number) {
  static std::map<uint64_t, Object *> all; // not in the collected heap: the host has them
  Object *&o = all[number];
  if (!o)
    o = new (calloc(1, sizeof(Object))) Object{nullptr, number};
  return reinterpret_cast<uint64_t>(o);
}

static char *element(Object *a, uint64_t at, uint64_t size) {
  return reinterpret_cast<char *>(a->fields) + at * size;
}

extern "C" void wat_array_fill(Object *a, uint64_t at, uint64_t value, uint64_t n, uint64_t size) {
  if (outside(at, n, a->length))
    trap(TrapCode::ArrayAccess);
  for (uint64_t k = 0; k < n; ++k)
    memcpy(element(a, at + k, size), &value, size);
}

extern "C" void wat_array_copy(Object *to, uint64_t d, Object *from, uint64_t s, uint64_t n, uint64_t size) {
  if (outside(d, n, to->length) || outside(s, n, from->length))
    trap(TrapCode::ArrayAccess);
  memmove(element(to, d, size), element(from, s, size), n * size);
}

extern "C" void wat_array_init_data(Instance *i, uint32_t segment, Object *a, uint64_t d, uint64_t s,
                                    uint64_t n, uint64_t size) {
  Segment &data = (*i->datas)[segment];
  if (outside(d, n, a->length))
    trap(TrapCode::ArrayAccess);
  if (outside(s, n * size, data.size))
    trap(TrapCode::MemoryAccess);
  if (n)
    memcpy(element(a, d, size), data.bytes + s, n * size);
}

extern "C" void wat_array_init_elem(Instance *i, uint32_t segment, Object *a, uint64_t d, uint64_t s,
                                    uint64_t n, uint64_t) {
  auto &elements = (*i->elems)[segment].elements;
  if (outside(d, n, a->length))
    trap(TrapCode::ArrayAccess);
  if (outside(s, n, elements.size()))
    trap(TrapCode::TableAccess);
  std::copy_n(elements.begin() + ptrdiff_t(s), n, a->fields + d);
}

extern "C" Object *wat_array_new_data(Instance *i, const CanonType *type, uint32_t segment, uint64_t s,
                                      uint64_t n, uint64_t size) {
  if (outside(s, n * size, (*i->datas)[segment].size))
    trap(TrapCode::MemoryAccess);
  Object *a = wat_new(type, n, size);
  wat_array_init_data(i, segment, a, 0, s, n, size);
  return a;
}

extern "C" Object *wat_array_new_elem(Instance *i, const CanonType *type, uint32_t segment, uint64_t s,
                                      uint64_t n, uint64_t size) {
  if (outside(s, n, (*i->elems)[segment].elements.size()))
    trap(TrapCode::TableAccess);
  Object *a = wat_new(type, n, size);
  wat_array_init_elem(i, segment, a, 0, s, n, size);
  return a;
}

/// Is a reference, null excepted, of an abstract heap type, or of `type` when there is one?
extern "C" uint32_t wat_ref_test(uint64_t ref, uint32_t heap, const CanonType *type) {
  if (!ref)
    return 0;
  switch (HeapType::Abstract(heap)) {
  case HeapType::Func:
    return !type || below(reinterpret_cast<FuncRef *>(ref)->type, type);
  case HeapType::Extern:
  case HeapType::Exn:
  case HeapType::Cont:
    return 1;
  case HeapType::None:
  case HeapType::NoFunc:
  case HeapType::NoExtern:
  case HeapType::NoExn:
  case HeapType::NoCont:
  case HeapType::Bot:
    return 0;
  default:
    break;
  }
  bool i31 = ref & 1;
  const CanonType *have = i31 ? nullptr : reinterpret_cast<Object *>(ref)->type;
  if (type)
    return have && below(have, type);
  switch (HeapType::Abstract(heap)) {
  case HeapType::Eq:
    return i31 || have;
  case HeapType::I31:
    return i31;
  case HeapType::Struct:
    return have && have->sub.kind == SubType::Struct;
  case HeapType::Array:
    return have && have->sub.kind == SubType::Array;
  default:
    return 1;
  }
}

} // namespace wat
