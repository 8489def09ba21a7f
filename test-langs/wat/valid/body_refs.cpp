// Rules of references, structures and arrays.
#include "valid/body.h"

namespace wat {

/// The target of a cast: checked, and never a continuation, whose type no value carries at run
/// time.
ValType BodyChecker::cast_target(ValType t) const {
  t = c_.value(t, at_);
  if (c_.types.matches(t, ValType::ref(true, HeapType::Cont)))
    fail("invalid cast to continuation types");
  return t;
}

bool BodyChecker::refs(const Instr &i) {
  switch (i.op) {
  case Op::RefNull:
    push(ValType::ref(true, c_.heap(i.t.heap, i.pos)));
    return true;
  case Op::RefFunc:
    c_.func(i.x, i.pos);
    if (!c_.declared_funcs[i.x])
      fail("undeclared function reference " + std::to_string(i.x));
    push(ValType::ref(false, HeapType(c_.number(c_.m.funcs[i.x].type, i.pos))));
    return true;
  case Op::RefIsNull:
  case Op::RefAsNonNull: {
    const ValType t = peek_ref();
    operand(t);
    pop({ValType::ref(true, t.heap)});
    push(i.op == Op::RefIsNull ? ValType(ValType::I32) : ValType::ref(false, t.heap));
    return true;
  }
  case Op::RefTest:
  case Op::RefCast: {
    const ValType t = cast_target(i.t);
    operand(peek(0));
    pop({ValType::ref(true, c_.types.top(t.heap))});
    push(i.op == Op::RefTest ? ValType(ValType::I32) : t);
    return true;
  }
  case Op::RefEq:
    pop({ValType::ref(true, HeapType::Eq), ValType::ref(true, HeapType::Eq)});
    push(ValType::I32);
    return true;
  case Op::RefI31:
    pop({ValType::I32});
    push(ValType::ref(false, HeapType::I31));
    return true;
  case Op::I31GetS:
  case Op::I31GetU:
    pop({ValType::ref(true, HeapType::I31)});
    push(ValType::I32);
    return true;
  case Op::AnyConvertExtern:
  case Op::ExternConvertAny: {
    const ValType t = peek_ref();
    operand(t);
    const bool in = i.op == Op::AnyConvertExtern;
    pop({ValType::ref(t.nullable, in ? HeapType::Extern : HeapType::Any)});
    push(ValType::ref(t.nullable, in ? HeapType::Any : HeapType::Extern));
    return true;
  }
  default:
    return structure(i) || array(i);
  }
}

bool BodyChecker::structure(const Instr &i) {
  switch (i.op) {
  case Op::StructNew:
  case Op::StructNewDefault: {
    const SubType &t = c_.struct_type(i.x, i.pos);
    std::vector<ValType> values;
    for (const FieldType &f : t.fields) {
      require(i.op == Op::StructNew || Context::defaultable(f.type),
              "field type is not defaultable");
      if (i.op == Op::StructNew)
        values.push_back(f.type);
    }
    pop(values);
    push(ValType::ref(false, HeapType(c_.numbers[i.x])));
    return true;
  }
  case Op::StructGet:
  case Op::StructGetS:
  case Op::StructGetU:
  case Op::StructSet: {
    const SubType &t = c_.struct_type(i.x, i.pos);
    Context::known(i.y < t.fields.size(), i.pos, "field", i.y);
    const FieldType &f = t.fields[i.y];
    const ValType ref = ValType::ref(true, HeapType(c_.numbers[i.x]));
    if (i.op == Op::StructSet) {
      require(f.is_mutable, "field is immutable");
      pop({ref, f.type});
      return true;
    }
    if ((i.op != Op::StructGet) != (f.packed != FieldType::NotPacked))
      fail(i.op == Op::StructGet ? "field is packed" : "field is unpacked");
    pop({ref});
    push(f.type);
    return true;
  }
  default:
    return false;
  }
}

bool BodyChecker::array(const Instr &i) {
  // Where there is an array type, it is x.
  const Imm imm = op_info(i.op).imm;
  if (i.op == Op::ArrayLen) {
    pop({ValType::ref(true, HeapType::Array)});
    push(ValType::I32);
    return true;
  }
  if (op_info(i.op).prefix != 0xfb ||
      (imm != Imm::Type && imm != Imm::TypeCount && imm != Imm::TypeType && imm != Imm::TypeData &&
       imm != Imm::TypeElem))
    return false;
  const FieldType &f = c_.array_type(i.x, i.pos).fields[0];
  const ValType ref = ValType::ref(true, HeapType(c_.numbers[i.x])),
                made = ValType::ref(false, ref.heap), t = f.type;
  const ValType n = ValType::I32;
  auto needs_mutable = [&] { require(f.is_mutable, "array is immutable"); };
  auto needs_bytes = [&] {
    c_.data(i.y, i.pos);
    require(!t.is_ref(), "array type is not numeric or vector");
  };
  auto needs_elems = [&] {
    const ValType from = c_.elem(i.y, i.pos);
    if (!c_.types.matches(from, t))
      fail("type mismatch: element segment's type " + c_.spelt(from) +
           " does not match array's field type " + c_.spelt(f));
  };
  auto needs_packed = [&](bool packed) {
    if (packed != (f.packed != FieldType::NotPacked))
      fail(packed ? "array is unpacked" : "array is packed");
  };
  switch (i.op) {
  case Op::ArrayNew:
    pop({t, n});
    push(made);
    return true;
  case Op::ArrayNewDefault:
    require(Context::defaultable(t), "array type is not defaultable");
    pop({n});
    push(made);
    return true;
  case Op::ArrayNewFixed: {
    // As many as are there, and one more where some are missing: the count may be any number at
    // all.
    uint64_t count = i.value;
    if (count > available())
      count = available() + (frames_.back().unreachable ? 0 : 1);
    pop(std::vector<ValType>(count, t));
    push(made);
    return true;
  }
  case Op::ArrayNewData:
    needs_bytes();
    pop({n, n});
    push(made);
    return true;
  case Op::ArrayNewElem:
    needs_elems();
    pop({n, n});
    push(made);
    return true;
  case Op::ArrayGet:
  case Op::ArrayGetS:
  case Op::ArrayGetU:
    needs_packed(i.op != Op::ArrayGet);
    pop({ref, n});
    push(t);
    return true;
  case Op::ArraySet:
    needs_mutable();
    pop({ref, n, t});
    return true;
  case Op::ArrayFill:
    needs_mutable();
    pop({ref, n, t, n});
    return true;
  case Op::ArrayCopy: {
    const FieldType &from = c_.array_type(i.y, i.pos).fields[0];
    needs_mutable();
    require(from.packed == f.packed && c_.types.matches(from.type, t), "array types do not match");
    pop({ref, n, ValType::ref(true, HeapType(c_.numbers[i.y])), n, n});
    return true;
  }
  case Op::ArrayInitData:
    needs_mutable();
    needs_bytes();
    pop({ref, n, n, n});
    return true;
  case Op::ArrayInitElem:
    needs_mutable();
    needs_elems();
    pop({ref, n, n, n});
    return true;
  default:
    return false;
  }
}

} // namespace wat
