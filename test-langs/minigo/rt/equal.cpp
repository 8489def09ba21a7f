// Equality, hashing and interface satisfaction by type descriptor.
#include "rt.h"
#include <cstring>

namespace minigo::rt {

bool equal(const TypeDesc *t, const void *a, const void *b) {
  if (t->flags & FPlainBytes)
    return !memcmp(a, b, size_t(t->size));
  switch (t->kind) {
  case KFloat32:
    return *static_cast<const float *>(a) == *static_cast<const float *>(b);
  case KFloat64:
    return *static_cast<const double *>(a) == *static_cast<const double *>(b);
  case KString: {
    auto &x = *static_cast<const String *>(a), &y = *static_cast<const String *>(b);
    return x.len == y.len && (x.len == 0 || !memcmp(x.ptr, y.ptr, size_t(x.len)));
  }
  case KInterface:
    return iface_equal(*static_cast<const Iface *>(a), *static_cast<const Iface *>(b));
  case KArray:
    for (int64_t k = 0; k < t->len; ++k)
      if (!equal(t->elem, static_cast<const char *>(a) + k * t->elem->size,
                 static_cast<const char *>(b) + k * t->elem->size))
        return false;
    return true;
  case KStruct:
    for (int64_t k = 0; k < t->field_count; ++k) {
      auto &f = t->fields[k];
      if (f.name_len == 1 && f.name[0] == '_')
        continue;
      if (!equal(f.type, static_cast<const char *>(a) + f.offset,
                 static_cast<const char *>(b) + f.offset))
        return false;
    }
    return true;
  default:
    return false;
  }
}

bool iface_equal(Iface a, Iface b) {
  if (a.type != b.type)
    return false;
  if (!a.type)
    return true;
  if (!(a.type->flags & FComparable))
    panic_text("runtime error: comparing uncomparable type " + std::string(type_name(a.type)));
  if (a.type->flags & FDirect)
    return a.data == b.data;
  return equal(a.type, a.data, b.data);
}

static uint64_t mix(uint64_t h) {
  h *= 0x9E3779B97F4A7C15u;
  h ^= h >> 32;
  return h;
}

static uint64_t hash_bytes(const void *p, size_t n) {
  auto *c = static_cast<const unsigned char *>(p);
  uint64_t h = n * 0xff51afd7ed558ccdu;
  for (; n >= 8; n -= 8, c += 8) {
    uint64_t w;
    memcpy(&w, c, 8);
    h = mix(h ^ w);
  }
  uint64_t w = 0;
  memcpy(&w, c, n);
  return mix(mix(h ^ w));
}

uint64_t hash(const TypeDesc *t, const void *p) {
  switch (t->kind) {
  case KInt:
  case KInt64:
  case KUint:
  case KUint64:
  case KUintptr:
  case KPointer:
  case KChan:
    return mix(*static_cast<const uint64_t *>(p));
  case KFloat32:
  case KFloat64: {
    double d = t->kind == KFloat32 ? double(*static_cast<const float *>(p))
                                   : *static_cast<const double *>(p);
    if (d == 0)
      d = 0; // both zeros
    uint64_t w;
    memcpy(&w, &d, 8);
    return mix(w);
  }
  case KString: {
    auto &s = *static_cast<const String *>(p);
    return hash_bytes(s.ptr, size_t(s.len));
  }
  case KInterface: {
    auto &i = *static_cast<const Iface *>(p);
    if (!i.type)
      return 0;
    if (!(i.type->flags & FComparable))
      panic_text("runtime error: hash of unhashable type " + std::string(type_name(i.type)));
    return mix(hash(i.type, iface_ptr(i)) ^ reinterpret_cast<uintptr_t>(i.type));
  }
  case KArray: {
    uint64_t h = 1;
    for (int64_t k = 0; k < t->len; ++k)
      h = mix(h ^ hash(t->elem, static_cast<const char *>(p) + k * t->elem->size));
    return h;
  }
  case KStruct: {
    uint64_t h = 2;
    for (int64_t k = 0; k < t->field_count; ++k)
      h = mix(h ^ hash(t->fields[k].type, static_cast<const char *>(p) + t->fields[k].offset));
    return h;
  }
  default:
    return hash_bytes(p, size_t(t->size));
  }
}

extern "C" bool mg_equal(const TypeDesc *t, const void *a, const void *b) { return equal(t, a, b); }
extern "C" bool mg_iface_equal(const TypeDesc *ta, void *a, const TypeDesc *tb, void *b) {
  return iface_equal({ta, a}, {tb, b});
}

extern "C" bool mg_implements(const TypeDesc *t, const TypeDesc *iface) {
  if (!t)
    return false;
  for (int64_t k = 0; k < iface->method_count; ++k)
    if (!method(t, iface->methods[k].selector))
      return false;
  return true;
}

} // namespace minigo::rt
