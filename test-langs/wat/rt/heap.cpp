// Structs, arrays, exceptions and buffers of values on their way. Nothing is collected yet: objects live as
// long as the process.
#include "rt/instance.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

namespace wat {

extern "C" [[noreturn]] void wat_trap(uint32_t code);
[[noreturn]] static void trap(TrapCode c) { wat_trap(uint32_t(c)); }
static bool outside(uint64_t at, uint64_t n, uint64_t size) { return n > size || at > size - n; }

static void *allocate(uint64_t bytes) {
  static thread_local char *next, *end;
  bytes = (bytes + 15) & ~uint64_t(15);
  if (bytes > 1 << 16) {
    void *p = calloc(1, bytes);
    if (!p)
      trap(TrapCode::OutOfMemory);
    return p;
  }
  if (uint64_t(end - next) < bytes) {
    next = static_cast<char *>(calloc(1, 1 << 20));
    if (!next) {
      end = nullptr;
      trap(TrapCode::OutOfMemory);
    }
    end = next + (1 << 20);
  }
  void *p = next;
  next += bytes;
  return p;
}

extern "C" Object *wat_new(const CanonType *type, uint64_t length, uint64_t element) {
  auto *o = static_cast<Object *>(allocate(sizeof(Object) + length * element));
  o->type = type;
  o->length = length;
  return o;
}

extern "C" Exn *wat_new_exn(TagObject *tag, uint64_t count) {
  auto *e = static_cast<Exn *>(allocate(sizeof(Exn) + 8 * count));
  e->tag = tag;
  e->count = count;
  return e;
}

extern "C" void *wat_buffer(uint64_t count) {
  void *p = malloc(8 * count);
  if (!p)
    trap(TrapCode::OutOfMemory);
  return p;
}

extern "C" void wat_buffer_free(void *p) { free(p); }

uint64_t host_reference(uint64_t number) {
  static std::map<uint64_t, Object *> all;
  Object *&o = all[number];
  if (!o)
    o = wat_new(nullptr, number, 0);
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
