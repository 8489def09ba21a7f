// References: null, tests and casts, i31, structs and arrays.
#include "irgen/gen.h"

namespace wat {
using namespace llvm;

Value *FuncGen::test(Value *ref, ValType t) {
  Value *null = b.CreateICmpEQ(ref, b.getInt64(0));
  Value *type = t.heap.is_index() ? slot(g.layout.types + t.heap.index(), g.ptr)
                                  : static_cast<Value *>(ConstantPointerNull::get(PointerType::getUnqual(g.cx)));
  HeapType heap = t.heap;
  if (heap.is_index() && g.source.types[heap.index()].sub.kind == SubType::Func)
    heap = HeapType::Func;
  else if (heap.is_index())
    heap = HeapType::Any;
  Value *is = b.CreateICmpNE(
      rt("wat_ref_test", "ilip", {ref, b.getInt32(uint32_t(heap.abstract())), type}), b.getInt32(0));
  return t.nullable ? b.CreateOr(null, is) : is; // wat_ref_test says no to null
}

bool FuncGen::reference(const Instr &i) {
  auto is_null = [&](Value *v) { return b.CreateICmpEQ(v, b.getInt64(0)); };
  switch (i.op) {
  case Op::RefNull:
    return push(b.getInt64(0)), true;
  case Op::RefIsNull:
    return push(b.CreateZExt(is_null(pop()), g.i32)), true;
  case Op::RefFunc:
    return push(slot(i.x, g.i64)), true;
  case Op::RefEq: {
    Value *y = pop(), *x = pop();
    return push(b.CreateZExt(b.CreateICmpEQ(x, y), g.i32)), true;
  }
  case Op::RefAsNonNull:
    trap_if(is_null(stack_.back()), TrapCode::NullReference);
    return true;
  case Op::BrOnNull: {
    Value *v = pop();
    branch_if(is_null(v), label(i.x));
    return push(v), true;
  }
  case Op::BrOnNonNull: {
    Value *null = is_null(stack_.back());
    branch_if(b.CreateNot(null), label(i.x));
    return pop(), true;
  }
  case Op::RefTest:
    return push(b.CreateZExt(test(pop(), i.t), g.i32)), true;
  case Op::RefCast:
    trap_if(b.CreateNot(test(stack_.back(), i.t)), TrapCode::Cast);
    return true;
  case Op::BrOnCast:
  case Op::BrOnCastFail: {
    Value *is = test(stack_.back(), i.t2);
    branch_if(i.op == Op::BrOnCast ? is : b.CreateNot(is), label(i.x));
    return true;
  }
  case Op::RefI31: {
    Value *v = size64(b.CreateAnd(pop(), b.getInt32(0x7fffffff)));
    return push(b.CreateOr(b.CreateShl(v, 1), b.getInt64(1))), true;
  }
  case Op::I31GetS:
  case Op::I31GetU: {
    Value *v = pop();
    trap_if(is_null(v), TrapCode::NullI31);
    Value *bits = b.CreateTrunc(b.CreateLShr(v, 1), g.i32);
    if (i.op == Op::I31GetS)
      bits = b.CreateAShr(b.CreateShl(bits, 1), 1);
    return push(bits), true;
  }
  case Op::AnyConvertExtern: // one representation
  case Op::ExternConvertAny:
    return true;
  default:
    return false;
  }
}

static uint64_t element_size(const FieldType &f) {
  if (f.packed != FieldType::NotPacked)
    return f.packed == FieldType::I8 ? 1 : 2;
  return f.type.kind == ValType::I32 || f.type.kind == ValType::F32 ? 4 : 8;
}

Value *FuncGen::loaded_field(const FieldType &f, Value *at, bool is_signed) {
  if (f.packed == FieldType::NotPacked)
    return b.CreateLoad(g.type(f.type), at);
  Value *v = b.CreateLoad(f.packed == FieldType::I8 ? g.i8 : g.i16, at);
  return is_signed ? b.CreateSExt(v, g.i32) : b.CreateZExt(v, g.i32);
}

void FuncGen::store_field(const FieldType &f, Value *v, Value *at) {
  if (f.packed != FieldType::NotPacked)
    v = b.CreateTrunc(v, f.packed == FieldType::I8 ? g.i8 : g.i16);
  b.CreateStore(v, at);
}

Value *FuncGen::array_element(Index type, Value *array, Value *index) {
  Value *a = pointer(array);
  index = size64(index);
  trap_if(b.CreateICmpUGE(index, load_field(a, offsetof(Object, length), g.i64)), TrapCode::ArrayAccess);
  uint64_t size = element_size(g.source.types[type].sub.fields[0]);
  return b.CreateGEP(g.i8, field(a, offsetof(Object, fields)), b.CreateMul(index, b.getInt64(size)));
}

bool FuncGen::aggregate(const Instr &i) {
  auto live = [&](TrapCode code) {
    Value *v = pop();
    trap_if(b.CreateICmpEQ(v, b.getInt64(0)), code);
    return v;
  };
  auto of = [&](Index type) { return slot(g.layout.types + type, g.ptr); };
  auto sub = [&](Index type) -> const SubType & { return g.source.types[type].sub; };
  auto new_array = [&](Index type, Value *length) {
    return rt("wat_new", "lpll",
              {of(type), size64(length), b.getInt64(element_size(sub(type).fields[0]))});
  };
  switch (i.op) {
  case Op::StructNew:
  case Op::StructNewDefault: {
    const SubType &t = sub(i.x);
    Value *s = rt("wat_new", "lpll", {of(i.x), b.getInt64(t.fields.size()), b.getInt64(8)});
    if (i.op == Op::StructNew) {
      auto values = pop(t.fields.size());
      for (size_t k = 0; k < values.size(); ++k)
        store_field(t.fields[k], values[k], field(pointer(s), offsetof(Object, fields) + 8 * k));
    }
    return push(s), true;
  }
  case Op::StructGet:
  case Op::StructGetS:
  case Op::StructGetU: {
    Value *s = live(TrapCode::NullStruct);
    return push(loaded_field(sub(i.x).fields[i.y], field(pointer(s), offsetof(Object, fields) + 8 * i.y),
                             i.op == Op::StructGetS)),
           true;
  }
  case Op::StructSet: {
    Value *v = pop(), *s = live(TrapCode::NullStruct);
    store_field(sub(i.x).fields[i.y], v, field(pointer(s), offsetof(Object, fields) + 8 * i.y));
    return true;
  }
  case Op::ArrayNew: {
    Value *n = pop(), *v = pop();
    Value *a = new_array(i.x, n);
    rt("wat_array_fill", "vlllll",
       {a, b.getInt64(0), to_bits(b, v), size64(n), b.getInt64(element_size(sub(i.x).fields[0]))});
    return push(a), true;
  }
  case Op::ArrayNewDefault:
    return push(new_array(i.x, pop())), true;
  case Op::ArrayNewFixed: {
    auto values = pop(size_t(i.value));
    Value *a = new_array(i.x, b.getInt64(i.value));
    const FieldType &f = sub(i.x).fields[0];
    for (size_t k = 0; k < values.size(); ++k)
      store_field(f, values[k], field(pointer(a), offsetof(Object, fields) + element_size(f) * k));
    return push(a), true;
  }
  case Op::ArrayNewData:
  case Op::ArrayNewElem: {
    Value *n = size64(pop()), *s = size64(pop());
    Value *size = b.getInt64(element_size(sub(i.x).fields[0]));
    return push(rt(i.op == Op::ArrayNewData ? "wat_array_new_data" : "wat_array_new_elem", "lppilll",
                   {instance_, of(i.x), b.getInt32(i.y), s, n, size})),
           true;
  }
  case Op::ArrayGet:
  case Op::ArrayGetS:
  case Op::ArrayGetU: {
    Value *index = pop(), *a = live(TrapCode::NullArray);
    return push(loaded_field(sub(i.x).fields[0], array_element(i.x, a, index), i.op == Op::ArrayGetS)),
           true;
  }
  case Op::ArraySet: {
    Value *v = pop(), *index = pop(), *a = live(TrapCode::NullArray);
    return store_field(sub(i.x).fields[0], v, array_element(i.x, a, index)), true;
  }
  case Op::ArrayLen: {
    Value *a = live(TrapCode::NullArray);
    return push(b.CreateTrunc(load_field(pointer(a), offsetof(Object, length), g.i64), g.i32)), true;
  }
  case Op::ArrayFill: {
    Value *n = size64(pop()), *v = pop(), *d = size64(pop()), *a = live(TrapCode::NullArray);
    rt("wat_array_fill", "vlllll",
       {a, d, to_bits(b, v), n, b.getInt64(element_size(sub(i.x).fields[0]))});
    return true;
  }
  case Op::ArrayCopy: {
    Value *n = size64(pop()), *s = size64(pop()), *from = pop(), *d = size64(pop()), *to = pop();
    trap_if(b.CreateICmpEQ(to, b.getInt64(0)), TrapCode::NullArray);
    trap_if(b.CreateICmpEQ(from, b.getInt64(0)), TrapCode::NullArray);
    rt("wat_array_copy", "vllllll",
       {to, d, from, s, n, b.getInt64(element_size(sub(i.x).fields[0]))});
    return true;
  }
  case Op::ArrayInitData:
  case Op::ArrayInitElem: {
    Value *n = size64(pop()), *s = size64(pop()), *d = size64(pop()), *a = live(TrapCode::NullArray);
    rt(i.op == Op::ArrayInitData ? "wat_array_init_data" : "wat_array_init_elem", "vpilllll",
       {instance_, b.getInt32(i.y), a, d, s, n, b.getInt64(element_size(sub(i.x).fields[0]))});
    return true;
  }
  default:
    return false;
  }
}

} // namespace wat
