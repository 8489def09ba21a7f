// Conversions: what constants fit where, how untyped operands get their type, what is assignable.
#include "sema/checker.h"

namespace minigo {

void Checker::set_const(Expr *e, Type *t, ConstVal v) {
  e->mode = Mode::Constant;
  e->type = t;
  e->cv = arena_.make<ConstVal>(std::move(v));
}

Checker::Fit Checker::representable(const ConstVal &v, Type *t, ConstVal *out) {
  Type *u = t->underlying();
  *out = v;
  if (is_integer(u)) {
    if (v.kind != ConstVal::Int && v.kind != ConstVal::Float)
      return Fit::Never;
    auto i = v.to_int();
    if (!i)
      return Fit::Truncated;
    *out = *i;
    if (is_untyped(u))
      return i->too_big() ? Fit::Overflows : Fit::Yes;
    return i->fits(int_bits(u->kind), !is_unsigned(u)) ? Fit::Yes : Fit::Overflows;
  }
  if (is_float(u)) {
    if (v.kind != ConstVal::Int && v.kind != ConstVal::Float)
      return Fit::Never;
    if (u->kind == TK::UntypedFloat) {
      *out = v.to_float();
      return Fit::Yes;
    }
    auto r = v.rounded(u->kind == TK::Float32);
    if (!r)
      return Fit::Overflows;
    *out = *r;
    return Fit::Yes;
  }
  if (is_string(u))
    return v.kind == ConstVal::String ? Fit::Yes : Fit::Never;
  if (is_boolean(u))
    return v.kind == ConstVal::Bool ? Fit::Yes : Fit::Never;
  return Fit::Never;
}

Type *Checker::default_of(Type *t) {
  switch (t->kind) {
  case TK::UntypedBool:
    return types_.basic(TK::Bool);
  case TK::UntypedInt:
    return types_.basic(TK::Int);
  case TK::UntypedRune:
    return types_.basic(TK::Int32);
  case TK::UntypedFloat:
    return types_.basic(TK::Float64);
  case TK::UntypedString:
    return types_.basic(TK::String);
  default:
    return t;
  }
}

// Gives an untyped expression its type, down to the leaves that a generated operation reads.
void Checker::finalize(Expr *e, Type *t) {
  if (!e->type || !is_untyped(e->type))
    return;
  if (e->mode == Mode::Constant && e->cv && !is_interface(t)) {
    ConstVal v;
    if (representable(*e->cv, t, &v) == Fit::Yes)
      e->cv = arena_.make<ConstVal>(v);
  }
  switch (e->kind) {
  case EK::Paren:
    finalize(static_cast<Paren *>(e)->x, t);
    break;
  case EK::Unary:
    finalize(static_cast<UnaryExpr *>(e)->x, t);
    break;
  case EK::Binary: {
    auto *b = static_cast<BinaryExpr *>(e);
    if (e->mode == Mode::Constant || (b->op >= Tok::Eql && b->op <= Tok::Geq))
      break;
    finalize(b->x, t);
    if (b->op != Tok::Shl && b->op != Tok::Shr)
      finalize(b->y, t);
    else if (!is_integer(t))
      error(b->x, "invalid operation: shifted operand " + expr_text(b->x) + " (type " + text(t) +
                      ") must be integer");
    break;
  }
  default:
    break;
  }
  e->type = t;
}

bool Checker::implicit(Expr *e, Type *t) {
  if (!is_untyped(e->type) || t->kind == TK::Invalid)
    return true;
  if (e->mode == Mode::Nil) {
    if (!has_nil(t))
      return false;
    e->type = t;
    return true;
  }
  if (is_untyped(t)) { // both untyped: the later kind wins
    bool both_numeric = is_numeric(e->type) && is_numeric(t);
    if (!both_numeric)
      return e->type == t;
    if (e->type->kind < t->kind) {
      if (e->mode == Mode::Constant) {
        ConstVal v;
        if (representable(*e->cv, t, &v) != Fit::Yes)
          return false;
        e->cv = arena_.make<ConstVal>(v);
      }
      e->type = t;
    }
    return true;
  }
  if (is_interface(t)) {
    if (!t->underlying()->methods.empty())
      return false;
    default_type(e);
    return true;
  }
  if (e->mode == Mode::Constant) {
    ConstVal v;
    if (representable(*e->cv, t, &v) != Fit::Yes)
      return false;
  } else {
    bool ok = (e->type->kind == TK::UntypedBool && is_boolean(t)) ||
              (is_numeric(e->type) && is_numeric(t)) || (is_string(e->type) && is_string(t));
    if (!ok)
      return false;
  }
  finalize(e, t);
  return true;
}

void Checker::default_type(Expr *e) {
  if (e->mode == Mode::Invalid || !is_untyped(e->type))
    return;
  Type *t = default_of(e->type);
  if (e->mode == Mode::Constant) {
    ConstVal v;
    Fit f = representable(*e->cv, t, &v);
    if (f == Fit::Overflows) {
      error(e, "cannot use " + operand(e) + " as " + text(t) + " value in " +
                   "variable declaration (overflows)");
      invalid(e);
      return;
    }
  }
  finalize(e, t);
}

bool Checker::assignable(Expr *e, Type *t, std::string *why) {
  Type *v = e->type;
  if (v == t)
    return true;
  Type *vu = v->underlying(), *tu = t->underlying();
  if (!vu || !tu)
    return true;
  if (tu->kind == TK::Interface) {
    std::string m = missing_method(v, t, cx_.pkg);
    if (m.empty())
      return true;
    *why = text(v) + " does not implement " + text(t) + " " + m;
    return false;
  }
  if (vu->kind == TK::Interface && !missing_method(t, v, cx_.pkg).size()) {
    *why = "need type assertion";
    return false;
  }
  if (vu == tu && (!is_named(v) || !is_named(t)))
    return true;
  if (vu->kind == TK::Chan && tu->kind == TK::Chan && vu->dir == ChanDir::Both &&
      vu->elem == tu->elem)
    return !is_named(v) || !is_named(t);
  return false;
}

bool Checker::assign_to(Expr *e, Type *t, const std::string &context) {
  if (e->mode == Mode::Invalid || t->kind == TK::Invalid)
    return false;
  auto fail = [&](const std::string &tail) {
    error(e, "cannot use " + operand(e) + " as " + text(t) + " value in " + context + tail);
    invalid(e);
    return false;
  };
  if (e->mode == Mode::Nil) {
    if (!has_nil(t)) {
      error(e, "cannot use nil as " + text(t) + " value in " + context);
      invalid(e);
      return false;
    }
    e->type = t;
    return true;
  }
  if (is_untyped(e->type)) {
    if (is_interface(t)) {
      default_type(e);
      if (e->mode == Mode::Invalid)
        return false;
    } else if (e->mode == Mode::Constant) {
      ConstVal v;
      Fit f = representable(*e->cv, t, &v);
      bool numeric = is_numeric(e->type) && is_numeric(t);
      if (f != Fit::Yes)
        return fail(numeric && f == Fit::Truncated   ? " (truncated)"
                    : numeric && f == Fit::Overflows ? " (overflows)"
                                                     : "");
      finalize(e, t);
      return true;
    } else {
      if (!implicit(e, t))
        return fail("");
      return true;
    }
  }
  std::string why;
  if (assignable(e, t, &why))
    return true;
  if (is_interface(t) || why == "need type assertion") {
    error(e, "cannot use " + operand(e) + " as type " + text(t) + " in " + context +
                 (why.empty() ? "" : ":\n\t" + why));
    invalid(e);
    return false;
  }
  // gc says "as type T" between typed operands.
  error(e, "cannot use " + operand(e) + " as type " + text(t) + " in " + context);
  invalid(e);
  return false;
}

bool Checker::convertible(Expr *e, Type *t) {
  std::string why;
  if (assignable(e, t, &why))
    return true;
  Type *v = e->type, *vu = v->underlying(), *tu = t->underlying();
  if (vu == tu)
    return true;
  if (vu->kind == TK::Pointer && tu->kind == TK::Pointer && v->kind != TK::Named &&
      t->kind != TK::Named && vu->elem->underlying() == tu->elem->underlying())
    return true;
  if (is_numeric(v) && is_numeric(t))
    return true;
  if (vu->kind == TK::Slice && tu->kind == TK::Pointer && tu->elem->is(TK::Array) &&
      tu->elem->underlying()->elem == vu->elem)
    return true;
  auto chars = [](Type *u) {
    return u->kind == TK::Slice && (u->elem->is(TK::Uint8) || u->elem->is(TK::Int32));
  };
  if (is_string(t) && (is_integer(v) || chars(vu)))
    return true;
  if (is_string(v) && chars(tu))
    return true;
  if ((vu->kind == TK::UnsafePointer) != (tu->kind == TK::UnsafePointer)) {
    Type *other = vu->kind == TK::UnsafePointer ? tu : vu;
    return other->kind == TK::Pointer || other->kind == TK::Uintptr;
  }
  return false;
}

void Checker::conversion(CallExpr *e, Type *t) {
  e->call_kind = CallKind::Conversion;
  if (e->args.size() != 1) {
    if (e->args.empty())
      error(e->rparen, "missing argument in conversion to " + text(t));
    else
      error(e->args.back(), "too many arguments in conversion to " + text(t));
    return invalid(e);
  }
  Expr *x = e->args[0];
  expr(x, t);
  if (x->mode == Mode::Invalid || t->kind == TK::Invalid)
    return invalid(e);
  auto fail = [&] {
    error(x, "cannot convert " + operand(x) + " to type " + text(t));
    invalid(e);
  };
  bool basic_target =
      t->underlying()->kind < TK::UntypedBool && t->underlying()->kind != TK::UnsafePointer;
  if (x->mode == Mode::Constant && basic_target) {
    ConstVal v;
    Fit f = representable(*x->cv, t, &v);
    if (f == Fit::Yes) {
      set_const(e, t, v);
      if (is_untyped(x->type))
        finalize(x, t);
      return;
    }
    if (is_string(t) && is_integer(x->type)) {
      std::string s;
      append_utf8(s, x->cv->fits(32, true) ? x->cv->as_int64() : -1);
      return set_const(e, t, ConstVal::of_string(s));
    }
    return fail();
  }
  if (x->mode == Mode::Nil) {
    if (!has_nil(t))
      return fail();
    x->type = t;
    return set(e, Mode::Value, t);
  }
  if (is_untyped(x->type)) {
    if (x->mode != Mode::Constant && is_numeric(x->type) && is_numeric(t))
      finalize(x, t);
    else if (x->type->kind == TK::UntypedBool && is_boolean(t))
      finalize(x, t);
    else
      default_type(x);
    if (x->mode == Mode::Invalid)
      return invalid(e);
  }
  if (!convertible(x, t))
    return fail();
  set(e, Mode::Value, t);
}

} // namespace minigo
