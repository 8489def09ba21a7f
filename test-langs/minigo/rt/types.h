// The shape of values and of type descriptors, shared by word of mouth with irgen (layout.cpp and
// descriptors.cpp): whoever changes one changes both. Generated code makes the descriptors; fmt,
// maps, equality and panics read them.
#pragma once
#include <cstddef>
#include <cstdint>

namespace minigo::rt {

enum Kind : int32_t { // the order of minigo::TK
  KInvalid,
  KBool,
  KInt,
  KInt8,
  KInt16,
  KInt32,
  KInt64,
  KUint,
  KUint8,
  KUint16,
  KUint32,
  KUint64,
  KUintptr,
  KFloat32,
  KFloat64,
  KString,
  KUnsafePointer,
  KPointer = 23,
  KArray,
  KSlice,
  KMap,
  KChan,
  KFunc,
  KStruct,
  KInterface,
};

enum TypeFlags : int32_t {
  FNamed = 1,
  FDirect = 2, // pointer-shaped: an interface's data word is the value itself
  FComparable = 4,
  FPlainBytes = 8, // equality is memcmp
};

struct TypeDesc;

struct FieldDesc {
  const char *name;
  int64_t name_len;
  const TypeDesc *type;
  int64_t offset;
  int64_t embedded;
};

struct MethodDesc { // of an interface type
  int64_t selector;
  const char *name;
  int64_t name_len;
};

struct TypeDesc {
  int32_t kind, flags;
  int64_t size;
  const char *name; // as %T prints it
  int64_t name_len;
  const TypeDesc *elem, *key;
  int64_t len;
  const FieldDesc *fields;
  int64_t field_count;
  const MethodDesc *methods;
  int64_t method_count;
  void *const *vtable; // by selector number; null where the type has no such method
};

// Selectors that the run-time library calls itself.
enum { SelError = 0, SelString = 1, SelUnwrap = 2, SelIs = 3 };

struct String {
  const char *ptr;
  int64_t len;
};
struct Slice {
  char *ptr;
  int64_t len, cap;
};
struct Iface {
  const TypeDesc *type;
  void *data;
};
struct Closure {
  void (*code)(Closure *);
};

inline const void *iface_ptr(const Iface &i) { // where the value lies
  return i.type->flags & FDirect ? static_cast<const void *>(&i.data) : i.data;
}

} // namespace minigo::rt
