// Unary and binary operators, comparisons and shifts.
#include "sema/checker.h"

namespace minigo {

void Checker::unary(UnaryExpr *e, Type *hint) {
  if (e->op == Tok::And) {
    Expr *x = unparen(e->x);
    if (x->kind == EK::CompositeLit) {
      composite(static_cast<CompositeLit *>(x),
                hint && hint->is(TK::Pointer) ? hint->underlying()->elem : nullptr);
      if (x->mode == Mode::Invalid)
        return invalid(e);
      e->x = x;
      return set(e, Mode::Value, types_.pointer(x->type));
    }
    expr(e->x);
    if (e->x->mode == Mode::Invalid)
      return invalid(e);
    if (e->x->mode != Mode::Variable) {
      error(e->x, "invalid operation: cannot take address of " + operand(e->x));
      return invalid(e);
    }
    mark_addr(e->x);
    return set(e, Mode::Value, types_.pointer(e->x->type));
  }
  expr(e->x, hint);
  Expr *x = e->x;
  if (x->mode == Mode::Invalid)
    return invalid(e);
  if (e->op == Tok::Arrow) {
    Type *u = x->type->underlying();
    if (u->kind != TK::Chan) {
      error(x, "invalid operation: cannot receive from non-channel " + operand(x));
      return invalid(e);
    }
    if (u->dir == ChanDir::Send) {
      error(x, "invalid operation: cannot receive from send-only channel " + operand(x));
      return invalid(e);
    }
    return set(e, Mode::Value, u->elem);
  }
  bool ok = e->op == Tok::Not   ? is_boolean(x->type)
            : e->op == Tok::Xor ? is_integer(x->type)
                                : is_numeric(x->type);
  if (!ok) {
    error(x, std::string("invalid operation: operator ") + tok_text(e->op) + " not defined on " +
                 operand(x));
    return invalid(e);
  }
  if (x->mode != Mode::Constant)
    return set(e, Mode::Value, x->type);
  ConstVal v = *x->cv;
  switch (e->op) {
  case Tok::Sub:
    if (v.kind == ConstVal::Int)
      v.i = -v.i;
    else if (!v.f.isZero()) // constants have no negative zero
      v.f.changeSign();
    break;
  case Tok::Not:
    v.b = !v.b;
    break;
  case Tok::Xor:
    v.i = ~v.i;
    if (is_unsigned(x->type)) {
      unsigned bits = unsigned(int_bits(x->type->underlying()->kind));
      v.i = v.i.trunc(bits).zext(v.i.getBitWidth());
    }
    break;
  default:
    break;
  }
  set_const(e, x->type, v);
  if (!is_untyped(x->type)) {
    ConstVal out;
    if (representable(v, x->type, &out) != Fit::Yes) {
      error(e, "constant " + v.text() + " overflows " + text(x->type));
      invalid(e);
    }
  }
}

// Brings both operands to one type where one or both are untyped.
bool Checker::match(BinaryExpr *e) {
  Expr *x = e->x, *y = e->y;
  auto may = [&](Expr *a, Expr *b) {
    // Mixing kinds is reported as a mismatch, not as a failed conversion.
    Type *s = a->type, *t = b->type;
    if (is_interface(s) || is_interface(t))
      return true;
    if (is_boolean(s) != is_boolean(t) || is_string(s) != is_string(t))
      return false;
    if (a->mode == Mode::Nil)
      return has_nil(t);
    if (b->mode == Mode::Nil)
      return has_nil(s);
    if (s->is(TK::Pointer) || t->is(TK::Pointer))
      return false;
    return true;
  };
  auto mismatch = [&] {
    bool cmp = e->op >= Tok::Eql && e->op <= Tok::Geq;
    diag_.error(cmp ? start_pos(y) : start_pos(e), "invalid operation: " + expr_text(e) +
                                                       " (mismatched types " + text(x->type) +
                                                       " and " + text(y->type) + ")");
    return false;
  };
  if (is_untyped(x->type) != is_untyped(y->type) || (is_untyped(x->type) && is_untyped(y->type))) {
    if (!may(x, y))
      return mismatch();
    if (is_untyped(x->type) && is_untyped(y->type)) {
      if (!implicit(x, y->type) || !implicit(y, x->type))
        return mismatch();
    } else {
      Expr *u = is_untyped(x->type) ? x : y, *t = u == x ? y : x;
      if (is_interface(t->type) && u->mode != Mode::Nil) {
        default_type(u);
        if (u->mode == Mode::Invalid)
          return false;
      } else if (!implicit(u, t->type)) {
        if (u->mode == Mode::Constant && is_numeric(u->type) && is_numeric(t->type)) {
          ConstVal v;
          if (representable(*u->cv, t->type, &v) == Fit::Truncated)
            error(u, operand(u) + " truncated to " + text(t->type));
          else
            error(u, "cannot use " + operand(u) + " as " + text(t->type) + " value in " +
                         "assignment (overflows)");
          return false;
        }
        return mismatch();
      }
    }
  }
  return true;
}

void Checker::comparison(BinaryExpr *e) {
  Expr *x = e->x, *y = e->y;
  std::string why;
  bool ok = x->type == y->type || assignable(x, y->type, &why) || assignable(y, x->type, &why);
  if (!ok) {
    error(y, "invalid operation: " + expr_text(e) + " (mismatched types " + text(x->type) +
                 " and " + text(y->type) + ")");
    return invalid(e);
  }
  auto fail = [&](const std::string &m, Expr *at) {
    error(at, "invalid operation: " + expr_text(e) + " (" + m + ")");
    invalid(e);
  };
  if (e->op == Tok::Eql || e->op == Tok::Neq) {
    bool with_nil = x->mode == Mode::Nil || y->mode == Mode::Nil;
    if (with_nil) {
      if (x->mode == Mode::Nil && y->mode == Mode::Nil)
        return fail("operator " + std::string(tok_text(e->op)) + " not defined on nil", x);
    } else
      for (Expr *o : {x, y}) {
        std::string m = not_comparable(o->type);
        if (!m.empty())
          return fail(m, x);
      }
  } else
    for (Expr *o : {x, y})
      if (!is_ordered(o->type)) {
        Type *u = o->type->underlying();
        std::string kind = u->kind == TK::Bool || u->kind == TK::UntypedBool ? "bool"
                           : u->kind == TK::Pointer                          ? "pointer"
                           : u->kind == TK::Struct                           ? "struct"
                           : u->kind == TK::Slice                            ? "slice"
                           : u->kind == TK::Map                              ? "map"
                           : u->kind == TK::Interface                        ? "interface"
                           : u->kind == TK::Func                             ? "func"
                           : u->kind == TK::Chan                             ? "chan"
                                                                             : text(o->type);
        return fail("operator " + std::string(tok_text(e->op)) + " not defined on " + kind, x);
      }
  if (x->mode == Mode::Constant && y->mode == Mode::Constant) {
    ConstVal a = *x->cv, b = *y->cv;
    const_match(a, b);
    return set_const(e, types_.basic(TK::UntypedBool),
                     ConstVal::of_bool(const_compare(e->op, a, b)));
  }
  default_type(x);
  default_type(y);
  set(e, Mode::Value, types_.basic(TK::UntypedBool));
}

void Checker::shift(BinaryExpr *e, Type *hint) {
  Expr *x = e->x, *y = e->y;
  // The count: an untyped constant must fit uint; anything else must be an integer.
  if (y->mode == Mode::Constant) {
    ConstVal v;
    if (!is_numeric(y->type)) {
      error(y, "invalid operation: shift count " + operand(y) + " must be integer");
      return invalid(e);
    }
    if (representable(*y->cv, types_.basic(TK::UntypedInt), &v) != Fit::Yes) {
      error(y, operand(y) + " truncated to uint");
      return invalid(e);
    }
    if (v.i.isNegative()) {
      error(y, "invalid operation: negative shift count " + operand(y));
      return invalid(e);
    }
    if (is_untyped(y->type))
      finalize(y, types_.basic(TK::Uint));
  } else {
    if (is_untyped(y->type))
      implicit(y, types_.basic(TK::Uint));
    if (!is_integer(y->type)) {
      error(y, "invalid operation: shift count " + operand(y) + " must be integer");
      return invalid(e);
    }
  }
  if (x->mode == Mode::Constant) {
    auto xi = x->cv->to_int();
    if (is_untyped(x->type) ? !xi : !is_integer(x->type)) {
      error(x, "invalid operation: shifted operand " + operand(x) + " must be integer");
      return invalid(e);
    }
    if (y->mode == Mode::Constant) {
      if (!y->cv->fits(63, true) || (e->op == Tok::Shl && y->cv->as_int64() > 1023 - 1 + 52)) {
        error(y, "invalid shift count " + operand(y));
        return invalid(e);
      }
      if (e->op == Tok::Shl && xi->i.getSignificantBits() + uint64_t(y->cv->as_int64()) > 1150) {
        error(e, std::string("constant shift overflow"));
        return invalid(e);
      }
      Type *t =
          is_untyped(x->type) && !is_integer(x->type) ? types_.basic(TK::UntypedInt) : x->type;
      ConstVal v = const_binary(e->op, *xi, *y->cv, true), out;
      if (v.too_big()) {
        error(e, "constant shift overflow");
        return invalid(e);
      }
      if (!is_untyped(t) && representable(v, t, &out) != Fit::Yes) {
        error(e, expr_text(e) + " (constant " + v.text() + " of type " + text(t) + ") overflows " +
                     text(t));
        return invalid(e);
      }
      return set_const(e, t, v);
    }
    // A non-constant shift of an untyped constant takes the type of its context.
    if (is_untyped(x->type)) {
      if (hint && !is_interface(hint) && hint->kind != TK::Invalid && !is_untyped(hint)) {
        if (!is_integer(hint)) {
          error(x, "invalid operation: shifted operand " + expr_text(x) + " (type " + text(hint) +
                       ") must be integer");
          return invalid(e);
        }
        if (!implicit(x, hint)) {
          error(x,
                "cannot use " + operand(x) + " as " + text(hint) + " value in shift (truncated)");
          return invalid(e);
        }
        return set(e, Mode::Value, hint);
      }
      return set(e, Mode::Value, types_.basic(TK::UntypedInt));
    }
  }
  if (!is_integer(x->type)) {
    error(x, std::string("invalid operation: shifted operand ") + operand(x) + " must be integer");
    return invalid(e);
  }
  set(e, Mode::Value, x->type);
}

void Checker::binary(BinaryExpr *e, Type *hint) {
  bool is_shift = e->op == Tok::Shl || e->op == Tok::Shr;
  bool is_cmp = e->op >= Tok::Eql && e->op <= Tok::Geq;
  expr(e->x, is_cmp ? nullptr : hint);
  expr(e->y, is_shift || is_cmp ? nullptr : hint);
  Expr *x = e->x, *y = e->y;
  if (x->mode == Mode::Invalid || y->mode == Mode::Invalid)
    return invalid(e);
  if (is_shift)
    return shift(e, hint);
  if (!match(e))
    return invalid(e);
  if (is_cmp)
    return comparison(e);
  if (x->type != y->type) {
    error(e, "invalid operation: " + expr_text(e) + " (mismatched types " + text(x->type) +
                 " and " + text(y->type) + ")");
    return invalid(e);
  }
  Type *t = x->type;
  bool ok;
  switch (e->op) {
  case Tok::Add:
    ok = is_numeric(t) || is_string(t);
    break;
  case Tok::Sub:
  case Tok::Mul:
  case Tok::Quo:
    ok = is_numeric(t);
    break;
  case Tok::LAnd:
  case Tok::LOr:
    ok = is_boolean(t);
    break;
  default:
    ok = is_integer(t);
    break;
  }
  if (!ok) {
    error(x, std::string("invalid operation: operator ") + tok_text(e->op) + " not defined on " +
                 operand(x));
    return invalid(e);
  }
  bool division = e->op == Tok::Quo || e->op == Tok::Rem;
  if (division && y->mode == Mode::Constant && (is_integer(t) || x->mode == Mode::Constant)) {
    bool zero = y->cv->kind == ConstVal::Int ? y->cv->i.isZero() : y->cv->f.isZero();
    if (zero) {
      error(y, "invalid operation: division by zero");
      return invalid(e);
    }
  }
  if (x->mode != Mode::Constant || y->mode != Mode::Constant)
    return set(e, Mode::Value, t);
  ConstVal a = *x->cv, b = *y->cv;
  const_match(a, b);
  ConstVal v = const_binary(e->op, a, b, is_integer(t));
  if (v.too_big()) {
    error(e->pos, std::string("constant ") +
                      (e->op == Tok::Mul   ? "multiplication"
                       : e->op == Tok::Add ? "addition"
                                           : "operation") +
                      " overflow");
    return invalid(e);
  }
  if (!is_untyped(t)) {
    ConstVal out;
    if (representable(v, t, &out) != Fit::Yes) {
      error(e, expr_text(e) + " (constant " + v.text() + " of type " + text(t) + ") overflows " +
                   text(t));
      return invalid(e);
    }
    v = out;
  }
  set_const(e, t, v);
}

} // namespace minigo
