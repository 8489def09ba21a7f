// Expressions other than operators, calls and composite literals.
#include "sema/checker.h"
#include <algorithm>

namespace minigo {

void Checker::raw(Expr *e, Type *hint) {
  switch (e->kind) {
  case EK::Bad:
    return invalid(e);
  case EK::Ident:
    return ident(static_cast<Ident *>(e));
  case EK::BasicLit:
    return literal(static_cast<BasicLit *>(e));
  case EK::CompositeLit:
    return composite(static_cast<CompositeLit *>(e), nullptr);
  case EK::FuncLit:
    return func_lit(static_cast<FuncLit *>(e));
  case EK::Paren: {
    auto *p = static_cast<Paren *>(e);
    raw(p->x, hint);
    e->mode = p->x->mode;
    e->type = p->x->type;
    e->cv = p->x->cv;
    return;
  }
  case EK::Selector:
    return selector(static_cast<Selector *>(e));
  case EK::Index:
    return index(static_cast<IndexExpr *>(e));
  case EK::Slice:
    return slice(static_cast<SliceExpr *>(e));
  case EK::TypeAssert:
    return type_assert(static_cast<TypeAssert *>(e));
  case EK::Call:
    return call(static_cast<CallExpr *>(e));
  case EK::Star:
    return star(static_cast<StarExpr *>(e));
  case EK::Unary:
    return unary(static_cast<UnaryExpr *>(e), hint);
  case EK::Binary:
    return binary(static_cast<BinaryExpr *>(e), hint);
  case EK::KeyValue:
    error(e, "unexpected key:value expression");
    return invalid(e);
  case EK::ArrayType:
    return set(e, Mode::TypeExpr, array_type(static_cast<ArrayTypeExpr *>(e), -1));
  case EK::StructType:
    return set(e, Mode::TypeExpr, struct_type(static_cast<StructTypeExpr *>(e)));
  case EK::FuncType:
    return set(e, Mode::TypeExpr, signature(static_cast<FuncTypeExpr *>(e)));
  case EK::InterfaceType:
    return set(e, Mode::TypeExpr, interface_type(static_cast<InterfaceTypeExpr *>(e)));
  case EK::MapType: {
    auto *m = static_cast<MapTypeExpr *>(e);
    Type *k = type_expr(m->key), *v = type_expr(m->value);
    if (k->underlying() && !not_comparable(k).empty())
      error(m->key, "invalid map key type " + text(k));
    return set(e, Mode::TypeExpr, types_.map(k, v));
  }
  case EK::ChanType: {
    auto *c = static_cast<ChanTypeExpr *>(e);
    return set(e, Mode::TypeExpr, types_.chan(type_expr(c->elem), c->dir));
  }
  }
}

void Checker::multi(Expr *e) {
  raw(e);
  if (e->mode == Mode::TypeExpr) {
    error(e, operand(e) + " is not an expression");
    invalid(e);
  } else if (e->mode == Mode::Builtin) {
    error(e, expr_text(e) + " (built-in) must be called");
    invalid(e);
  }
}

void Checker::expr(Expr *e, Type *hint) {
  raw(e, hint);
  single_value(e);
}

// The second half of expr: what raw found must be one value.
void Checker::single_value(Expr *e) {
  switch (e->mode) {
  case Mode::NoValue:
    error(e, operand(e) + " used as value");
    return invalid(e);
  case Mode::TypeExpr:
    error(e, operand(e) + " is not an expression");
    return invalid(e);
  case Mode::Builtin:
    error(e, expr_text(e) + " (built-in) must be called");
    return invalid(e);
  default:
    if (e->type && e->type->kind == TK::Tuple) {
      error(e, "multiple-value " + expr_text(e) + " (value of type " + text(e->type) +
                   ") in single-value context");
      return invalid(e);
    }
  }
}

void Checker::use_var(Object *v) {
  if (v->global || !cx_.func || v->owner == cx_.func)
    return;
  bool here = true;
  for (FuncInfo *f = cx_.func; f && f != v->owner; f = f->parent) {
    here &= f->stays_in_frame;
    if (std::find(f->captures.begin(), f->captures.end(), v) == f->captures.end())
      f->captures.push_back(v);
  }
  if (here)
    v->captured_here = true;
  else
    v->captured = true;
}

void Checker::ident(Ident *e) {
  if (e->name == "_") {
    error(e, "cannot use _ as value");
    return invalid(e);
  }
  Object *o = cx_.scope->lookup(e->name);
  if (!o) {
    if (e->name == "complex64" || e->name == "complex128" || e->name == "complex" ||
        e->name == "real" || e->name == "imag")
      not_supported(e->pos, "complex numbers");
    else if (e->name == "comparable")
      not_supported(e->pos, "generics");
    else
      error(e, "undefined: " + e->name);
    return invalid(e);
  }
  e->obj = o;
  if (o->kind == OK::Package) {
    error(e, "use of package " + o->name + " not in selector");
    o->used = true;
    return invalid(e);
  }
  resolve(o);
  o->used = true;
  if (cx_.decl && o->global && (o->kind == OK::Var || o->kind == OK::Func))
    cx_.decl->deps.insert(o);
  switch (o->kind) {
  case OK::Const:
    if (o->type->kind == TK::Invalid)
      return invalid(e);
    if (o->name == "iota" && !o->pkg && !o->spec && !o->pos.valid()) {
      if (!cx_.iota) {
        error(e, "cannot use iota outside constant declaration");
        return invalid(e);
      }
      return set_const(e, o->type, *cx_.iota);
    }
    e->mode = Mode::Constant;
    e->type = o->type;
    e->cv = o->cv;
    return;
  case OK::TypeName:
    if (!o->type || o->type->kind == TK::Invalid)
      return invalid(e);
    return set(e, Mode::TypeExpr, o->type);
  case OK::Var:
    if (!o->type || o->type->kind == TK::Invalid)
      return invalid(e);
    use_var(o);
    return set(e, Mode::Variable, o->type);
  case OK::Func:
    if (!o->type)
      return invalid(e);
    return set(e, Mode::Value, o->type);
  case OK::Builtin:
    return set(e, Mode::Builtin, types_.invalid);
  case OK::Nil:
    return set(e, Mode::Nil, types_.basic(TK::UntypedNil));
  default:
    return invalid(e);
  }
}

void Checker::literal(BasicLit *e) {
  switch (e->tok) {
  case Tok::Char:
    return set_const(e, types_.basic(TK::UntypedRune), ConstVal::of_int(e->rune));
  case Tok::String:
    return set_const(e, types_.basic(TK::UntypedString), ConstVal::of_string(e->str));
  default: {
    bool f = e->tok == Tok::Float;
    auto v = parse_number(e->raw, f);
    if (!v) {
      error(e, f ? "malformed constant: " + e->raw : "excessively long constant: " + e->raw);
      return invalid(e);
    }
    return set_const(e, types_.basic(f ? TK::UntypedFloat : TK::UntypedInt), *v);
  }
  }
}

void Checker::func_lit(FuncLit *e) {
  Type *sig = signature(e->sig);
  FuncInfo *info = e->info ? e->info : new_func(cx_.pkg);
  info->pkg = cx_.pkg;
  e->info = info;
  info->params.clear(); // a few contexts look at an operand twice
  info->results.clear();
  info->captures.clear();
  info->parent = cx_.func;
  info->sig = sig;
  info->body = e->body;
  info->name = (cx_.func ? cx_.func->name : cx_.pkg->path + ".init") + ".func" +
               std::to_string(cx_.func ? ++cx_.func->literals : 1);
  Context saved = cx_;
  cx_.targets.clear();
  cx_.labels.clear();
  cx_.loop_depth = 0;
  cx_.in_switch = nullptr;
  func_body(info, e->sig, nullptr);
  cx_ = std::move(saved);
  set(e, Mode::Value, sig);
}

void Checker::selector(Selector *e) {
  if (e->x->kind == EK::Ident) {
    auto *id = static_cast<Ident *>(e->x);
    Object *o = cx_.scope->lookup(id->name);
    if (o && o->kind == OK::Package) {
      o->used = true;
      id->obj = o;
      auto it = o->pkg->scope->names.find(e->sel->name);
      if (it == o->pkg->scope->names.end() || it->second->pkg != o->pkg ||
          it->second->kind == OK::Package || !isupper((unsigned char)e->sel->name[0])) {
        if (isupper((unsigned char)e->sel->name[0])) // Go's package may have it, or not
          not_supported(e->sel->pos, id->name + "." + e->sel->name);
        else
          error(e->sel->pos, "cannot refer to unexported name " + id->name + "." + e->sel->name);
        return invalid(e);
      }
      Object *m = it->second;
      e->selection.kind = SK::Package;
      e->sel->obj = m;
      if (m->kind == OK::Const) {
        e->mode = Mode::Constant;
        e->type = m->type;
        e->cv = m->cv;
      } else
        set(e,
            m->kind == OK::TypeName ? Mode::TypeExpr
            : m->kind == OK::Var    ? Mode::Variable
                                    : Mode::Value,
            m->type);
      return;
    }
  }
  raw(e->x);
  if (e->x->mode == Mode::Invalid)
    return invalid(e);
  if (e->x->mode == Mode::NoValue || e->x->mode == Mode::Builtin ||
      (e->x->type->kind == TK::Tuple)) {
    expr(e->x);
    return invalid(e);
  }
  if (e->x->mode == Mode::Nil) {
    error(e->x, "invalid use of nil");
    return invalid(e);
  }
  default_type(e->x);
  Type *t = e->x->type;
  const std::string &name = e->sel->name;
  if (name == "_") {
    error(e->sel->pos, "cannot refer to blank field or method");
    return invalid(e);
  }
  Lookup l = lookup_member(t, name, cx_.pkg);
  if (l.kind == SK::None) {
    std::string why = "type " + text(t) + " has no field or method " + name;
    if (l.ambiguous) {
      error(e->sel->pos, "ambiguous selector " + expr_text(e));
      return invalid(e);
    }
    if (t->kind == TK::Pointer && is_interface(t->elem))
      why = "type " + text(t) + " is pointer to interface, not interface";
    else {
      std::string other = name;
      other[0] = char(isupper((unsigned char)name[0]) ? tolower(name[0]) : toupper(name[0]));
      Lookup o = lookup_member(t, other, cx_.pkg);
      if (o.kind != SK::None)
        why += ", but does have " + other;
    }
    error(e->sel->pos, expr_text(e) + " undefined (" + why + ")");
    return invalid(e);
  }
  Selection &s = e->selection;
  s.path = l.path;
  s.recv = l.recv;
  s.index = l.index;
  s.method = l.method;
  if (l.method) {
    resolve(l.method);
    l.type = l.method->type;
    if (cx_.decl)
      cx_.decl->deps.insert(l.method);
  }
  if (e->x->mode == Mode::TypeExpr) {
    if (l.kind == SK::Field) {
      error(e->sel->pos,
            expr_text(e) + " undefined (type " + text(t) + " has no method " + name + ")");
      return invalid(e);
    }
    if (l.kind == SK::Method && l.method->ptr_recv && t->kind != TK::Pointer &&
        !l.through_pointer) {
      error(e->sel->pos, "invalid method expression " + expr_text(e) +
                             " (needs pointer receiver (*" + text(t) + ")." + name + ")");
      return invalid(e);
    }
    s.kind = SK::MethodExpr;
    std::vector<Type *> params{t};
    params.insert(params.end(), l.type->params.begin(), l.type->params.end());
    return set(e, Mode::Value, types_.func(params, l.type->results, l.type->variadic));
  }
  s.kind = l.kind;
  if (l.kind == SK::Field)
    return set(e, e->x->mode == Mode::Variable || l.through_pointer ? Mode::Variable : Mode::Value,
               l.type);
  if (l.kind == SK::Method && l.method->ptr_recv && !l.through_pointer) {
    if (e->x->mode != Mode::Variable) {
      error(e->x, "cannot call pointer method " + name + " on " + text(t));
      return invalid(e);
    }
    mark_addr(e->x);
  }
  set(e, Mode::Value, l.type);
}

bool Checker::index_value(Expr *e, int64_t length, bool allow_end, int64_t *value) {
  if (value)
    *value = -1;
  expr(e);
  if (e->mode == Mode::Invalid)
    return false;
  if (is_untyped(e->type)) {
    if (e->mode == Mode::Constant && is_numeric(e->type)) {
      ConstVal v;
      Fit f = representable(*e->cv, types_.basic(TK::Int), &v);
      if (f == Fit::Truncated) {
        error(e, operand(e) + " truncated to int");
        return false;
      }
      if (f == Fit::Overflows) {
        error(e, "cannot use " + operand(e) + " as int value in index (overflows)");
        return false;
      }
      finalize(e, types_.basic(TK::Int));
    } else if (e->mode == Mode::Constant || !implicit(e, types_.basic(TK::Int))) {
      error(e, "invalid argument: index " + operand(e) + " must be integer");
      return false;
    }
  }
  if (!is_integer(e->type)) {
    error(e, "invalid argument: index " + operand(e) + " must be integer");
    return false;
  }
  if (e->mode == Mode::Constant) {
    if (e->cv->i.isNegative()) {
      error(e, "invalid argument: index " + operand(e) + " must not be negative");
      return false;
    }
    int64_t v = e->cv->as_int64();
    if (value)
      *value = v;
    if (length >= 0 && (allow_end ? v > length : v >= length)) {
      error(e, "invalid argument: index " + expr_text(e) +
                   " out of bounds [0:" + std::to_string(allow_end ? length + 1 : length) + "]");
      return false;
    }
  }
  return true;
}

void Checker::index(IndexExpr *e) {
  raw(e->x);
  if (e->x->mode == Mode::TypeExpr || (e->x->mode == Mode::Value && e->x->type->is(TK::Func))) {
    not_supported(e->pos, "generics");
    return invalid(e);
  }
  single_value(e->x);
  if (e->x->mode == Mode::Invalid) {
    expr(e->index);
    return invalid(e);
  }
  default_type(e->x);
  Type *t = e->x->type, *u = t->underlying();
  if (u->kind == TK::Pointer && u->elem->is(TK::Array)) {
    if (!index_value(e->index, u->elem->underlying()->len, false, nullptr))
      return invalid(e);
    return set(e, Mode::Variable, u->elem->underlying()->elem);
  }
  switch (u->kind) {
  case TK::String: {
    int64_t v;
    if (!index_value(e->index, e->x->mode == Mode::Constant ? int64_t(e->x->cv->s.size()) : -1,
                     false, &v))
      return invalid(e);
    return set(e, Mode::Value, types_.basic(TK::Uint8));
  }
  case TK::Array:
    if (!index_value(e->index, u->len, false, nullptr))
      return invalid(e);
    return set(e, e->x->mode == Mode::Variable ? Mode::Variable : Mode::Value, u->elem);
  case TK::Slice:
    if (!index_value(e->index, -1, false, nullptr))
      return invalid(e);
    return set(e, Mode::Variable, u->elem);
  case TK::Map:
    expr(e->index, u->key);
    if (!assign_to(e->index, u->key, "map index"))
      return invalid(e);
    return set(e, Mode::MapIndex, u->elem);
  default:
    error(e->x, "invalid operation: cannot index " + operand(e->x));
    expr(e->index);
    return invalid(e);
  }
}

void Checker::slice(SliceExpr *e) {
  expr(e->x);
  if (e->x->mode == Mode::Invalid)
    return invalid(e);
  default_type(e->x);
  Type *t = e->x->type, *u = t->underlying(), *result = t;
  int64_t length = -1;
  if (u->kind == TK::String) {
    if (e->max) {
      error(e->x, "invalid operation: 3-index slice of string");
      return invalid(e);
    }
    if (e->x->mode == Mode::Constant) {
      length = int64_t(e->x->cv->s.size());
      result = t;
    }
  } else if (u->kind == TK::Array) {
    if (e->x->mode != Mode::Variable) {
      error(e->x, "invalid operation: " + operand(e->x) + " (slice of unaddressable value)");
      return invalid(e);
    }
    mark_addr(e->x);
    length = u->len;
    result = types_.slice(u->elem);
  } else if (u->kind == TK::Pointer && u->elem->is(TK::Array)) {
    length = u->elem->underlying()->len;
    result = types_.slice(u->elem->underlying()->elem);
  } else if (u->kind != TK::Slice) {
    error(e->x, "cannot slice " + operand(e->x));
    return invalid(e);
  }
  int64_t last = -1;
  for (Expr *x : {e->lo, e->hi, e->max}) {
    int64_t v = -1;
    if (!x)
      continue;
    if (!index_value(x, length, true, &v))
      return invalid(e);
    if (v >= 0 && v < last) {
      error(x, "invalid slice indices: " + std::to_string(v) + " < " + std::to_string(last));
      return invalid(e);
    }
    last = std::max(last, v);
  }
  set(e, Mode::Value, result);
}

void Checker::type_assert(TypeAssert *e) {
  expr(e->x);
  if (!e->type_expr) {
    error(e->pos, "invalid syntax tree: use of .(type) outside type switch");
    return invalid(e);
  }
  Type *t = type_expr(e->type_expr);
  if (e->x->mode == Mode::Invalid || t->kind == TK::Invalid)
    return invalid(e);
  if (!is_interface(e->x->type)) {
    error(e->x, "invalid operation: " + operand(e->x) + " is not an interface");
    return invalid(e);
  }
  if (!is_interface(t)) {
    std::string m = missing_method(t, e->x->type, cx_.pkg);
    if (!m.empty()) {
      error(e->x, "impossible type assertion: " + expr_text(e) + "\n\t" + text(t) +
                      " does not implement " + text(e->x->type) + " " + m);
      return invalid(e);
    }
  }
  set(e, Mode::Value, t);
}

void Checker::star(StarExpr *e) {
  raw(e->x);
  if (e->x->mode == Mode::Invalid)
    return invalid(e);
  if (e->x->mode == Mode::TypeExpr)
    return set(e, Mode::TypeExpr, types_.pointer(e->x->type));
  if (e->x->mode == Mode::Nil) {
    error(e->x, "invalid operation: cannot indirect untyped nil");
    return invalid(e);
  }
  if (e->x->mode == Mode::NoValue || e->x->type->kind == TK::Tuple) {
    single_value(e->x);
    return invalid(e);
  }
  if (!e->x->type->is(TK::Pointer)) {
    error(e->x, "invalid operation: cannot indirect " + operand(e->x));
    return invalid(e);
  }
  set(e, Mode::Variable, e->x->type->underlying()->elem);
}

// The variable whose storage an lvalue is part of, if any.
static Object *root_variable(Expr *e) {
  for (;;) {
    e = unparen(e);
    if (e->kind == EK::Ident) {
      Object *o = static_cast<Ident *>(e)->obj;
      return o && o->kind == OK::Var ? o : nullptr;
    }
    if (e->kind == EK::Selector) {
      auto *s = static_cast<Selector *>(e);
      if (s->selection.kind == SK::Package)
        return s->sel->obj;
      if (s->selection.kind != SK::Field || !s->x->type || s->x->type->is(TK::Pointer))
        return nullptr;
      e = s->x;
    } else if (e->kind == EK::Index) {
      auto *x = static_cast<IndexExpr *>(e);
      if (!x->x->type || !x->x->type->is(TK::Array))
        return nullptr;
      e = x->x;
    } else
      return nullptr;
  }
}

void Checker::mark_written(Expr *e) {
  if (Object *o = root_variable(e))
    o->reassigned = true;
}
void Checker::mark_addr(Expr *e) {
  if (Object *o = root_variable(e))
    o->addr_taken = o->reassigned = true;
}

} // namespace minigo
