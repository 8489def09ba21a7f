// Locals, globals, tables and memories. A memory never moves, so its base is read once. Beyond the end of a 32-bit memory
// nothing is mapped (rt/fault.cpp): such accesses are volatile, since the fault is what they are for, and compare
// nothing. Others are compared with the size.
#include "irgen/gen.h"

namespace wat {
using namespace llvm;

bool FuncGen::variable(const Instr &i) {
  switch (i.op) {
  case Op::LocalGet:
    return push(b.CreateLoad(locals_[i.x]->getAllocatedType(), locals_[i.x])), true;
  case Op::LocalSet:
    return b.CreateStore(pop(), locals_[i.x]), true;
  case Op::LocalTee:
    return b.CreateStore(stack_.back(), locals_[i.x]), true;
  case Op::GlobalGet: {
    Value *at = slot(g.layout.globals + i.x, g.ptr);
    return push(apart(b.CreateLoad(g.type(g.source.globals[i.x].type.type), at), "global")), true;
  }
  case Op::GlobalSet: {
    Value *at = slot(g.layout.globals + i.x, g.ptr);
    return apart(b.CreateStore(pop(), at), "global"), true;
  }
  default:
    return false;
  }
}

bool FuncGen::faults(const Instr &i) {
  return g.m.getTargetTriple().isX86_64() && !g.source.memories[i.x].type.addr64 && i.value < memory_guard - 8;
}

Value *FuncGen::address(const Instr &i, unsigned size) {
  Value *memory = slot(g.layout.memories + i.x, g.ptr);
  Value *base = load_field(memory, offsetof(MemoryObject, base), g.ptr, true);
  Value *bytes = header(memory, offsetof(MemoryObject, bytes), g.i64);
  Value *at = size64(pop());
  uint64_t end = i.value + size;
  if (faults(i)) {
  } else if (end < i.value) { // no memory reaches there
    trap_if(b.getTrue(), TrapCode::MemoryAccess);
  } else if (g.source.memories[i.x].type.addr64) {
    Value *last = b.CreateSub(bytes, b.getInt64(end));
    trap_if(b.CreateOr(b.CreateICmpULT(bytes, b.getInt64(end)), b.CreateICmpUGT(at, last)),
            TrapCode::MemoryAccess);
  } else if (end <= g.source.memories[i.x].type.limits.min << 16) {
    // Never smaller than that: the subtraction then leaves the loops that the addition would stay in.
    trap_if(b.CreateICmpUGT(at, b.CreateSub(bytes, b.getInt64(end), "", true)), TrapCode::MemoryAccess);
  } else {
    trap_if(b.CreateICmpUGT(b.CreateAdd(at, b.getInt64(end), "", true, true), bytes),
            TrapCode::MemoryAccess);
  }
  return b.CreateGEP(g.i8, base, b.CreateAdd(at, b.getInt64(i.value)));
}

Value *FuncGen::element(Index table, Value *index) {
  Value *t = slot(g.layout.tables + table, g.ptr);
  index = size64(index);
  trap_if(b.CreateICmpUGE(index, header(t, offsetof(TableObject, size), g.i64)),
          TrapCode::TableAccess);
  return b.CreateGEP(g.i64, header(t, offsetof(TableObject, elements), g.ptr), index);
}

bool FuncGen::memory(const Instr &i) {
  const OpInfo &info = op_info(i.op);
  if (info.imm == Imm::MemArg) {
    unsigned size = 1u << info.access;
    if (info.results[0]) {
      char r = info.results[0];
      Type *t = r == 'i' ? g.i32 : r == 'I' ? g.i64 : r == 'f' ? g.f32 : g.f64;
      Value *at = address(i, size);
      Type *access = t->isIntegerTy() ? b.getIntNTy(8 * size) : t;
      Value *v = apart(b.CreateAlignedLoad(access, at, Align(1), faults(i)), "memory");
      if (access != t)
        v = std::string_view(info.text).ends_with("_s") ? b.CreateSExt(v, t) : b.CreateZExt(v, t);
      push(v);
    } else {
      Value *v = pop();
      Value *at = address(i, size);
      if (v->getType()->isIntegerTy())
        v = b.CreateTrunc(v, b.getIntNTy(8 * size));
      apart(b.CreateAlignedStore(v, at, Align(1), faults(i)), "memory");
    }
    return true;
  }
  auto object = [&](uint32_t index) { return slot(index, g.ptr); };
  auto narrow = [&](Value *v, bool wide) { return wide ? v : b.CreateTrunc(v, g.i32); };
  auto three = [&] { // all three sizes as i64
    std::vector<Value *> v = pop(3);
    for (Value *&x : v)
      x = size64(x);
    return v;
  };
  uint32_t memories = g.layout.memories, tables = g.layout.tables;
  switch (i.op) {
  case Op::MemorySize: {
    Value *bytes = header(object(memories + i.x), offsetof(MemoryObject, bytes), g.i64);
    return push(narrow(b.CreateLShr(bytes, 16), g.source.memories[i.x].type.addr64)), true;
  }
  case Op::MemoryGrow: {
    Value *n = size64(pop());
    return push(narrow(rt("wat_memory_grow", "lpl", {object(memories + i.x), n}),
                       g.source.memories[i.x].type.addr64)),
           true;
  }
  case Op::MemoryFill: {
    std::vector<Value *> v = pop(3);
    rt("wat_memory_fill", "vplil", {object(memories + i.x), size64(v[0]), v[1], size64(v[2])});
    return true;
  }
  case Op::MemoryCopy: {
    auto v = three();
    rt("wat_memory_copy", "vpplll", {object(memories + i.x), object(memories + i.y), v[0], v[1], v[2]});
    return true;
  }
  case Op::MemoryInit: {
    auto v = three();
    rt("wat_memory_init", "vppilll",
       {instance_, object(memories + i.x), b.getInt32(i.y), v[0], v[1], v[2]});
    return true;
  }
  case Op::DataDrop:
    rt("wat_data_drop", "vpi", {instance_, b.getInt32(i.x)});
    return true;
  case Op::TableGet:
    return push(apart(b.CreateLoad(g.i64, element(i.x, pop())), "element")), true;
  case Op::TableSet: {
    Value *v = pop();
    Value *at = element(i.x, pop());
    return apart(b.CreateStore(v, at), "element"), true;
  }
  case Op::TableSize:
    return push(narrow(header(object(tables + i.x), offsetof(TableObject, size), g.i64),
                       g.source.tables[i.x].type.addr64)),
           true;
  case Op::TableGrow: {
    Value *n = size64(pop());
    Value *v = pop();
    return push(narrow(rt("wat_table_grow", "lpll", {object(tables + i.x), v, n}),
                       g.source.tables[i.x].type.addr64)),
           true;
  }
  case Op::TableFill: {
    auto v = pop(3);
    rt("wat_table_fill", "vplll", {object(tables + i.x), size64(v[0]), v[1], size64(v[2])});
    return true;
  }
  case Op::TableCopy: {
    auto v = three();
    rt("wat_table_copy", "vpplll", {object(tables + i.x), object(tables + i.y), v[0], v[1], v[2]});
    return true;
  }
  case Op::TableInit: {
    auto v = three();
    rt("wat_table_init", "vppilll",
       {instance_, object(tables + i.x), b.getInt32(i.y), v[0], v[1], v[2]});
    return true;
  }
  case Op::ElemDrop:
    rt("wat_elem_drop", "vpi", {instance_, b.getInt32(i.x)});
    return true;
  default:
    return false;
  }
}

} // namespace wat
