// Rules of variables, tables, memories and numbers.
#include "valid/body.h"

namespace wat {

bool BodyChecker::data(const Instr &i) {
  switch (op_info(i.op).imm) {
  case Imm::Local:
    local(i);
    return true;
  case Imm::Global: {
    const GlobalType &g = c_.global(i.x, i.pos);
    const ValType t = canonical(g.type, c_.numbers);
    if (i.op == Op::GlobalGet) {
      push(t);
    } else {
      require(g.is_mutable, "immutable global");
      pop({t});
    }
    return true;
  }
  case Imm::Table:
  case Imm::TableTable:
  case Imm::TableElem:
    table_access(i);
    return true;
  case Imm::Elem:
    c_.elem(i.x, i.pos);
    return true;
  case Imm::MemArg:
    memory_access(i);
    return true;
  case Imm::Memory:
  case Imm::MemoryMemory:
  case Imm::MemoryData:
    memory_bulk(i);
    return true;
  case Imm::Data:
    c_.data(i.x, i.pos);
    return true;
  default:
    return false;
  }
}

void BodyChecker::local(const Instr &i) {
  Context::known(i.x < locals_.size(), i.pos, "local", i.x);
  const ValType t = locals_[i.x];
  if (i.op == Op::LocalGet) {
    require(set_[i.x], "uninitialized local");
    push(t);
    return;
  }
  pop({t});
  if (i.op == Op::LocalTee)
    push(t);
  if (!set_[i.x]) {
    set_[i.x] = true;
    set_here_.push_back(i.x);
  }
}

void BodyChecker::table_access(const Instr &i) {
  const TableType &table = c_.table(i.x, i.pos);
  const ValType a = Context::address(table.addr64), t = c_.elem_type(table);
  switch (i.op) {
  case Op::TableGet:
    pop({a});
    push(t);
    return;
  case Op::TableSet:
    pop({a, t});
    return;
  case Op::TableSize:
    push(a);
    return;
  case Op::TableGrow:
    pop({t, a});
    push(a);
    return;
  case Op::TableFill:
    pop({a, t, a});
    return;
  case Op::TableCopy: {
    const TableType &source = c_.table(i.y, i.pos);
    const ValType from = c_.elem_type(source);
    if (!c_.types.matches(from, t))
      fail("type mismatch: source element type " + c_.spelt(from) +
           " does not match destination element type " + c_.spelt(t));
    pop({a, Context::address(source.addr64), Context::address(table.addr64 && source.addr64)});
    return;
  }
  default: { // table.init
    const ValType from = c_.elem(i.y, i.pos);
    if (!c_.types.matches(from, t))
      fail("type mismatch: element segment's type " + c_.spelt(from) +
           " does not match table's element type " + c_.spelt(t));
    pop({a, ValType::I32, ValType::I32});
  }
  }
}

void BodyChecker::memory_bulk(const Instr &i) {
  const bool addr64 = c_.memory(i.x, i.pos).addr64;
  const ValType a = Context::address(addr64);
  switch (i.op) {
  case Op::MemorySize:
    push(a);
    return;
  case Op::MemoryGrow:
    pop({a});
    push(a);
    return;
  case Op::MemoryFill:
    pop({a, ValType::I32, a});
    return;
  case Op::MemoryCopy: {
    const bool from64 = c_.memory(i.y, i.pos).addr64;
    pop({a, Context::address(from64), Context::address(addr64 && from64)});
    return;
  }
  default: // memory.init
    c_.data(i.y, i.pos);
    pop({a, ValType::I32, ValType::I32});
  }
}

static ValType type_of_letter(char c, ValType address) {
  switch (c) {
  case 'i':
    return ValType::I32;
  case 'I':
    return ValType::I64;
  case 'f':
    return ValType::F32;
  case 'F':
    return ValType::F64;
  default:
    return address;
  }
}

void BodyChecker::memory_access(const Instr &i) {
  const OpInfo &op = op_info(i.op);
  const bool addr64 = c_.memory(i.x, i.pos).addr64;
  require(i.align <= op.access, "alignment must not be larger than natural");
  require(addr64 || i.value <= 0xffffffff, "offset out of range");
  const ValType a = Context::address(addr64);
  ValType in[2];
  size_t n = 0;
  for (const char *p = op.params; *p; p++)
    in[n++] = type_of_letter(*p, a);
  pop(Types(in, n));
  for (const char *p = op.results; *p; p++)
    push(type_of_letter(*p, a));
}

void BodyChecker::number(const Instr &i) {
  const OpInfo &op = op_info(i.op);
  switch (op.imm) {
  case Imm::I32:
    push(ValType::I32);
    return;
  case Imm::I64:
    push(ValType::I64);
    return;
  case Imm::F32:
    push(ValType::F32);
    return;
  case Imm::F64:
    push(ValType::F64);
    return;
  default:
    break;
  }
  ValType in[2];
  size_t n = 0;
  for (const char *p = op.params; *p; p++)
    in[n++] = type_of_letter(*p, ValType::I32);
  pop(Types(in, n));
  for (const char *p = op.results; *p; p++)
    push(type_of_letter(*p, ValType::I32));
}

} // namespace wat
