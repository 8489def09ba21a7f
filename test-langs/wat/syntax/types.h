// The types of WebAssembly as plain data: what the text parser and the binary decoder fill alike, and
// what the validator and the IR generator read. A defined type is an index into Module::types; nothing
// here is canonical, so two indices may well mean the same type: that is for the validator to say.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wat {

using Index = uint32_t;
inline constexpr Index no_index = ~Index(0);

/// Where something stands: line and column from 1 in a text; line 0 and a byte offset in a binary.
struct Pos {
  uint32_t line = 0, column = 0;
};

/// An abstract heap type, or the index of a defined type.
class HeapType {
public:
  enum Abstract : uint32_t {
    Func = 0xffffff00,
    NoFunc,
    Extern,
    NoExtern,
    Any,
    Eq,
    I31,
    Struct,
    Array,
    None,
    Exn,
    NoExn,
    Cont,
    NoCont,
    Bot, // below every heap type; only the validator makes it
  };
  constexpr HeapType(Abstract a = Bot) : code_(a) {}
  constexpr explicit HeapType(Index type) : code_(type) {}
  constexpr bool is_index() const { return code_ < Func; }
  constexpr Index index() const { return code_; }                 // when is_index()
  constexpr Abstract abstract() const { return Abstract(code_); } // when not
  constexpr bool is(Abstract a) const { return code_ == uint32_t(a); }
  constexpr bool operator==(const HeapType &) const = default;

private:
  uint32_t code_;
};

struct ValType {
  enum Kind : uint8_t {
    I32,
    I64,
    F32,
    F64,
    Ref,
    Bot, // what the stack of unreachable code holds; only the validator makes it
  };
  Kind kind = Bot;
  bool nullable = false; // Ref
  HeapType heap;         // Ref
  constexpr ValType() = default;
  constexpr ValType(Kind k) : kind(k) {}
  static constexpr ValType ref(bool nullable, HeapType h) {
    ValType t(Ref);
    t.nullable = nullable;
    t.heap = h;
    return t;
  }
  constexpr bool is_ref() const { return kind == Ref; }
  constexpr bool is_num() const { return kind <= F64; }
  constexpr bool operator==(const ValType &) const = default;
};

/// A field of a struct or the element of an array.
struct FieldType {
  enum Packed : uint8_t { NotPacked, I8, I16 };
  Packed packed = NotPacked;
  bool is_mutable = false;
  ValType type; // the unpacked type: I32 when packed
  constexpr bool operator==(const FieldType &) const = default;
};

struct SubType {
  enum Kind : uint8_t { Func, Struct, Array, Cont };
  Kind kind = Func;
  bool is_final = true;
  std::vector<Index> supers;            // at most one in a valid module
  std::vector<ValType> params, results; // Func
  std::vector<FieldType> fields;        // Struct; one for Array
  HeapType cont;                        // Cont: what it continues, an index in a valid module
  bool operator==(const SubType &) const = default;
};

/// A type definition: `sub` is what counts for equality, the rest is for messages and debuggers.
struct TypeDef {
  SubType sub;
  Index group = 0; // into Module::groups
  Pos pos;
  std::string name;
  std::vector<std::string> field_names; // empty strings for those without; may be shorter
};

/// Types first .. first + count - 1 were defined together and may refer to one another.
struct RecGroup {
  Index first = 0, count = 0;
};

struct Limits {
  uint64_t min = 0;
  std::optional<uint64_t> max;
  bool operator==(const Limits &) const = default;
};

struct TableType {
  bool addr64 = false;
  Limits limits;
  ValType elem; // a Ref
};

struct MemoryType {
  bool addr64 = false;
  Limits limits; // in pages of 64 KiB
};

struct GlobalType {
  bool is_mutable = false;
  ValType type;
};

} // namespace wat
