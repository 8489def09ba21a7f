// Operators. Go defines what C leaves undefined: overflow wraps, -2^63 / -1 is -2^63, shifts by
// more than the width give 0 or the sign, dividing by zero panics.
#include "irgen/gen.h"
#include "llvm/IR/Intrinsics.h"

namespace minigo {

Value *Fn::unary(UnaryExpr *e) {
  switch (e->op) {
  case Tok::And: {
    Expr *x = unparen(e->x);
    if (x->kind == EK::CompositeLit) {
      Value *p = alloc(g.type(x->type));
      auto *c = static_cast<CompositeLit *>(x);
      Type *u = x->type->underlying();
      if (u->kind == TK::Struct || u->kind == TK::Array)
        composite(c, p, true);
      else
        store(x->type, composite(c), p);
      return p;
    }
    return addr(e->x);
  }
  case Tok::Arrow: {
    Value *ch = expr(e->x);
    return receive(ch, e->x->type->underlying()->elem, nullptr);
  }
  case Tok::Add:
    return expr(e->x);
  case Tok::Sub: {
    Value *v = expr(e->x);
    return is_float(e->type) ? b.CreateFNeg(v) : b.CreateNeg(v);
  }
  default:
    return b.CreateNot(expr(e->x)); // ! and ^
  }
}

void Fn::condition(Expr *e, BasicBlock *yes, BasicBlock *no) {
  Expr *x = unparen(e);
  if (x->mode != Mode::Constant && x->kind == EK::Binary) {
    auto *bin = static_cast<BinaryExpr *>(x);
    if (bin->op == Tok::LAnd || bin->op == Tok::LOr) {
      BasicBlock *rhs = block("cond");
      condition(bin->x, bin->op == Tok::LAnd ? rhs : yes, bin->op == Tok::LAnd ? no : rhs);
      at(rhs);
      condition(bin->y, yes, no);
      return;
    }
  }
  if (x->mode != Mode::Constant && x->kind == EK::Unary &&
      static_cast<UnaryExpr *>(x)->op == Tok::Not)
    return condition(static_cast<UnaryExpr *>(x)->x, no, yes);
  b.CreateCondBr(expr(e), yes, no);
}

Value *Fn::binary(BinaryExpr *e) {
  if (e->op == Tok::LAnd || e->op == Tok::LOr) {
    BasicBlock *rhs = block("rhs"), *end = block("end");
    Value *x = expr(e->x);
    BasicBlock *from = b.GetInsertBlock();
    if (e->op == Tok::LAnd)
      b.CreateCondBr(x, rhs, end);
    else
      b.CreateCondBr(x, end, rhs);
    at(rhs);
    Value *y = expr(e->y);
    BasicBlock *from2 = b.GetInsertBlock();
    b.CreateBr(end);
    at(end);
    auto *phi = b.CreatePHI(g.i1, 2);
    phi->addIncoming(llvm::ConstantInt::get(g.i1, e->op == Tok::LOr), from);
    phi->addIncoming(y, from2);
    return phi;
  }
  if (e->op >= Tok::Eql && e->op <= Tok::Geq) {
    Type *xt = e->x->type, *yt = e->y->type;
    Type *t = xt;
    if (e->x->mode == Mode::Nil || xt->kind == TK::UntypedNil)
      t = yt;
    else if (is_interface(yt) && !is_interface(xt) && e->y->mode != Mode::Nil)
      t = yt;
    // Comparing with nil looks at one word.
    if (e->x->mode == Mode::Nil || e->y->mode == Mode::Nil) {
      Value *v = expr(e->x->mode == Mode::Nil ? e->y : e->x);
      if (v->getType()->isStructTy())
        v = part(v, 0);
      return e->op == Tok::Eql ? b.CreateIsNull(v) : b.CreateIsNotNull(v);
    }
    Value *x = keep(t, expr_as(e->x, t));
    Value *y = expr_as(e->y, t);
    return compare(e->op, t, x, y);
  }
  Value *x = expr(e->x);
  // a + b + c on strings would copy a and b twice; a chain is joined at once.
  if (e->op == Tok::Add && is_string(e->type)) {
    std::vector<Value *> parts{x, expr(e->y)};
    Value *px = parts[0], *py = parts[1];
    return call_rt("mg_concat", g.string_t, {part(px, 0), part(px, 1), part(py, 0), part(py, 1)});
  }
  Value *y = expr(e->y);
  location(start_pos(e));
  bool known = e->y->mode == Mode::Constant;
  return arith(e->op, e->type, x, y, e->y->type, known);
}

Value *Fn::arith(Tok op, Type *t, Value *x, Value *y, Type *count_type, bool) {
  bool fp = is_float(t);
  switch (op) {
  case Tok::Add:
    if (is_string(t))
      return call_rt("mg_concat", g.string_t, {part(x, 0), part(x, 1), part(y, 0), part(y, 1)});
    return fp ? b.CreateFAdd(x, y) : b.CreateAdd(x, y);
  case Tok::Sub:
    return fp ? b.CreateFSub(x, y) : b.CreateSub(x, y);
  case Tok::Mul:
    return fp ? b.CreateFMul(x, y) : b.CreateMul(x, y);
  case Tok::Quo:
    return fp ? b.CreateFDiv(x, y) : divide(false, t, x, y);
  case Tok::Rem:
    return divide(true, t, x, y);
  case Tok::And:
    return b.CreateAnd(x, y);
  case Tok::Or:
    return b.CreateOr(x, y);
  case Tok::Xor:
    return b.CreateXor(x, y);
  case Tok::AndNot:
    return b.CreateAnd(x, b.CreateNot(y));
  default:
    return shift(op, t, x, y, count_type);
  }
}

Value *Fn::divide(bool rem, Type *t, Value *x, Value *y) {
  Constant *zero_v = Constant::getNullValue(y->getType());
  if (auto *c = llvm::dyn_cast<llvm::ConstantInt>(y); !c || c->isZero())
    panic_if(b.CreateICmpEQ(y, zero_v), "mg_panic_divide", {});
  if (is_unsigned(t))
    return rem ? b.CreateURem(x, y) : b.CreateUDiv(x, y);
  if (auto *c = llvm::dyn_cast<llvm::ConstantInt>(y); c && !c->isMinusOne())
    return rem ? b.CreateSRem(x, y) : b.CreateSDiv(x, y);
  Value *minus = b.CreateICmpEQ(y, Constant::getAllOnesValue(y->getType()));
  Value *safe = b.CreateSelect(minus, llvm::ConstantInt::get(y->getType(), 1), y);
  if (rem)
    return b.CreateSelect(minus, zero_v, b.CreateSRem(x, safe));
  return b.CreateSelect(minus, b.CreateNeg(x), b.CreateSDiv(x, safe));
}

Value *Fn::shift(Tok op, Type *t, Value *x, Value *y, Type *yt) {
  unsigned bits = x->getType()->getIntegerBitWidth();
  if (!is_unsigned(yt) && !llvm::isa<llvm::ConstantInt>(y))
    panic_if(b.CreateICmpSLT(y, Constant::getNullValue(y->getType())), "mg_panic_shift", {});
  // Compare in the wider of the two types, shift in x's.
  unsigned ybits = y->getType()->getIntegerBitWidth();
  Value *big;
  if (ybits <= 8 && bits > 255)
    big = llvm::ConstantInt::getFalse(g.cx);
  else
    big = b.CreateICmpUGE(
        y, llvm::ConstantInt::get(
               y->getType(), std::min<uint64_t>(bits, ybits >= 64 ? bits : (1ull << ybits) - 1)));
  Value *n = b.CreateZExtOrTrunc(y, x->getType());
  if (op == Tok::Shr && !is_unsigned(t)) {
    n = b.CreateSelect(big, llvm::ConstantInt::get(x->getType(), bits - 1), n);
    return b.CreateAShr(x, n);
  }
  n = b.CreateSelect(big, Constant::getNullValue(x->getType()), n);
  Value *r = op == Tok::Shl ? b.CreateShl(x, n) : b.CreateLShr(x, n);
  return b.CreateSelect(big, Constant::getNullValue(x->getType()), r);
}

Value *Fn::compare(Tok op, Type *t, Value *x, Value *y) {
  using P = llvm::CmpInst::Predicate;
  if (op == Tok::Eql)
    return equal(t, x, y);
  if (op == Tok::Neq)
    return is_float(t) ? b.CreateFCmpUNE(x, y) : b.CreateNot(equal(t, x, y));
  int k = int(op) - int(Tok::Lss); // Lss Leq Gtr Geq
  if (is_float(t)) {
    static const P ps[] = {P::FCMP_OLT, P::FCMP_OLE, P::FCMP_OGT, P::FCMP_OGE};
    return b.CreateFCmp(ps[k], x, y);
  }
  static const P us[] = {P::ICMP_ULT, P::ICMP_ULE, P::ICMP_UGT, P::ICMP_UGE};
  static const P ss[] = {P::ICMP_SLT, P::ICMP_SLE, P::ICMP_SGT, P::ICMP_SGE};
  if (is_string(t)) {
    x = call_rt("mg_string_compare", g.i32, {part(x, 0), part(x, 1), part(y, 0), part(y, 1)});
    return b.CreateICmp(ss[k], x, llvm::ConstantInt::get(g.i32, 0));
  }
  return b.CreateICmp(is_unsigned(t) ? us[k] : ss[k], x, y);
}

Value *Fn::equal_strings(Value *x, Value *y) {
  Value *n = part(x, 1);
  BasicBlock *from = nullptr, *bytes = block("streq"), *end = block("end");
  Value *same = b.CreateICmpEQ(n, part(y, 1));
  from = b.GetInsertBlock();
  b.CreateCondBr(same, bytes, end);
  at(bytes);
  Value *r = b.CreateICmpEQ(call_rt("memcmp", g.i32, {part(x, 0), part(y, 0), n}),
                            llvm::ConstantInt::get(g.i32, 0));
  b.CreateBr(end);
  at(end);
  auto *phi = b.CreatePHI(g.i1, 2);
  phi->addIncoming(llvm::ConstantInt::getFalse(g.cx), from);
  phi->addIncoming(r, bytes);
  return phi;
}

Value *Fn::equal(Type *t, Value *x, Value *y) {
  Type *u = t->underlying();
  switch (u->kind) {
  case TK::String:
  case TK::UntypedString:
    return equal_strings(x, y);
  case TK::Float32:
  case TK::Float64:
  case TK::UntypedFloat:
    return b.CreateFCmpOEQ(x, y);
  case TK::Interface:
    return call_rt("mg_iface_equal", g.i1, {part(x, 0), part(x, 1), part(y, 0), part(y, 1)});
  case TK::Struct:
  case TK::Array:
    if (g.in_memory(t))
      return call_rt("mg_equal", g.i1, {g.descriptor(t), x, y});
    else {
      Value *r = llvm::ConstantInt::getTrue(g.cx);
      size_t n = u->kind == TK::Struct ? u->fields.size() : size_t(u->len);
      for (unsigned k = 0; k < n; ++k) {
        if (u->kind == TK::Struct && u->fields[k].name == "_")
          continue;
        Type *ft = u->kind == TK::Struct ? u->fields[k].type : u->elem;
        r = b.CreateAnd(r, equal(ft, part(x, k), part(y, k)));
      }
      return r;
    }
  default:
    return b.CreateICmpEQ(x, y);
  }
}

Value *Fn::receive(Value *ch, Type *elem, Value **ok) {
  Value *slot = temp(g.type(elem), "received");
  Value *r = call_rt("mg_chan_recv", g.i1, {ch, slot});
  if (ok)
    *ok = r;
  return load(elem, slot);
}

} // namespace minigo
