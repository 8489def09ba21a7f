// Expressions: names, selectors, indexing, literals, closures.
#include "irgen/gen.h"

namespace minigo {

Value *Fn::var_addr(Object *o) {
  if (o->global)
    return g.global(o);
  auto it = vars.find(o);
  if (it == vars.end()) { // unreachable code may name variables of unreached declarations
    Value *p = temp(g.type(o->type), o->name.c_str());
    vars[o] = p;
    return p;
  }
  return it->second;
}

Value *Fn::expr_as(Expr *e, Type *t) {
  if (e->mode == Mode::Nil || (e->type && e->type->kind == TK::UntypedNil))
    return zero(t);
  Type *from = e->type;
  return convert(expr(e), from, t);
}

Value *Fn::expr(Expr *e) {
  location(start_pos(e));
  if (e->mode == Mode::Constant && e->cv)
    return g.constant(*e->cv, e->type);
  if (e->mode == Mode::Nil)
    return zero(e->type);
  switch (e->kind) {
  case EK::Ident: {
    auto *id = static_cast<Ident *>(e);
    if (id->obj->kind == OK::Func)
      return g.function_value(id->obj);
    return load(e->type, var_addr(id->obj));
  }
  case EK::Paren:
    return expr(static_cast<Paren *>(e)->x);
  case EK::CompositeLit:
    return composite(static_cast<CompositeLit *>(e));
  case EK::FuncLit:
    return func_lit(static_cast<FuncLit *>(e));
  case EK::Selector:
    return selector(static_cast<Selector *>(e));
  case EK::Index:
    return index(static_cast<IndexExpr *>(e));
  case EK::Slice:
    return slice_expr(static_cast<SliceExpr *>(e));
  case EK::TypeAssert:
    return type_assert(static_cast<TypeAssert *>(e), nullptr);
  case EK::Star: {
    Value *p = expr(static_cast<StarExpr *>(e)->x);
    nil_check(p);
    return load(e->type, p);
  }
  case EK::Unary:
    return unary(static_cast<UnaryExpr *>(e));
  case EK::Binary:
    return binary(static_cast<BinaryExpr *>(e));
  case EK::Call: {
    auto *c = static_cast<CallExpr *>(e);
    if (c->call_kind == CallKind::Conversion)
      return conversion(c);
    if (c->call_kind == CallKind::Builtin)
      return builtin(c);
    auto vs = call_multi(c);
    return vs.empty() ? nullptr : vs[0];
  }
  default:
    return nullptr;
  }
}

// The values of an expression that may have several: a call, or the two-value forms.
std::vector<Value *> Fn::multi(Expr *e, std::vector<Type *> &ts) {
  Expr *x = unparen(e);
  if (x->mode == Mode::CommaOk && x->type->kind == TK::Tuple) {
    ts = x->type->results;
    Value *ok = nullptr, *v = nullptr;
    Type *t = ts[0];
    if (x->kind == EK::TypeAssert)
      v = type_assert(static_cast<TypeAssert *>(x), &ok);
    else if (x->kind == EK::Unary) {
      auto *u = static_cast<UnaryExpr *>(x);
      v = receive(expr(u->x), t, &ok);
    } else {
      auto *ix = static_cast<IndexExpr *>(x);
      Type *mt = ix->x->type->underlying();
      Value *mv = expr(ix->x);
      Value *key = spill(mt->key, expr_as(ix->index, mt->key));
      Value *slot = call_rt("mg_map_get", g.ptr, {mv, key});
      ok = b.CreateIsNotNull(slot);
      Value *z = temp(g.type(t));
      zero_at(t, z);
      v = load(t, b.CreateSelect(ok, slot, z));
    }
    return {v, ok};
  }
  if (x->kind == EK::Call && static_cast<CallExpr *>(x)->call_kind == CallKind::Call &&
      (x->mode == Mode::NoValue || x->type->kind == TK::Tuple)) {
    ts = x->type->results;
    return call_multi(static_cast<CallExpr *>(x));
  }
  ts = {e->type};
  return {expr(e)};
}

// Follows field numbers from v (a value, or the address of one when is_addr), through pointers.
Value *Fn::walk(Value *v, bool is_addr, Type *&t, const std::vector<int> &path, size_t n,
                bool &now_addr) {
  for (size_t k = 0; k < n; ++k) {
    if (t->underlying()->kind == TK::Pointer) {
      v = is_addr ? load(t, v) : v;
      nil_check(v);
      t = t->underlying()->elem;
      is_addr = true;
    }
    unsigned field = unsigned(path[k]);
    Type *ft = t->underlying()->fields[field].type;
    if (is_addr || g.in_memory(t)) {
      v = field_ptr(t, v, field);
      is_addr = true;
    } else
      v = b.CreateExtractValue(v, field);
    t = ft;
  }
  now_addr = is_addr;
  return v;
}

Value *Fn::selector(Selector *e) {
  auto &s = e->selection;
  switch (s.kind) {
  case SK::Package: {
    Object *o = e->sel->obj;
    return o->kind == OK::Func ? static_cast<Value *>(g.function_value(o))
                               : load(e->type, g.global(o));
  }
  case SK::Field: {
    Type *t = e->x->type;
    bool addressable = e->x->mode == Mode::Variable || g.in_memory(t);
    bool now_addr;
    Value *v =
        addressable && t->underlying()->kind != TK::Pointer ? addr_or_temp(e->x) : expr(e->x);
    bool is_addr = addressable && t->underlying()->kind != TK::Pointer;
    v = walk(v, is_addr, t, s.path, s.path.size(), now_addr);
    return now_addr ? load(t, v) : v;
  }
  case SK::MethodExpr:
    return method_expr(e);
  default:
    return method_value(e);
  }
}

Value *Fn::addr_or_temp(Expr *e) {
  Expr *x = unparen(e);
  if (x->mode == Mode::Variable)
    return addr(x);
  return spill(x->type, expr(x));
}

Value *Fn::addr(Expr *e) {
  location(start_pos(e));
  switch (e->kind) {
  case EK::Ident:
    return var_addr(static_cast<Ident *>(e)->obj);
  case EK::Paren:
    return addr(static_cast<Paren *>(e)->x);
  case EK::Star: {
    Value *p = expr(static_cast<StarExpr *>(e)->x);
    nil_check(p);
    return p;
  }
  case EK::Selector: {
    auto *s = static_cast<Selector *>(e);
    if (s->selection.kind == SK::Package)
      return g.global(s->sel->obj);
    Type *t = s->x->type;
    bool is_addr = t->underlying()->kind != TK::Pointer, now_addr;
    Value *v = is_addr ? addr_or_temp(s->x) : expr(s->x);
    return walk(v, is_addr, t, s->selection.path, s->selection.path.size(), now_addr);
  }
  case EK::Index:
    return element_addr(static_cast<IndexExpr *>(e));
  default:
    return spill(e->type, expr(e));
  }
}

// Index values as signed 64-bit numbers; out of range in either direction is a huge unsigned.
Value *Fn::index_int(Expr *e) {
  Value *v = expr(e);
  if (v->getType() == g.i64)
    return v;
  return is_unsigned(e->type) ? b.CreateZExt(v, g.i64) : b.CreateSExt(v, g.i64);
}

Value *Fn::element_addr(IndexExpr *e) {
  Type *u = e->x->type->underlying();
  if (u->kind == TK::Slice) {
    Value *s = expr(e->x);
    Value *i = index_int(e->index);
    location(start_pos(e));
    Value *n = part(s, 1);
    panic_if(b.CreateICmpUGE(i, n), "mg_panic_index", {i, n});
    return b.CreateInBoundsGEP(g.type(u->elem), part(s, 0), i);
  }
  Value *base;
  if (u->kind == TK::Pointer) {
    base = expr(e->x);
    nil_check(base);
    u = u->elem->underlying();
  } else
    base = addr_or_temp(e->x);
  Value *i = index_int(e->index);
  Value *n = g.i64v(u->len);
  panic_if(b.CreateICmpUGE(i, n), "mg_panic_index", {i, n});
  return b.CreateInBoundsGEP(g.type(u), base, {g.i64v(0), i});
}

Value *Fn::index(IndexExpr *e) {
  Type *u = e->x->type->underlying();
  if (u->kind == TK::String) {
    Value *s = expr(e->x);
    Value *i = index_int(e->index);
    location(start_pos(e));
    Value *n = part(s, 1);
    panic_if(b.CreateICmpUGE(i, n), "mg_panic_index", {i, n});
    return b.CreateLoad(g.i8, b.CreateInBoundsGEP(g.i8, part(s, 0), i));
  }
  if (u->kind == TK::Map) {
    Value *mv = expr(e->x);
    Value *key = spill(u->key, expr_as(e->index, u->key));
    Value *slot = call_rt("mg_map_get", g.ptr, {mv, key});
    Value *z = temp(g.type(u->elem));
    zero_at(u->elem, z);
    return load(u->elem, b.CreateSelect(b.CreateIsNull(slot), z, slot));
  }
  return load(e->type, element_addr(e));
}

Value *Fn::slice_expr(SliceExpr *e) {
  Type *u = e->x->type->underlying();
  Value *base, *len, *cap;
  llvm::Type *elem;
  bool is_string = u->kind == TK::String;
  bool array = false;
  if (is_string) {
    Value *s = expr(e->x);
    base = part(s, 0);
    len = cap = part(s, 1);
    elem = g.i8;
  } else if (u->kind == TK::Slice) {
    Value *s = expr(e->x);
    base = part(s, 0);
    len = part(s, 1);
    cap = part(s, 2);
    elem = g.type(u->elem);
  } else {
    array = true;
    if (u->kind == TK::Pointer) {
      base = expr(e->x);
      nil_check(base);
      u = u->elem->underlying();
    } else
      base = addr(e->x);
    len = cap = g.i64v(u->len);
    elem = g.type(u->elem);
  }
  Value *lo = e->lo ? index_int(e->lo) : g.i64v(0);
  Value *hi = e->hi ? index_int(e->hi) : len;
  Value *max = e->max ? index_int(e->max) : cap;
  location(start_pos(e));
  if (e->max) {
    panic_if(b.CreateICmpUGT(max, cap), "mg_panic_slice3_cap",
             {max, cap, llvm::ConstantInt::get(g.i1, array)});
    panic_if(b.CreateICmpUGT(hi, max), "mg_panic_slice3_hi", {hi, max});
    panic_if(b.CreateICmpUGT(lo, hi), "mg_panic_slice3_lo", {lo, hi});
  } else {
    if (e->hi)
      panic_if(b.CreateICmpUGT(hi, cap), "mg_panic_slice_hi",
               {hi, cap, llvm::ConstantInt::get(g.i1, is_string || array)});
    if (e->lo)
      panic_if(b.CreateICmpUGT(lo, hi), "mg_panic_slice_lo", {lo, hi});
  }
  Value *n = b.CreateSub(hi, lo);
  if (is_string)
    return make_string(b.CreateInBoundsGEP(elem, base, lo), n);
  Value *c = b.CreateSub(max, lo);
  // An empty slice at the very end must not point past its array.
  Value *offset = e->lo ? b.CreateSelect(b.CreateICmpEQ(c, g.i64v(0)), g.i64v(0), lo) : lo;
  return make_slice(b.CreateInBoundsGEP(elem, base, offset), n, c);
}

// into: where the value goes, fresh storage that nothing else names; zeroed: it is all zeros.
Value *Fn::composite(CompositeLit *e, Value *into, bool zeroed) {
  Type *t = e->type;
  bool pointer = t->kind == TK::Pointer; // an elided &T
  if (pointer) {
    t = t->elem;
    into = alloc(g.type(t));
    zeroed = true;
  }
  Type *u = t->underlying();
  auto value_of = [](Expr *x) {
    return x->kind == EK::KeyValue ? static_cast<KeyValue *>(x)->value : x;
  };
  auto element_into = [&](Expr *x, Type *et, Value *slot) {
    Expr *inner = unparen(x);
    if (inner->kind == EK::CompositeLit && inner->type == et && g.in_memory(et))
      composite(static_cast<CompositeLit *>(inner), slot);
    else
      store(et, expr_as(x, et), slot);
  };
  if (u->kind == TK::Struct) {
    if (!into && !g.in_memory(t)) {
      Value *v = g.zero(t);
      for (size_t k = 0; k < e->elts.size(); ++k) {
        unsigned f = unsigned(e->indices[k]);
        v = b.CreateInsertValue(v, expr_as(value_of(e->elts[k]), u->fields[f].type), f);
      }
      return v;
    }
    Value *p = into ? into : temp(g.type(t));
    if (e->elts.size() < u->fields.size() || g.in_memory(t))
      if (!zeroed)
        zero_at(t, p);
    for (size_t k = 0; k < e->elts.size(); ++k) {
      unsigned f = unsigned(e->indices[k]);
      element_into(value_of(e->elts[k]), u->fields[f].type, field_ptr(t, p, f));
    }
    return pointer || g.in_memory(t) ? p : (into ? nullptr : load(t, p));
  }
  if (u->kind == TK::Array) {
    Value *p = into ? into : temp(g.type(t));
    if (!zeroed && e->elts.size() < size_t(u->len))
      zero_at(t, p);
    for (size_t k = 0; k < e->elts.size(); ++k)
      element_into(value_of(e->elts[k]), u->elem,
                   b.CreateInBoundsGEP(g.type(t), p, {g.i64v(0), g.i64v(e->indices[k])}));
    return pointer || g.in_memory(t) ? p : (into ? nullptr : load(t, p));
  }
  Value *v;
  if (u->kind == TK::Slice) {
    llvm::Type *et = g.type(u->elem);
    Value *p = alloc_bytes(g.i64v(e->length * int64_t(g.dl().getTypeAllocSize(et))));
    for (size_t k = 0; k < e->elts.size(); ++k)
      element_into(value_of(e->elts[k]), u->elem,
                   b.CreateInBoundsGEP(et, p, g.i64v(e->indices[k])));
    v = make_slice(p, g.i64v(e->length), g.i64v(e->length));
  } else {
    v = call_rt("mg_map_new", g.ptr, {g.descriptor(u), g.i64v(int64_t(e->elts.size()))});
    for (Expr *x : e->elts) {
      auto *kv = static_cast<KeyValue *>(x);
      Value *key = spill(u->key, keep(u->key, expr_as(kv->key, u->key)));
      Value *val = keep(u->elem, expr_as(kv->value, u->elem));
      store(u->elem, val, map_slot(v, u, key));
    }
  }
  if (into) {
    store(t, v, into);
    return pointer ? into : nullptr;
  }
  return v;
}

Value *Fn::closure(llvm::Function *code, llvm::ArrayRef<Value *> fields, bool on_stack) {
  if (fields.empty() && !on_stack) {
    auto *st = llvm::StructType::get(g.cx, llvm::ArrayRef<llvm::Type *>{g.ptr});
    return new llvm::GlobalVariable(g.m, st, true, llvm::GlobalValue::PrivateLinkage,
                                    llvm::ConstantStruct::get(st, {code}), "closure");
  }
  std::vector<llvm::Type *> ts{g.ptr};
  for (Value *v : fields)
    ts.push_back(v->getType());
  auto *st = llvm::StructType::get(g.cx, ts);
  Value *p = on_stack ? temp(st, "closure") : alloc(st);
  b.CreateStore(code, b.CreateStructGEP(st, p, 0));
  for (unsigned k = 0; k < fields.size(); ++k)
    b.CreateStore(fields[k], b.CreateStructGEP(st, p, k + 1));
  return p;
}

// A captured variable that nothing writes again is copied into the closure; others are shared by
// address. The literal's body (Fn::body) reads the fields back in the same order.
Value *Fn::func_lit(FuncLit *e, bool on_stack) {
  llvm::Function *code = g.literal_function(e->info);
  std::vector<Value *> fields;
  for (Object *o : e->info->captures) {
    Value *a = var_addr(o);
    if (o->reassigned || o->addr_taken)
      fields.push_back(a);
    else if (g.in_memory(o->type)) {
      Value *copy = alloc(g.type(o->type));
      store(o->type, a, copy);
      fields.push_back(copy);
    } else
      fields.push_back(load(o->type, a));
  }
  return closure(code, fields, on_stack);
}

} // namespace minigo
