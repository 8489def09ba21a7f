// From type expressions to types.
#include "sema/checker.h"

namespace minigo {

Type *Checker::type_expr(Expr *e) {
  raw(e);
  if (e->mode == Mode::TypeExpr)
    return e->type;
  if (e->mode != Mode::Invalid)
    error(e, expr_text(e) + " is not a type");
  invalid(e);
  return types_.invalid;
}

Type *Checker::array_type(ArrayTypeExpr *a, int64_t length_if_dots) {
  if (!a->len && !a->dots)
    return types_.slice(type_expr(a->elem));
  int64_t n = length_if_dots;
  if (a->dots && n < 0) {
    error(a->pos, "invalid use of [...] array (outside a composite literal)");
    n = 0;
  }
  if (a->len) {
    expr(a->len);
    n = 0;
    if (a->len->mode == Mode::Constant) {
      ConstVal v;
      Fit f = representable(*a->len->cv, types_.basic(TK::Int), &v);
      if (f != Fit::Yes || !is_numeric(a->len->type))
        error(a->len, f == Fit::Truncated ? operand(a->len) + " must be integer"
                                          : "array length " + operand(a->len) + " must be integer");
      else if (v.as_int64() < 0)
        error(a->len, "invalid array length " + expr_text(a->len) + " (untyped int constant)");
      else
        n = v.as_int64();
    } else if (a->len->mode != Mode::Invalid)
      error(a->len, "invalid array length " + expr_text(a->len));
  }
  return types_.array(type_expr(a->elem), n);
}

Type *Checker::struct_type(StructTypeExpr *s) {
  std::vector<Field> fields;
  std::map<std::string, Pos> seen;
  for (auto &d : s->fields) {
    Field f;
    f.type = type_expr(d.type);
    f.pkg = cx_.pkg;
    Pos pos = d.pos;
    if (d.name)
      f.name = d.name->name;
    else {
      f.embedded = true;
      Expr *t = unparen(d.type);
      if (t->kind == EK::Star)
        t = unparen(static_cast<StarExpr *>(t)->x);
      f.name = t->kind == EK::Selector ? static_cast<Selector *>(t)->sel->name : expr_text(t);
      Type *u = f.type->underlying();
      if (u && u->kind == TK::Pointer && f.type->kind == TK::Named)
        error(d.type, "embedded field type cannot be a pointer");
    }
    if (f.name != "_" && !seen.emplace(f.name, pos).second) {
      error(pos, f.name + " redeclared\n\t" + diag_.file_name(pos.file) + ":" +
                     std::to_string(seen[f.name].line) + ":" + std::to_string(seen[f.name].col) +
                     ": other declaration of " + f.name);
      continue;
    }
    fields.push_back(f);
  }
  return types_.structure(fields);
}

Type *Checker::interface_type(InterfaceTypeExpr *i) {
  std::vector<IfaceMethod> methods;
  auto add = [&](const IfaceMethod &m, Pos pos, bool embedded) {
    for (auto &o : methods)
      if (o.name == m.name) {
        if (!embedded || o.sig != m.sig)
          error(pos, "duplicate method " + m.name);
        return;
      }
    methods.push_back(m);
  };
  for (auto &d : i->methods) {
    if (d.name) {
      IfaceMethod m;
      m.name = d.name->name;
      m.sig = signature(static_cast<FuncTypeExpr *>(d.type));
      m.pkg = isupper((unsigned char)m.name[0]) ? nullptr : cx_.pkg;
      add(m, d.pos, false);
    } else {
      Type *t = type_expr(d.type);
      if (t->kind == TK::Invalid)
        continue;
      if (!t->underlying())
        error(d.type, "invalid recursive type " + text(t));
      else if (t->underlying()->kind != TK::Interface)
        not_supported(start_pos(d.type), "generics");
      else
        for (auto &m : t->underlying()->methods)
          add(m, d.pos, true);
    }
  }
  return types_.interface(methods);
}

Type *Checker::signature(FuncTypeExpr *f) {
  std::vector<Type *> params, results;
  for (size_t k = 0; k < f->params.size(); ++k) {
    Type *t = type_expr(f->params[k].type);
    if (f->variadic && k + 1 == f->params.size())
      t = types_.slice(t);
    params.push_back(t);
  }
  for (auto &r : f->results)
    results.push_back(type_expr(r.type));
  return types_.func(params, results, f->variadic);
}

} // namespace minigo
