#include "driver/values.h"
#include <cinttypes>
#include <cstring>

namespace wat {

extern "C" uint32_t wat_ref_test(uint64_t ref, uint32_t heap, const CanonType *type);

ValType plain(ValType t, List<TypeInfo> types) {
  static const HeapType::Abstract kinds[] = {HeapType::Func, HeapType::Struct, HeapType::Array,
                                             HeapType::Cont};
  if (t.is_ref() && t.heap.is_index())
    t.heap = kinds[types[t.heap.index()].kind];
  return t;
}

/// The top of a heap type's hierarchy: only within it do bits tell of which type a reference is.
static HeapType::Abstract top(HeapType h) {
  switch (h.abstract()) {
  case HeapType::Func:
  case HeapType::NoFunc:
    return HeapType::Func;
  case HeapType::Extern:
  case HeapType::NoExtern:
    return HeapType::Extern;
  case HeapType::Exn:
  case HeapType::NoExn:
    return HeapType::Exn;
  case HeapType::Cont:
  case HeapType::NoCont:
    return HeapType::Cont;
  default:
    return HeapType::Any;
  }
}

static const char *name(HeapType h) {
  switch (h.abstract()) {
  case HeapType::Func:
    return "ref.func";
  case HeapType::Extern:
    return "ref.extern";
  case HeapType::Exn:
    return "ref.exn";
  case HeapType::Cont:
    return "ref.cont";
  case HeapType::Eq:
    return "ref.eq";
  case HeapType::I31:
    return "ref.i31";
  case HeapType::Struct:
    return "ref.struct";
  case HeapType::Array:
    return "ref.array";
  default:
    return "ref";
  }
}

static std::string show_reference(HeapType::Abstract hierarchy, uint64_t bits) {
  if (!bits)
    return "null";
  if (hierarchy != HeapType::Any && hierarchy != HeapType::Extern)
    return name(hierarchy);
  if (wat_ref_test(bits, HeapType::I31, nullptr))
    return "ref.i31 " + std::to_string(bits >> 1);
  for (HeapType::Abstract h : {HeapType::Struct, HeapType::Array})
    if (wat_ref_test(bits, h, nullptr))
      return name(h);
  return (hierarchy == HeapType::Any ? "ref.host " : "ref.extern ") +
         std::to_string(reinterpret_cast<const Object *>(bits)->length);
}

std::string show(const Result &r) {
  char text[64];
  switch (r.type.kind) {
  case ValType::I32:
    return "i32 " + std::to_string(int32_t(r.bits));
  case ValType::I64:
    return "i64 " + std::to_string(int64_t(r.bits));
  case ValType::F32: {
    uint32_t low = uint32_t(r.bits);
    float f;
    memcpy(&f, &low, 4);
    snprintf(text, sizeof text, "f32 %.9g (0x%08" PRIx32 ")", double(f), low);
    return text;
  }
  case ValType::F64: {
    double f;
    memcpy(&f, &r.bits, 8);
    snprintf(text, sizeof text, "f64 %.17g (0x%016" PRIx64 ")", f, r.bits);
    return text;
  }
  default:
    return show_reference(top(r.type.heap), r.bits);
  }
}

std::string show(const Value &v) {
  const char *narrow = v.type.kind == ValType::F32 ? "f32 " : "f64 ";
  switch (v.kind) {
  case Value::Num:
    return show(Result{v.type, v.bits});
  case Value::NanCanonical:
    return std::string(narrow) + "nan:canonical";
  case Value::NanArithmetic:
    return std::string(narrow) + "nan:arithmetic";
  case Value::RefNull:
  case Value::AnyNull:
    return "null";
  case Value::RefHost:
    return "ref.host " + std::to_string(v.bits);
  case Value::RefExtern:
    return "ref.extern " + std::to_string(v.bits);
  case Value::RefType:
    return name(v.heap);
  case Value::Either:
    break;
  }
  std::string s;
  for (auto &c : v.choices)
    s += (s.empty() ? "either " : " or ") + show(c);
  return s;
}

bool matches(const Value &want, const Result &r) {
  ValType type = r.type;
  bool narrow = type.kind == ValType::F32;
  uint64_t mask = type.kind == ValType::I32 || narrow ? 0xffffffff : ~uint64_t(0);
  uint64_t quiet = narrow ? 0x7fc00000 : 0x7ff8000000000000;
  uint64_t no_sign = narrow ? 0x7fffffff : 0x7fffffffffffffff;
  switch (want.kind) {
  case Value::Num:
    return want.type.kind == type.kind && ((want.bits ^ r.bits) & mask) == 0;
  case Value::NanCanonical:
    return want.type.kind == type.kind && (r.bits & no_sign) == quiet;
  case Value::NanArithmetic:
    return want.type.kind == type.kind && (r.bits & quiet) == quiet;
  case Value::RefNull:
  case Value::AnyNull:
    return type.is_ref() && !r.bits;
  case Value::RefHost:
    return type.is_ref() && top(type.heap) == HeapType::Any && r.bits == host_reference(want.bits);
  case Value::RefExtern:
    return type.is_ref() && top(type.heap) == HeapType::Extern && r.bits == host_reference(want.bits);
  case Value::RefType: // as the specification's interpreter has it, to which every reference is an extern
    if (!type.is_ref() || !r.bits || want.heap.is(HeapType::Extern))
      return type.is_ref() && r.bits;
    if (want.heap.is(HeapType::Any))
      return top(type.heap) != HeapType::Func;
    return top(type.heap) == top(want.heap) && wat_ref_test(r.bits, want.heap.abstract(), nullptr);
  case Value::Either:
    for (auto &c : want.choices)
      if (matches(c, r))
        return true;
    return false;
  }
  return false;
}

} // namespace wat
