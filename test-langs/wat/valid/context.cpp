// How types are spelt in messages.
#include "valid/context.h"
#include <algorithm>

namespace wat {

std::string Context::spelt(HeapType h) const {
  if (h.is_index())
    return std::to_string(std::find(numbers.begin(), numbers.end(), h.index()) - numbers.begin());
  switch (h.abstract()) {
  case HeapType::Func:
    return "func";
  case HeapType::NoFunc:
    return "nofunc";
  case HeapType::Extern:
    return "extern";
  case HeapType::NoExtern:
    return "noextern";
  case HeapType::Any:
    return "any";
  case HeapType::Eq:
    return "eq";
  case HeapType::I31:
    return "i31";
  case HeapType::Struct:
    return "struct";
  case HeapType::Array:
    return "array";
  case HeapType::None:
    return "none";
  case HeapType::Exn:
    return "exn";
  case HeapType::NoExn:
    return "noexn";
  case HeapType::Cont:
    return "cont";
  case HeapType::NoCont:
    return "nocont";
  case HeapType::Bot:
    break;
  }
  return "something";
}

std::string Context::spelt(const ValType &t) const {
  switch (t.kind) {
  case ValType::I32:
    return "i32";
  case ValType::I64:
    return "i64";
  case ValType::F32:
    return "f32";
  case ValType::F64:
    return "f64";
  case ValType::Ref:
    return std::string("(ref ") + (t.nullable ? "null " : "") + spelt(t.heap) + ")";
  case ValType::Bot:
    break;
  }
  return "bot";
}

std::string Context::spelt(Types ts) const {
  std::string s = "[";
  for (const ValType &t : ts) {
    if (s.size() > 1)
      s += " ";
    s += spelt(t);
  }
  return s + "]";
}

std::string Context::spelt(const FieldType &f) const {
  std::string s = f.packed == FieldType::I8    ? "i8"
                  : f.packed == FieldType::I16 ? "i16"
                                               : spelt(f.type);
  return f.is_mutable ? "(mut " + s + ")" : s;
}

} // namespace wat
