// A module as plain data, filled alike by the text parser and by the binary decoder. Everything is an
// index: imports stand first in each of funcs, tables, memories, globals and tags, as in WebAssembly's
// own index spaces, so an instruction's index is an index into these vectors. Neither producer promises
// that an index is in range: the validator says so ("unknown type 7"), and only after it may others
// trust them. Instructions are a flat sequence with `end` and `else` as instructions, as in the binary.
#pragma once
#include "syntax/types.h"
#include <string_view>

namespace wat {

enum class Op : uint16_t {
#define WAT_OP(id, text, prefix, code, imm) id,
#include "syntax/ops.def"
};

/// What an instruction carries; the comment says where in Instr it stands. `x, y` are in the order of
/// the text format; where the binary's order is another it says so.
enum class Imm : uint8_t {
  None,
  Block,           // type_use or t (see Instr::block_type); end
  If,              // as Block, and other
  TryTable,        // as Block; catches[first, first + count)
  Else,            // other: the If; end
  End,             // other: the opening instruction, or no_index for the end of a body
  Label,           // x: relative depth
  Labels,          // br_table: labels[first, first + count), x: the default
  LabelCast,       // br_on_cast: x: depth; t, t2: reference types from and to
  Func,            // x
  Type,            // x
  TypeTable,       // call_indirect: x: table, y: type (binary: type, table)
  Types,           // select with types: types[first, first + count)
  Local,           // x
  Global,          // x
  Table,           // x
  TableTable,      // x: destination, y: source
  TableElem,       // x: table, y: segment (binary: segment, table)
  Elem,            // x
  MemArg,          // x: memory, align: log2, value: offset
  Memory,          // x
  MemoryMemory,    // x: destination, y: source
  MemoryData,      // x: memory, y: segment (binary: segment, memory)
  Data,            // x
  I32,             // value: the bits, zero-extended
  I64,             // value: the bits
  F32,             // value: the bits, zero-extended
  F64,             // value: the bits
  Heap,            // ref.null: t.heap
  RefType,         // ref.test, ref.cast: t (binary: opcode for non-null; opcode + 1 for nullable)
  TypeField,       // x: type, y: field
  TypeCount,       // array.new_fixed: x: type, value: count
  TypeType,        // array.copy: x: destination, y: source; cont.bind: x: from, y: to
  TypeData,        // x: type, y: segment
  TypeElem,        // x: type, y: segment
  Tag,             // x
  TypeTag,         // switch: x: continuation type, y: tag
  TypeHandlers,    // resume, resume_throw_ref: x: type; handlers[first, first + count)
  TypeTagHandlers, // resume_throw: x: type, y: tag; handlers[first, first + count)
};

/// One row of ops.def.
struct OpInfo {
  const char *text; // the name in the text format
  uint8_t prefix;   // 0xfb or 0xfc, then `code` is LEB128; 0 when `code` is the one byte
  uint8_t code;
  Imm imm;
  const char
      *params; // numeric and memory instructions: i I f F for i32 i64 f32 f64, a for an address;
  const char *results; // null when the operands depend on more than the opcode
  uint8_t access;      // loads and stores: log2 of the bytes accessed
};
const OpInfo &op_info(Op op);
/// The instruction of a name (for "select" the one without types), or null.
const Op *find_op(std::string_view text);

struct Instr {
  Op op;
  Pos pos;
  Index x = 0, y = 0;
  uint64_t value = 0;
  uint32_t align = 0;
  Index end = no_index;          // blocks and else: index of the matching End in Expr::code
  Index other = no_index;        // If: its Else, if it has one; Else, End: where the block opens
  uint32_t first = 0, count = 0; // a range in one of Expr's side vectors
  Index type_use = no_index;     // blocks: a function type; else t: the one result, or Bot for none
  ValType t, t2;
};

struct CatchClause {
  enum Kind : uint8_t { Catch, CatchRef, CatchAll, CatchAllRef }; // as in the binary
  Kind kind = Catch;
  Pos pos;
  Index tag = 0;   // Catch, CatchRef
  Index label = 0; // relative depth, counted outside the try_table
};

/// `(on $tag $label)` or `(on $tag switch)` of a resume.
struct HandlerClause {
  Pos pos;
  Index tag = 0;
  bool is_switch = false;
  Index label = 0; // when not a switch
};

/// A body or a constant expression; its last instruction is the End without a block.
struct Expr {
  std::vector<Instr> code;
  std::vector<Index> labels;
  std::vector<ValType> types;
  std::vector<CatchClause> catches;
  std::vector<HandlerClause> handlers;
};

enum class ExternKind : uint8_t { Func, Table, Memory, Global, Tag }; // as in the binary

/// In each of the following `import` is the index of what it is imported by, or no_index.
struct Func {
  Index import = no_index;
  Index type = 0;
  Pos pos;
  std::vector<ValType> locals; // without the parameters
  Expr body;                   // not for imports
  std::string name;
  std::vector<std::string>
      local_names; // parameters first; empty strings for those without; may be shorter
};

struct Table {
  Index import = no_index;
  TableType type;
  Pos pos;
  bool has_init = false; // when not, every element starts null, and a type without null is invalid
  Expr init;
  std::string name;
};

struct Memory {
  Index import = no_index;
  MemoryType type;
  Pos pos;
  std::string name;
};

struct Global {
  Index import = no_index;
  GlobalType type;
  Pos pos;
  Expr init; // not for imports
  std::string name;
};

struct Tag {
  Index import = no_index;
  Index type = 0;
  Pos pos;
  std::string name;
};

/// What is imported has the type of funcs[index], tables[index], ...
struct Import {
  std::string module, field;
  ExternKind kind = ExternKind::Func;
  Index index = 0;
  Pos pos;
};

struct Export {
  std::string name;
  ExternKind kind = ExternKind::Func;
  Index index = 0;
  Pos pos;
};

enum class SegmentMode : uint8_t { Active, Passive, Declarative };

struct Elem {
  SegmentMode mode = SegmentMode::Passive;
  ValType type; // a Ref
  std::vector<Expr> items;
  Index table = 0; // Active
  Expr offset;     // Active
  Pos pos;
  std::string name;
};

struct Data {
  SegmentMode mode = SegmentMode::Passive; // never Declarative
  std::string bytes;
  Index memory = 0; // Active
  Expr offset;      // Active
  Pos pos;
  std::string name;
};

struct Start {
  Index func = 0;
  Pos pos;
};

struct Module {
  std::vector<TypeDef> types;
  std::vector<RecGroup> groups;
  std::vector<Import> imports;
  std::vector<Func> funcs;
  std::vector<Table> tables;
  std::vector<Memory> memories;
  std::vector<Global> globals;
  std::vector<Tag> tags;
  std::vector<Export> exports;
  std::optional<Start> start;
  std::vector<Elem> elems;
  std::vector<Data> datas;
  std::string name;
};

/// What the parser, the decoder and the validator throw; the first complaint ends the work. The texts
/// are the reference interpreter's, because scripts compare them by prefix.
struct Error {
  enum Kind : uint8_t {
    Malformed,
    Invalid,
    NotSupported, // correct WebAssembly that this front end leaves out: SIMD, threads
  };
  Kind kind;
  Pos pos;
  std::string message;
};

} // namespace wat
