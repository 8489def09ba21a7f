// Conversions between types, interfaces in and out.
#include "irgen/gen.h"

namespace minigo {

Value *Fn::box(Value *v, Type *t, bool on_stack) {
  if (g.pointer_shaped(t))
    return v;
  llvm::Type *lt = g.type(t);
  if (g.size_of(t) == 0)
    return g.m.getOrInsertGlobal("mg_zero_base", g.i8);
  if (auto *c = llvm::dyn_cast<Constant>(v); c && !g.in_memory(t)) {
    auto *gv =
        new llvm::GlobalVariable(g.m, lt, true, llvm::GlobalValue::PrivateLinkage, c, "boxed");
    gv->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    return gv;
  }
  Value *p = on_stack ? temp(lt, "boxed") : alloc(lt);
  store(t, v, p);
  return p;
}

Value *Fn::unbox(Value *data, Type *t) { return g.pointer_shaped(t) ? data : load(t, data); }

Value *Fn::convert(Value *v, Type *from, Type *to) {
  if (from == to || !is_interface(to) || is_interface(from))
    return v;
  if (is_untyped(from))
    from = from->kind == TK::UntypedBool ? g.types.basic(TK::Bool) : from;
  return make_iface(g.descriptor(from), box(v, from));
}

Value *Fn::implements(Value *td, Type *iface) {
  if (iface->underlying()->methods.empty())
    return b.CreateIsNotNull(td);
  return call_rt("mg_implements", g.i1, {td, g.descriptor(iface)});
}

Value *Fn::type_assert(TypeAssert *e, Value **ok) {
  Value *v = expr(e->x);
  Type *t = e->type_expr->type;
  location(start_pos(e));
  Value *td = part(v, 0), *data = part(v, 1);
  bool to_iface = is_interface(t);
  Value *good = to_iface ? implements(td, t) : b.CreateICmpEQ(td, g.descriptor(t));
  if (!ok) {
    panic_if(b.CreateNot(good), "mg_panic_assert", {g.descriptor(e->x->type), td, g.descriptor(t)});
    return to_iface ? v : unbox(data, t);
  }
  *ok = good;
  if (to_iface)
    return b.CreateSelect(good, v, g.zero(t));
  if (g.pointer_shaped(t))
    return b.CreateSelect(good, data, g.zero(t));
  Value *z = temp(g.type(t));
  zero_at(t, z);
  return load(t, b.CreateSelect(good, data, z));
}

static Value *float_to_int(Fn &fn, Value *v, llvm::Type *to, bool is_unsigned_to) {
  auto &b = fn.b;
  llvm::Type *ft = v->getType();
  // What the amd64 instruction gives out of range: the smallest value.
  auto truncated = [&](Value *x, llvm::Type *it) -> Value * {
    double limit = it->getIntegerBitWidth() == 64 ? 9223372036854775808.0 : 2147483648.0;
    double low = it->getIntegerBitWidth() == 64 ? -limit : -limit - 1;
    Value *in = b.CreateAnd(it->getIntegerBitWidth() == 64
                                ? b.CreateFCmpOGE(x, llvm::ConstantFP::get(ft, low))
                                : b.CreateFCmpOGT(x, llvm::ConstantFP::get(ft, low)),
                            b.CreateFCmpOLT(x, llvm::ConstantFP::get(ft, limit)));
    unsigned w = it->getIntegerBitWidth();
    return b.CreateSelect(in, b.CreateFPToSI(x, it),
                          llvm::ConstantInt::get(it, llvm::APInt::getSignedMinValue(w)));
  };
  unsigned bits = to->getIntegerBitWidth();
  if (is_unsigned_to && bits == 64) {
    Constant *two63 = llvm::ConstantFP::get(ft, 9223372036854775808.0);
    Value *small = truncated(v, to);
    Value *large = b.CreateXor(truncated(b.CreateFSub(v, two63), to),
                               llvm::ConstantInt::get(to, uint64_t(1) << 63));
    return b.CreateSelect(b.CreateFCmpOLT(v, two63), small, large);
  }
  if (is_unsigned_to && bits == 32)
    return b.CreateTrunc(truncated(v, fn.g.i64), to);
  if (bits < 32)
    return b.CreateTrunc(truncated(v, fn.g.i32), to);
  return truncated(v, to);
}

Value *Fn::conversion(CallExpr *e) {
  Expr *x = e->args[0];
  Type *to = e->type, *from = x->type;
  if (x->mode == Mode::Nil)
    return zero(to);
  Type *tu = to->underlying(), *fu = from->underlying();
  if (tu->kind == TK::Interface)
    return convert(expr(x), from, to);
  Value *v = expr(x);
  if (is_numeric(to) && is_numeric(from)) {
    llvm::Type *lt = g.type(to);
    if (is_float(from)) {
      if (is_float(to))
        return b.CreateFPCast(v, lt);
      return float_to_int(*this, v, lt, is_unsigned(to));
    }
    if (is_float(to))
      return is_unsigned(from) ? b.CreateUIToFP(v, lt) : b.CreateSIToFP(v, lt);
    return b.CreateIntCast(v, lt, !is_unsigned(from));
  }
  if (is_string(to) && !is_string(from)) {
    if (fu->kind == TK::Slice)
      return call_rt(fu->elem->is(TK::Uint8) ? "mg_string_from_bytes" : "mg_string_from_runes",
                     g.string_t, {part(v, 0), part(v, 1)});
    Value *n = b.CreateIntCast(v, g.i64, !is_unsigned(from));
    return call_rt("mg_string_from_rune", g.string_t, {n});
  }
  if (fu->kind == TK::Slice && tu->kind == TK::Pointer) {
    Value *n = g.i64v(tu->elem->underlying()->len);
    location(start_pos(e));
    panic_if(b.CreateICmpSLT(part(v, 1), n), "mg_panic_slice_to_array", {part(v, 1), n});
    return part(v, 0);
  }
  if (is_string(from) && tu->kind == TK::Slice) {
    Value *out = temp(g.slice_t);
    call_rt(tu->elem->is(TK::Uint8) ? "mg_bytes_from_string" : "mg_runes_from_string", g.void_,
            {out, part(v, 0), part(v, 1)});
    return b.CreateLoad(g.slice_t, out);
  }
  return v;
}

} // namespace minigo
