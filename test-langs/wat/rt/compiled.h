// What the compiler leaves of a module beside its code: constant data from which instances are made, so
// that neither a program nor `wat run` has the module's text or model when it runs. irgen/describe.cpp
// writes it, field by field in this order; instantiate() reads it. Plain data: standard layout, no
// constructors, indices as in the module, all of it in the object's read-only data.
#pragma once
#include "syntax/module.h"

namespace wat {

struct FuncRef;
struct Instance;

/// Names may hold any bytes, so they are not C strings.
struct Text {
  const char *at;
  uint64_t size;
  std::string_view view() const { return {at, size_t(size)}; }
};

template <class T> struct List {
  const T *at;
  uint64_t count;
  const T *begin() const { return at; }
  const T *end() const { return at + count; }
  const T &operator[](size_t k) const { return at[k]; }
};

struct TypeInfo {
  uint32_t kind; // SubType::Kind
  uint32_t is_final;
  uint32_t super; // or no_index
  uint32_t cont;  // Cont: the function type
  uint32_t group; // how many types were defined together, at the first of them; else 0
  uint32_t params;
  List<ValType> values; // parameters, then results
  List<FieldType> fields;
};

/// A constant expression. Most are no code.
struct Init {
  enum Kind : uint32_t { None, Bits, Func, Code };
  Kind kind;
  uint32_t func;
  union {
    uint64_t bits;
    uint64_t (*code)(Instance *);
  };
};

struct FuncInfo {
  void *code; // for an import, what calls a host's
  void (*entry)(FuncRef *, uint64_t *values);
  uint32_t type;
  uint32_t imported;
  Text name; // for people
  Pos first, last; // in the text, or offsets
};

struct TableInfo {
  uint32_t imported, addr64, has_max, unused;
  uint64_t min, max;
  ValType elem;
  Init init; // None: null
};

struct MemoryInfo {
  uint32_t imported, addr64, has_max, unused;
  uint64_t min, max; // in pages
};

struct GlobalInfo {
  uint32_t imported, is_mutable;
  ValType type;
  Init init; // None for imports
};

struct TagInfo {
  uint32_t imported, type;
  const char *name, *signature; // as weft_tag's
};

struct ClauseInfo {
  uint32_t tag, is_switch;
};

struct ElemInfo {
  uint32_t mode, table; // SegmentMode
  List<Init> items;
  Init offset; // Active
};

struct DataInfo {
  uint32_t mode, memory;
  Text bytes;
  Init offset; // Active
};

struct ImportInfo {
  Text module, field;
  uint32_t kind, index; // ExternKind
};

struct ExportInfo {
  Text name;
  uint32_t kind, index;
};

struct Compiled {
  Text file; // the module's, for backtraces
  uint32_t start, unused; // a function's index or no_index
  List<TypeInfo> types;
  List<FuncInfo> funcs;
  List<TableInfo> tables;
  List<MemoryInfo> memories;
  List<GlobalInfo> globals;
  List<TagInfo> tags;
  List<List<ClauseInfo>> handlers; // of each resume: made for each instance, since tags are its own
  List<ImportInfo> imports;
  List<ExportInfo> exports;
  List<ElemInfo> elems;
  List<DataInfo> datas;
};

} // namespace wat
