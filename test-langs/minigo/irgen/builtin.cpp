// Built-in functions.
#include "irgen/gen.h"

namespace minigo {

Value *Fn::make(CallExpr *e) {
  Type *u = e->type->underlying();
  auto size = [&](size_t k) -> Value * {
    if (k >= e->args.size())
      return nullptr;
    Expr *x = e->args[k];
    if (x->mode == Mode::Constant)
      return g.i64v(x->cv->as_int64());
    return index_int(x);
  };
  Value *n = size(1), *c = size(2);
  location(start_pos(e));
  if (u->kind == TK::Map)
    return call_rt("mg_map_new", g.ptr, {g.descriptor(u), n ? n : g.i64v(0)});
  if (u->kind == TK::Chan)
    return call_rt("mg_chan_make", g.ptr, {g.i64v(int64_t(g.size_of(u->elem))), n ? n : g.i64v(0)});
  Value *esize = g.i64v(int64_t(g.size_of(u->elem)));
  // The run-time library checks both and panics; small constant sizes need no check.
  auto *cn = llvm::dyn_cast<llvm::ConstantInt>(n);
  auto *cc = c ? llvm::dyn_cast<llvm::ConstantInt>(c) : cn;
  if (cn && cc && cc->getZExtValue() < (1 << 20))
    return make_slice(alloc_bytes(b.CreateMul(cc, esize)), n, c ? c : n);
  auto *p = llvm::cast<llvm::CallInst>(call_rt("mg_make_slice", g.ptr, {n, c ? c : n, esize}));
  p->getCalledFunction()->setReturnDoesNotAlias();
  return make_slice(p, n, c ? c : n);
}

Value *Fn::append(CallExpr *e) {
  Type *t = e->type, *et = t->underlying()->elem;
  llvm::Type *lt = g.type(et);
  Value *esize = g.i64v(int64_t(g.size_of(et)));
  Value *s = expr(e->args[0]);
  if (e->ellipsis) {
    Value *y = expr_as(e->args[1], e->args[1]->mode == Mode::Nil ? t : e->args[1]->type);
    Value *out = temp(g.slice_t);
    call_rt("mg_append_slice", g.void_,
            {out, part(s, 0), part(s, 1), part(s, 2), part(y, 0), part(y, 1), esize});
    return b.CreateLoad(g.slice_t, out);
  }
  size_t n = e->args.size() - 1;
  if (!n)
    return s;
  std::vector<Value *> vals;
  for (size_t k = 0; k < n; ++k)
    vals.push_back(keep(et, expr_as(e->args[k + 1], et)));
  Value *p = part(s, 0), *len = part(s, 1), *cap = part(s, 2);
  Value *need = b.CreateAdd(len, g.i64v(int64_t(n)));
  BasicBlock *grow = block("grow"), *put = block("put"), *from = b.GetInsertBlock();
  b.CreateCondBr(b.CreateICmpUGT(need, cap), grow, put);
  at(grow);
  Value *out = temp(g.slice_t);
  call_rt("mg_grow_slice", g.void_, {out, p, len, cap, need, esize});
  Value *p2 = b.CreateLoad(g.ptr, b.CreateStructGEP(g.slice_t, out, 0));
  Value *cap2 = b.CreateLoad(g.i64, b.CreateStructGEP(g.slice_t, out, 2));
  BasicBlock *grown = b.GetInsertBlock();
  b.CreateBr(put);
  at(put);
  auto *pp = b.CreatePHI(g.ptr, 2);
  pp->addIncoming(p, from);
  pp->addIncoming(p2, grown);
  auto *pc = b.CreatePHI(g.i64, 2);
  pc->addIncoming(cap, from);
  pc->addIncoming(cap2, grown);
  for (size_t k = 0; k < n; ++k)
    store(et, vals[k], b.CreateInBoundsGEP(lt, pp, b.CreateAdd(len, g.i64v(int64_t(k)))));
  return make_slice(pp, need, pc);
}

Value *Fn::builtin(CallExpr *e) {
  switch (e->builtin) {
  case B_len:
  case B_cap: {
    Expr *x = e->args[0];
    Type *u = x->type->underlying();
    Value *v = expr(x);
    switch (u->kind) {
    case TK::String:
      return part(v, 1);
    case TK::Slice:
      return part(v, e->builtin == B_len ? 1 : 2);
    case TK::Map:
      return call_rt("mg_map_len", g.i64, {v});
    case TK::Chan:
      return call_rt(e->builtin == B_len ? "weft_chan_len" : "weft_chan_cap", g.i64, {v});
    default:
      return g.i64v(u->kind == TK::Pointer ? u->elem->underlying()->len : u->len);
    }
  }
  case B_append:
    return append(e);
  case B_make:
    return make(e);
  case B_new:
    return alloc(g.type(e->type->underlying()->elem));
  case B_close:
    call_rt("mg_chan_close", g.void_, {expr(e->args[0])});
    return nullptr;
  case B_copy: {
    Value *d = expr(e->args[0]), *s = expr(e->args[1]);
    Value *a = part(d, 1), *c = part(s, 1);
    Value *n = b.CreateSelect(b.CreateICmpSLT(a, c), a, c);
    Value *bytes = b.CreateMul(n, g.i64v(int64_t(g.size_of(e->args[0]->type->underlying()->elem))));
    b.CreateMemMove(part(d, 0), llvm::MaybeAlign(1), part(s, 0), llvm::MaybeAlign(1), bytes);
    return n;
  }
  case B_delete: {
    Type *u = e->args[0]->type->underlying();
    Value *mv = expr(e->args[0]);
    call_rt("mg_map_delete", g.void_, {mv, spill(u->key, expr_as(e->args[1], u->key))});
    return nullptr;
  }
  case B_panic: {
    Value *v = expr_as(e->args[0], g.types.empty_interface);
    location(start_pos(e));
    call_rt("mg_panic", g.void_, {part(v, 0), part(v, 1)}, true);
    b.CreateUnreachable();
    at(block("unreachable"));
    return nullptr;
  }
  case B_print:
  case B_println: {
    auto *at_ = llvm::ArrayType::get(g.iface_t, std::max<size_t>(e->args.size(), 1));
    Value *p = temp(at_, "args");
    for (size_t k = 0; k < e->args.size(); ++k)
      b.CreateStore(expr_as(e->args[k], g.types.empty_interface),
                    b.CreateInBoundsGEP(at_, p, {g.i64v(0), g.i64v(int64_t(k))}));
    call_rt("mg_print", g.void_,
            {p, g.i64v(int64_t(e->args.size())), g.i64v(e->builtin == B_println)});
    return nullptr;
  }
  case B_recover: {
    auto frame = [&](int n) {
      return b.CreateIntrinsic(llvm::Intrinsic::frameaddress, {g.ptr}, {b.getInt32(unsigned(n))});
    };
    Value *r = call_rt("mg_recover", g.iface_t, {frame(1), frame(2)});
    return r;
  }
  }
  return nullptr;
}

} // namespace minigo
