// Assignments, definitions and returns: everything that pairs left sides with values.
#include "sema/checker.h"

namespace minigo {

std::vector<Type *> Checker::tuple_types(Expr *e) {
  if (e->mode == Mode::Invalid)
    return {};
  if (e->mode == Mode::NoValue)
    return {};
  if (e->type->kind == TK::Tuple)
    return e->type->results;
  return {e->type};
}

// Turns v = m[k], v = <-c and v = x.(T) into their two-value form.
bool Checker::comma_ok(Expr *e) {
  if (e->mode == Mode::Invalid)
    return false;
  Expr *x = unparen(e);
  bool ok = x->kind == EK::TypeAssert || (x->kind == EK::Index && x->mode == Mode::MapIndex) ||
            (x->kind == EK::Unary && static_cast<UnaryExpr *>(x)->op == Tok::Arrow);
  if (!ok)
    return false;
  Type *t = types_.tuple({x->type, types_.basic(TK::Bool)});
  for (Expr *p = e;; p = static_cast<Paren *>(p)->x) {
    p->mode = Mode::CommaOk;
    p->type = t;
    if (p == x)
      return true;
  }
}

bool Checker::lhs_expr(Expr *lhs) {
  Expr *x = unparen(lhs);
  if (x->kind == EK::Ident) {
    auto *id = static_cast<Ident *>(x);
    if (id->name == "_") {
      set(x, Mode::NoValue, nullptr);
      x->type = nullptr;
      if (x != lhs)
        lhs->type = nullptr;
      return true;
    }
    Object *o = cx_.scope->lookup(id->name);
    bool used = o && o->used;
    expr(lhs);
    if (o && o->kind == OK::Var && !o->global)
      o->used = used; // writing is not using
  } else
    expr(lhs);
  if (lhs->mode == Mode::Invalid)
    return false;
  if (lhs->mode == Mode::Variable) {
    mark_written(lhs);
    return true;
  }
  if (lhs->mode == Mode::MapIndex)
    return true;
  if (x->kind == EK::Selector && static_cast<Selector *>(x)->x->mode == Mode::MapIndex)
    error(lhs, "cannot assign to struct field " + expr_text(lhs) + " in map");
  else if (x->kind == EK::Index && is_string(static_cast<IndexExpr *>(x)->x->type))
    error(lhs, "cannot assign to " + expr_text(lhs) + " (value of type byte)");
  else
    error(lhs, "cannot assign to " + operand(lhs));
  return false;
}

// rhs null: the value is one of a call's results, of type rhs_type.
void Checker::assign_one(Expr *lhs, Expr *rhs, Type *rhs_type, const std::string &context) {
  Type *t = lhs->type; // null for _
  if (!rhs) {
    Expr tmp(EK::Bad);
    tmp.mode = Mode::Value;
    tmp.type = rhs_type;
    std::string why;
    if (t && t->kind != TK::Invalid && rhs_type->kind != TK::Invalid && !assignable(&tmp, t, &why))
      error(lhs, "cannot assign " + text(rhs_type) + " to " + expr_text(lhs) +
                     " (variable of type " + text(t) + ")" + (why.empty() ? "" : ":\n\t" + why));
    return;
  }
  if (rhs->mode == Mode::Invalid)
    return;
  if (!t) {
    if (rhs->mode == Mode::Nil) {
      error(rhs, "use of untyped nil in " + context);
      invalid(rhs);
    } else
      default_type(rhs);
    return;
  }
  assign_to(rhs, t, context);
}

static std::string count(size_t n, const char *what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

void Checker::assign(AssignStmt *s) {
  if (s->op == Tok::Define)
    return define(s);
  if (s->op != Tok::Assign) {
    auto *b = arena_.make<BinaryExpr>();
    b->pos = s->pos;
    b->op = s->op;
    b->x = s->lhs[0];
    b->y = s->rhs[0];
    s->binary = b;
    binary(b, nullptr); // reads x, and so uses it, as gc sees it
    if (b->mode == Mode::Invalid)
      return;
    if (!lhs_expr(s->lhs[0]))
      return;
    if (is_untyped(b->type))
      finalize(b, s->lhs[0]->type);
    assign_to(b, s->lhs[0]->type, "assignment");
    return;
  }
  bool ok = true;
  for (Expr *l : s->lhs)
    ok &= lhs_expr(l);
  size_t n = s->lhs.size();
  if (s->rhs.size() == 1 && n > 1) {
    Expr *r = s->rhs[0];
    multi(r);
    if (r->mode == Mode::Invalid)
      return;
    if (n == 2 && comma_ok(r)) {
      if (ok)
        for (size_t k = 0; k < 2; ++k)
          assign_one(s->lhs[k], nullptr, k ? types_.basic(TK::Bool) : r->type->results[0],
                     "assignment");
      return;
    }
    auto ts = tuple_types(r);
    if (ts.size() != n) {
      Expr *c = unparen(r);
      if (c->kind == EK::Call && static_cast<CallExpr *>(c)->call_kind == CallKind::Call)
        error(s->rhs[0], "assignment mismatch: " + count(n, "variable") + " but " +
                             expr_text(static_cast<CallExpr *>(c)->fun) + " returns " +
                             count(ts.size(), "value"));
      else
        error(s->rhs[0],
              "assignment mismatch: " + count(n, "variable") + " but " + count(1, "value"));
      return;
    }
    if (ok)
      for (size_t k = 0; k < n; ++k)
        assign_one(s->lhs[k], nullptr, ts[k], "assignment");
    return;
  }
  if (s->rhs.size() != n) {
    for (Expr *r : s->rhs)
      multi(r);
    Expr *c = unparen(s->rhs[0]);
    if (s->rhs.size() == 1 && c->kind == EK::Call && c->mode != Mode::Invalid &&
        static_cast<CallExpr *>(c)->call_kind == CallKind::Call)
      error(s->rhs[0], "assignment mismatch: " + count(n, "variable") + " but " +
                           expr_text(static_cast<CallExpr *>(c)->fun) + " returns " +
                           count(tuple_types(c).size(), "value"));
    else
      error(s->rhs[0], "assignment mismatch: " + count(n, "variable") + " but " +
                           count(s->rhs.size(), "value"));
    return;
  }
  for (size_t k = 0; k < n; ++k) {
    if (n == 1 && s->rhs[0]->kind == EK::Call) {
      multi(s->rhs[0]);
      Expr *r = s->rhs[0];
      if (r->mode == Mode::Value && r->type->kind == TK::Tuple) {
        error(s->rhs[0], "assignment mismatch: 1 variable but " +
                             expr_text(static_cast<CallExpr *>(unparen(r))->fun) + " returns " +
                             count(r->type->results.size(), "value"));
        return;
      }
      if (r->mode == Mode::NoValue) {
        error(r, operand(r) + " used as value");
        return;
      }
    } else
      expr(s->rhs[k], s->lhs[k]->type);
    if (ok)
      assign_one(s->lhs[k], s->rhs[k], nullptr, "assignment");
  }
}

void Checker::define(AssignStmt *s) {
  size_t n = s->lhs.size();
  std::vector<Object *> fresh(n, nullptr);
  std::vector<Type *> types(n, nullptr);
  bool any_new = false, ok = true;
  std::set<std::string> seen;
  for (size_t k = 0; k < n; ++k) {
    if (s->lhs[k]->kind != EK::Ident) {
      error(s->lhs[k], "non-name " + expr_text(s->lhs[k]) + " on left side of :=");
      ok = false;
      continue;
    }
    auto *id = static_cast<Ident *>(s->lhs[k]);
    if (id->name != "_" && !seen.insert(id->name).second) {
      error(id, id->name + " repeated on left side of :=");
      ok = false;
      continue;
    }
    auto it = cx_.scope->names.find(id->name);
    if (id->name != "_" && it != cx_.scope->names.end()) {
      ok &= lhs_expr(id);
      types[k] = id->type;
      continue;
    }
    auto *o = arena_.make<Object>();
    o->name = id->name;
    o->pos = id->pos;
    o->owner = cx_.func;
    fresh[k] = o;
    any_new |= id->name != "_";
  }
  // Values are checked before the new names come into scope.
  auto give = [&](size_t k, Expr *e, Type *t) {
    if (!fresh[k]) {
      if (ok)
        assign_one(s->lhs[k], e, t, "assignment");
      return;
    }
    if (e) {
      if (e->mode == Mode::Nil) {
        error(e, "use of untyped nil in assignment");
        invalid(e);
      } else
        default_type(e);
      t = e->mode == Mode::Invalid ? types_.invalid : e->type;
    }
    fresh[k]->type = t;
    if (t->kind == TK::Invalid)
      fresh[k]->used = true;
  };
  bool matched = false;
  if (s->rhs.size() == 1 && n > 1) {
    Expr *r = s->rhs[0];
    multi(r);
    if (r->mode == Mode::Invalid)
      matched = false;
    else if (n == 2 && comma_ok(r)) {
      give(0, nullptr, r->type->results[0]);
      give(1, nullptr, types_.basic(TK::Bool));
      matched = true;
    } else {
      auto ts = tuple_types(r);
      if (ts.size() == n) {
        for (size_t k = 0; k < n; ++k)
          give(k, nullptr, ts[k]);
        matched = true;
      } else {
        Expr *c = unparen(r);
        if (c->kind == EK::Call && static_cast<CallExpr *>(c)->call_kind == CallKind::Call)
          error(s->rhs[0], "assignment mismatch: " + count(n, "variable") + " but " +
                               expr_text(static_cast<CallExpr *>(c)->fun) + " returns " +
                               count(ts.size(), "value"));
        else
          error(s->rhs[0],
                "assignment mismatch: " + count(n, "variable") + " but " + count(1, "value"));
      }
    }
  } else if (s->rhs.size() == n) {
    for (size_t k = 0; k < n; ++k) {
      Expr *r = s->rhs[k];
      if (n == 1) {
        multi(r);
        if (r->mode == Mode::Value && r->type->kind == TK::Tuple) {
          error(s->rhs[0], "assignment mismatch: 1 variable but " +
                               expr_text(static_cast<CallExpr *>(unparen(r))->fun) + " returns " +
                               count(r->type->results.size(), "value"));
          invalid(r);
        } else if (r->mode == Mode::NoValue) {
          error(r, operand(r) + " used as value");
          invalid(r);
        }
      } else
        expr(r, types[k]);
      give(k, r, nullptr);
    }
    matched = true;
  } else {
    for (Expr *r : s->rhs)
      multi(r);
    Expr *c = unparen(s->rhs[0]);
    if (s->rhs.size() == 1 && c->kind == EK::Call && c->mode != Mode::Invalid)
      error(s->rhs[0], "assignment mismatch: " + count(n, "variable") + " but " +
                           expr_text(static_cast<CallExpr *>(c)->fun) + " returns " +
                           count(tuple_types(c).size(), "value"));
    else
      error(s->rhs[0], "assignment mismatch: " + count(n, "variable") + " but " +
                           count(s->rhs.size(), "value"));
  }
  if (!any_new)
    error(s->pos, "no new variables on left side of :=");
  s->defined.assign(n, nullptr);
  for (size_t k = 0; k < n; ++k) {
    if (!fresh[k])
      continue;
    if (!matched || !fresh[k]->type) {
      fresh[k]->type = types_.invalid;
      fresh[k]->used = true;
    }
    auto *id = static_cast<Ident *>(s->lhs[k]);
    id->obj = fresh[k];
    id->type = fresh[k]->type;
    if (id->name == "_") {
      id->type = nullptr;
      continue;
    }
    id->mode = Mode::Variable;
    cx_.scope->names[id->name] = fresh[k];
    s->defined[k] = fresh[k];
  }
}

void Checker::return_stmt(ReturnStmt *s) {
  auto &want = cx_.func->sig->results;
  if (s->results.empty()) {
    if (!want.empty() && !cx_.func->named_results)
      error(s->pos, "not enough return values\n\thave ()\n\twant " + text(types_.tuple(want)));
    else if (cx_.func->named_results)
      for (Object *r : cx_.func->results)
        if (Object *o = r->name.empty() || r->name == "_" ? r : cx_.scope->lookup(r->name); o != r)
          error(s->pos, "result parameter " + r->name + " not in scope at return");
    return;
  }
  auto wrong = [&](bool many, Pos p, const std::string &have) {
    error(p, std::string(many ? "too many" : "not enough") + " return values\n\thave " + have +
                 "\n\twant " + text(types_.tuple(want)));
  };
  if (s->results.size() == 1 && want.size() != 1) {
    Expr *r = s->results[0];
    multi(r);
    if (r->mode == Mode::Invalid)
      return;
    if (r->mode == Mode::NoValue) {
      error(r, want.empty() ? "too many return values" : operand(r) + " used as value");
      return;
    }
    auto ts = tuple_types(r);
    if (ts.size() != want.size())
      return wrong(ts.size() > want.size(), start_pos(r),
                   r->type->kind == TK::Tuple ? text(r->type) : operand_types(s->results));
    Expr tmp(EK::Bad);
    tmp.mode = Mode::Value;
    for (size_t k = 0; k < ts.size(); ++k) {
      tmp.type = ts[k];
      std::string why;
      if (!assignable(&tmp, want[k], &why))
        error(r, "cannot use " + expr_text(r) + " (value of type " + text(ts[k]) + ") as type " +
                     text(want[k]) + " in return statement" + (why.empty() ? "" : ":\n\t" + why));
    }
    return;
  }
  bool bad = false;
  for (size_t k = 0; k < s->results.size(); ++k) {
    expr(s->results[k], k < want.size() ? want[k] : nullptr);
    bad |= s->results[k]->mode == Mode::Invalid;
  }
  if (s->results.size() != want.size()) {
    if (!bad)
      wrong(s->results.size() > want.size(), start_pos(s->results[0]), operand_types(s->results));
    return;
  }
  for (size_t k = 0; k < want.size(); ++k)
    assign_to(s->results[k], want[k], "return statement");
}

} // namespace minigo
