// Reads types and instructions. Which bytes are which instruction, and what follows them, comes
// from ops.def alone.
#include "syntax/binary_code.h"
#include <array>
#include <cstdio>

namespace wat {

// Types

static std::optional<HeapType> abstract_heap_type(int code) {
  switch (code) {
  case -0x0b:
    return HeapType::NoCont;
  case -0x0c:
    return HeapType::NoExn;
  case -0x0d:
    return HeapType::NoFunc;
  case -0x0e:
    return HeapType::NoExtern;
  case -0x0f:
    return HeapType::None;
  case -0x10:
    return HeapType::Func;
  case -0x11:
    return HeapType::Extern;
  case -0x12:
    return HeapType::Any;
  case -0x13:
    return HeapType::Eq;
  case -0x14:
    return HeapType::I31;
  case -0x15:
    return HeapType::Struct;
  case -0x16:
    return HeapType::Array;
  case -0x17:
    return HeapType::Exn;
  case -0x18:
    return HeapType::Cont;
  default:
    return {};
  }
}

/// The 33-bit signed number of a type index, or -1 with nothing read if there is something else.
static int64_t type_index(Bytes &in) {
  const size_t start = in.at();
  int64_t v = -1;
  try {
    v = in.s33();
  } catch (const Error &) {
  }
  if (v < 0 || v >= 0x80000000) {
    in.go_back(start);
    return -1;
  }
  return v;
}

HeapType CodeDecoder::heap_type() {
  const size_t start = in_.at();
  if (int64_t v = type_index(in_); v >= 0)
    return HeapType(Index(v));
  if (auto h = abstract_heap_type(in_.s7()))
    return *h;
  in_.fail(start, "malformed heap type");
}

ValType CodeDecoder::ref_type() {
  const size_t start = in_.at();
  int code = in_.s7();
  if (code == -0x1c || code == -0x1d)
    return ValType::ref(code == -0x1d, heap_type());
  if (auto h = abstract_heap_type(code))
    return ValType::ref(true, *h);
  in_.fail(start, "malformed reference type");
}

ValType CodeDecoder::val_type() {
  switch (in_.peek()) {
  case 0x7f:
    in_.byte();
    return ValType::I32;
  case 0x7e:
    in_.byte();
    return ValType::I64;
  case 0x7d:
    in_.byte();
    return ValType::F32;
  case 0x7c:
    in_.byte();
    return ValType::F64;
  case 0x7b:
    throw Error{Error::NotSupported, in_.here(), "SIMD is not supported"};
  default:
    return ref_type();
  }
}

void CodeDecoder::block_type(Instr &i) {
  if (int64_t v = type_index(in_); v >= 0) {
    i.type_use = (Index)v;
  } else if (in_.peek() == 0x40) {
    in_.byte();
    i.t = ValType::Bot;
  } else {
    i.t = val_type();
  }
}

// Opcodes

namespace {
struct OpTable {
  std::array<int, 256> plain, fb, fc;
  OpTable() {
    plain.fill(-1);
    fb.fill(-1);
    fc.fill(-1);
    int op = 0;
#define WAT_OP(id, text, prefix, code, imm)                                                        \
  (prefix == 0xfb ? fb : prefix == 0xfc ? fc : plain)[code] = op++;
#include "syntax/ops.def"
    for (Op o : {Op::RefTest, Op::RefCast})
      fb[op_info(o).code + 1] = (int)o; // the nullable one
  }
};
} // namespace

static const OpTable &op_table() {
  static const OpTable t;
  return t;
}

void CodeDecoder::instr(Expr &e) {
  const size_t start = in_.at();
  const OpTable &ops = op_table();
  const uint8_t first = in_.byte();
  char text[64];
  int op;
  Instr i{};
  i.pos = Bytes::position(start);
  if (first == 0xfb || first == 0xfc) {
    uint32_t second = in_.u32();
    op = second < 256 ? (first == 0xfb ? ops.fb : ops.fc)[second] : -1;
    if (op < 0) {
      snprintf(text, sizeof text, "illegal opcode %02x %02x", first, second);
      in_.fail(start, text);
    }
    if (Op(op) == Op::RefTest || Op(op) == Op::RefCast)
      i.t = ValType::ref(second != op_info(Op(op)).code, {});
  } else if (first == 0xfd) {
    throw Error{Error::NotSupported, i.pos, "SIMD is not supported"};
  } else {
    op = ops.plain[first];
    if (op < 0) {
      snprintf(text, sizeof text, "illegal opcode %02x", first);
      in_.fail(start, text);
    }
  }
  i.op = Op(op);
  immediates(e, i);
  e.code.push_back(i);
}

void CodeDecoder::immediates(Expr &e, Instr &i) {
  switch (op_info(i.op).imm) {
  case Imm::None:
  case Imm::Else:
  case Imm::End:
    break;
  case Imm::Block:
  case Imm::If:
    block_type(i);
    break;
  case Imm::TryTable:
    block_type(i);
    catches(e, i);
    break;
  case Imm::Labels:
    i.first = (uint32_t)e.labels.size();
    i.count = in_.length();
    for (uint32_t n = i.count; n > 0; n--)
      e.labels.push_back(in_.u32());
    i.x = in_.u32();
    break;
  case Imm::LabelCast:
    cast_label(i);
    break;
  case Imm::Data:
    names_data_ |= watched_;
    i.x = in_.u32();
    break;
  case Imm::Label:
  case Imm::Func:
  case Imm::Type:
  case Imm::Local:
  case Imm::Global:
  case Imm::Table:
  case Imm::Elem:
  case Imm::Memory:
  case Imm::Tag:
    i.x = in_.u32();
    break;
  case Imm::MemoryData:
    names_data_ |= watched_;
    [[fallthrough]];
  case Imm::TypeTable:
  case Imm::TableElem:
    i.y = in_.u32();
    i.x = in_.u32();
    break;
  case Imm::TypeData:
    names_data_ |= watched_;
    [[fallthrough]];
  case Imm::TableTable:
  case Imm::MemoryMemory:
  case Imm::TypeField:
  case Imm::TypeType:
  case Imm::TypeElem:
  case Imm::TypeTag:
    i.x = in_.u32();
    i.y = in_.u32();
    break;
  case Imm::Types:
    i.first = (uint32_t)e.types.size();
    i.count = in_.length();
    for (uint32_t n = i.count; n > 0; n--)
      e.types.push_back(val_type());
    break;
  case Imm::MemArg:
    memory_argument(i);
    break;
  case Imm::I32:
    i.value = (uint32_t)in_.s32();
    break;
  case Imm::I64:
    i.value = (uint64_t)in_.s64();
    break;
  case Imm::F32:
    i.value = in_.word32();
    break;
  case Imm::F64:
    i.value = in_.word64();
    break;
  case Imm::Heap:
    i.t = ValType::ref(true, heap_type());
    break;
  case Imm::RefType:
    i.t.heap = heap_type();
    break;
  case Imm::TypeCount:
    i.x = in_.u32();
    i.value = in_.u32();
    break;
  case Imm::TypeHandlers:
    i.x = in_.u32();
    handlers(e, i);
    break;
  case Imm::TypeTagHandlers:
    i.x = in_.u32();
    i.y = in_.u32();
    handlers(e, i);
    break;
  }
}

void CodeDecoder::memory_argument(Instr &i) {
  const size_t start = in_.at();
  uint32_t flags = in_.u32();
  in_.require(flags < 0x80, start, "malformed memop flags");
  i.x = flags & 0x40 ? in_.u32() : 0;
  i.align = flags & 0x3f;
  i.value = in_.u64();
}

void CodeDecoder::catches(Expr &e, Instr &i) {
  i.first = (uint32_t)e.catches.size();
  i.count = in_.length();
  for (uint32_t n = i.count; n > 0; n--) {
    CatchClause c;
    c.pos = in_.here();
    uint8_t kind = in_.byte();
    in_.require(kind <= 3, in_.at() - 1, "malformed catch clause");
    c.kind = CatchClause::Kind(kind);
    if (kind <= CatchClause::CatchRef)
      c.tag = in_.u32();
    c.label = in_.u32();
    e.catches.push_back(c);
  }
}

void CodeDecoder::handlers(Expr &e, Instr &i) {
  i.first = (uint32_t)e.handlers.size();
  i.count = in_.length();
  for (uint32_t n = i.count; n > 0; n--) {
    HandlerClause h;
    h.pos = in_.here();
    uint8_t kind = in_.byte();
    in_.require(kind <= 1, in_.at(), "ON opcode expected");
    h.is_switch = kind == 1;
    h.tag = in_.u32();
    if (!h.is_switch)
      h.label = in_.u32();
    e.handlers.push_back(h);
  }
}

void CodeDecoder::cast_label(Instr &i) {
  const size_t start = in_.at();
  uint8_t flags = in_.byte();
  in_.require((flags & 0xfc) == 0, start, "malformed br_on_cast flags");
  i.x = in_.u32();
  i.t = ValType::ref(flags & 1, heap_type());
  i.t2 = ValType::ref(flags & 2, heap_type());
}

Expr CodeDecoder::expr() {
  Expr e;
  std::vector<Index> open; // blocks without their end; an If stays although its Else came
  for (;;) {
    const int next = in_.peek();
    const Index here = (Index)e.code.size();
    if (next == 0x0b) {
      Instr end{};
      end.op = Op::End;
      end.pos = in_.here();
      in_.byte();
      end.other = open.empty() ? no_index : open.back();
      e.code.push_back(end);
      if (open.empty())
        return e;
      Instr &opener = e.code[open.back()];
      opener.end = here;
      if (opener.op == Op::If && opener.other != no_index)
        e.code[opener.other].end = here;
      open.pop_back();
    } else if (next == 0x05 && !open.empty() && e.code[open.back()].op == Op::If &&
               e.code[open.back()].other == no_index) {
      Instr els{};
      els.op = Op::Else;
      els.pos = in_.here();
      in_.byte();
      els.other = open.back();
      e.code[open.back()].other = here;
      e.code.push_back(els);
    } else if (next < 0 || next == 0x05 || next == 0x07 || next == 0x19) {
      in_.expect(0x0b, "END opcode expected");
    } else {
      instr(e);
      Imm imm = op_info(e.code.back().op).imm;
      if (imm == Imm::Block || imm == Imm::If || imm == Imm::TryTable)
        open.push_back(here);
    }
  }
}

} // namespace wat
