// What a rule looks things up in: the module's index spaces, each with its "unknown ..." text, and
// types by their canonical numbers. Types handed out hold numbers; types taken in hold the module's
// indices and are checked on the way.
#pragma once
#include "valid/validate.h"
#include <span>

namespace wat {

using Types = std::span<const ValType>;

class Context {
public:
  Context(const Module &m, CanonicalTypes &types) : m(m), types(types) {}

  const Module &m;
  CanonicalTypes &types;
  std::vector<Index> numbers;       // of the types seen so far
  size_t globals = 0;               // those an expression may name; grows while globals are checked
  std::vector<bool> declared_funcs; // those ref.func may name

  [[noreturn]] static void fail(Pos at, std::string text) {
    throw Error{Error::Invalid, at, std::move(text)};
  }
  static void require(bool ok, Pos at, const char *text) {
    if (!ok)
      fail(at, text);
  }
  static void known(bool ok, Pos at, const char *what, Index x) {
    if (!ok)
      fail(at, std::string("unknown ") + what + " " + std::to_string(x));
  }

  Index number(Index type, Pos at) const {
    known(type < numbers.size(), at, "type", type);
    return numbers[type];
  }
  const SubType &type(Index x, Pos at) const { return types[number(x, at)]; }
  const SubType &func_type(Index x, Pos at) const {
    return type_of_kind(x, at, SubType::Func, "non-function type ");
  }
  const SubType &struct_type(Index x, Pos at) const {
    return type_of_kind(x, at, SubType::Struct, "non-structure type ");
  }
  const SubType &array_type(Index x, Pos at) const {
    return type_of_kind(x, at, SubType::Array, "non-array type ");
  }
  /// The function type that a continuation type continues.
  const SubType &cont_type(Index x, Pos at) const {
    return types[type_of_kind(x, at, SubType::Cont, "non-continuation type ").cont.index()];
  }
  /// As cont_type, of a reference's canonical heap type.
  const SubType &cont_type_of(HeapType h, Pos at) const {
    const SubType &t = types[h.index()];
    if (t.kind != SubType::Cont)
      fail(at, "non-continuation type " + spelt(h));
    return types[t.cont.index()];
  }

  const SubType &func(Index x, Pos at) const {
    known(x < m.funcs.size(), at, "function", x);
    return type(m.funcs[x].type, at);
  }
  const TableType &table(Index x, Pos at) const {
    known(x < m.tables.size(), at, "table", x);
    return m.tables[x].type;
  }
  const MemoryType &memory(Index x, Pos at) const {
    known(x < m.memories.size(), at, "memory", x);
    return m.memories[x].type;
  }
  const GlobalType &global(Index x, Pos at) const {
    known(x < globals, at, "global", x);
    return m.globals[x].type;
  }
  /// The tag's function type.
  const SubType &tag(Index x, Pos at) const {
    known(x < m.tags.size(), at, "tag", x);
    return func_type(m.tags[x].type, at);
  }
  ValType elem(Index x, Pos at) const {
    known(x < m.elems.size(), at, "elem segment", x);
    return canonical(m.elems[x].type, numbers);
  }
  void data(Index x, Pos at) const { known(x < m.datas.size(), at, "data segment", x); }

  HeapType heap(HeapType h, Pos at) const {
    return h.is_index() ? HeapType(number(h.index(), at)) : h;
  }
  ValType value(ValType t, Pos at) const {
    if (t.is_ref())
      t.heap = heap(t.heap, at);
    return t;
  }
  ValType elem_type(const TableType &t) const { return canonical(t.elem, numbers); }
  static ValType address(bool addr64) { return addr64 ? ValType::I64 : ValType::I32; }
  static bool defaultable(const ValType &t) { return !t.is_ref() || t.nullable; }

  // Texts, with the module's own indices: the first of those that mean the type.
  std::string spelt(HeapType h) const;
  std::string spelt(const ValType &t) const;
  std::string spelt(Types ts) const;
  std::string spelt(const FieldType &f) const;

private:
  const SubType &type_of_kind(Index x, Pos at, SubType::Kind kind, const char *text) const {
    const SubType &t = type(x, at);
    if (t.kind != kind)
      fail(at, text + std::to_string(x));
    return t;
  }
};

} // namespace wat
