// Statements other than assignments and returns.
#include "sema/checker.h"
#include <algorithm>

namespace minigo {

void Checker::stmts(const std::vector<Stmt *> &list) {
  for (Stmt *s : list)
    stmt(s);
}

void Checker::block(Block *b) {
  open_scope();
  stmts(b->list);
  close_scope();
}

void Checker::call_stmt(Expr *call, const char *what) {
  Expr *x = unparen(call);
  if (x->kind != EK::Call) {
    error(call, std::string("expression in ") + what + " must be function call");
    return;
  }
  auto *c = static_cast<CallExpr *>(x);
  if (c->fun->kind == EK::FuncLit) {
    auto *lit = static_cast<FuncLit *>(c->fun);
    lit->info = new_func(cx_.pkg);
    // A deferred literal ends before its frame; a goroutine may outlive it.
    lit->info->stays_in_frame = what[0] == 'd' && !cx_.loop_depth && cx_.labels.empty();
  }
  multi(x);
  if (x->mode == Mode::Invalid)
    return;
  if (c->call_kind == CallKind::Conversion)
    error(call, std::string(what) + " requires function call, not conversion");
  else if (c->call_kind == CallKind::Builtin) {
    static const std::set<int> no{B_append, B_cap, B_len, B_make, B_new};
    if (no.count(c->builtin))
      error(call, std::string(what) + " discards result of " + expr_text(x));
  }
}

void Checker::stmt(Stmt *s) {
  switch (s->kind) {
  case StK::Empty:
    return;
  case StK::Block:
    return block(static_cast<Block *>(s));
  case StK::Decl:
    return local_decl(static_cast<DeclStmt *>(s));
  case StK::Expr: {
    Expr *e = static_cast<ExprStmt *>(s)->x;
    raw(e);
    if (e->mode == Mode::Invalid || e->mode == Mode::NoValue)
      return;
    Expr *x = unparen(e);
    if (e->mode == Mode::TypeExpr || e->mode == Mode::Builtin) {
      error(e, e->mode == Mode::TypeExpr ? operand(e) + " is not an expression"
                                         : expr_text(e) + " (built-in) must be called");
      return;
    }
    if (x->kind == EK::Unary && static_cast<UnaryExpr *>(x)->op == Tok::Arrow)
      return;
    if (x->kind == EK::Call) {
      auto *c = static_cast<CallExpr *>(x);
      if (c->call_kind == CallKind::Call ||
          (c->call_kind == CallKind::Builtin && (c->builtin == B_copy || c->builtin == B_recover)))
        return;
    }
    error(e, operand(e) + " is not used");
    return;
  }
  case StK::Send: {
    auto *d = static_cast<SendStmt *>(s);
    expr(d->chan);
    Type *elem = d->chan->mode != Mode::Invalid && d->chan->type->is(TK::Chan)
                     ? d->chan->type->underlying()->elem
                     : nullptr;
    expr(d->value, elem);
    if (d->chan->mode == Mode::Invalid)
      return;
    if (!elem) {
      error(s->pos, "invalid operation: cannot send to non-channel " + operand(d->chan));
      return;
    }
    if (d->chan->type->underlying()->dir == ChanDir::Recv) {
      error(d->chan, "invalid operation: cannot send to receive-only channel " + operand(d->chan));
      return;
    }
    assign_to(d->value, elem, "send");
    return;
  }
  case StK::IncDec: {
    auto *i = static_cast<IncDecStmt *>(s);
    expr(i->x);
    if (i->x->mode == Mode::Invalid)
      return;
    if (!is_numeric(i->x->type)) {
      error(i->x, "invalid operation: " + expr_text(i->x) + (i->inc ? "++" : "--") +
                      " (non-numeric type " + text(i->x->type) + ")");
      return;
    }
    lhs_expr(i->x);
    return;
  }
  case StK::Assign:
    return assign(static_cast<AssignStmt *>(s));
  case StK::Go:
    return call_stmt(static_cast<GoStmt *>(s)->call, "go");
  case StK::Defer: {
    auto *d = static_cast<DeferStmt *>(s);
    cx_.func->has_defer = true;
    d->in_loop = cx_.loop_depth > 0;
    return call_stmt(d->call, "defer");
  }
  case StK::Return:
    return return_stmt(static_cast<ReturnStmt *>(s));
  case StK::Branch:
    return branch(static_cast<BranchStmt *>(s));
  case StK::If: {
    auto *i = static_cast<IfStmt *>(s);
    open_scope();
    simple(i->init);
    expr(i->cond);
    if (i->cond->mode != Mode::Invalid && !is_boolean(i->cond->type))
      error(i->cond, "non-boolean condition in if statement");
    else if (i->cond->mode != Mode::Invalid)
      default_type(i->cond);
    block(i->then);
    if (i->otherwise)
      stmt(i->otherwise);
    close_scope();
    return;
  }
  case StK::Switch:
    return switch_stmt(static_cast<SwitchStmt *>(s), "", s);
  case StK::TypeSwitch:
    return type_switch(static_cast<TypeSwitchStmt *>(s), "");
  case StK::Select:
    return select_stmt(static_cast<SelectStmt *>(s), "");
  case StK::For:
    return for_stmt(static_cast<ForStmt *>(s), "");
  case StK::Range:
    return range_stmt(static_cast<RangeStmt *>(s), "");
  case StK::Labeled:
    return labeled(static_cast<LabeledStmt *>(s));
  }
}

// Labels are known in the whole function before its statements are checked (goto jumps forward).
void Checker::collect_labels(const std::vector<Stmt *> &list) {
  for (Stmt *s : list)
    collect_labels(s);
}
void Checker::collect_labels(Stmt *s) {
  if (!s)
    return;
  switch (s->kind) {
  case StK::Labeled: {
    auto *l = static_cast<LabeledStmt *>(s);
    if (!cx_.labels.emplace(l->label->name, l).second)
      error(l->pos, "label " + l->label->name + " already defined");
    return collect_labels(l->stmt);
  }
  case StK::Block:
    return collect_labels(static_cast<Block *>(s)->list);
  case StK::If:
    collect_labels(static_cast<IfStmt *>(s)->then);
    return collect_labels(static_cast<IfStmt *>(s)->otherwise);
  case StK::For:
    return collect_labels(static_cast<ForStmt *>(s)->body);
  case StK::Range:
    return collect_labels(static_cast<RangeStmt *>(s)->body);
  case StK::Switch:
    for (auto *c : static_cast<SwitchStmt *>(s)->clauses)
      collect_labels(c->body);
    return;
  case StK::TypeSwitch:
    for (auto *c : static_cast<TypeSwitchStmt *>(s)->clauses)
      collect_labels(c->body);
    return;
  case StK::Select:
    for (auto *c : static_cast<SelectStmt *>(s)->clauses)
      collect_labels(c->body);
    return;
  default:
    return;
  }
}

void Checker::labeled(LabeledStmt *l) {
  const std::string &name = l->label->name;
  switch (l->stmt->kind) {
  case StK::For:
    return for_stmt(static_cast<ForStmt *>(l->stmt), name);
  case StK::Range:
    return range_stmt(static_cast<RangeStmt *>(l->stmt), name);
  case StK::Switch:
    return switch_stmt(static_cast<SwitchStmt *>(l->stmt), name, l->stmt);
  case StK::TypeSwitch:
    return type_switch(static_cast<TypeSwitchStmt *>(l->stmt), name);
  case StK::Select:
    return select_stmt(static_cast<SelectStmt *>(l->stmt), name);
  default:
    cx_.targets.push_back({name, l->stmt, false, l->stmt->kind == StK::Block});
    stmt(l->stmt);
    cx_.targets.pop_back();
  }
}

void Checker::branch(BranchStmt *s) {
  if (s->tok == Tok::Fallthrough) {
    error(s->pos, "fallthrough statement out of place");
    return;
  }
  if (s->tok == Tok::Goto) {
    if (!s->label) {
      error(s->pos, "goto needs a label");
      return;
    }
    auto it = cx_.labels.find(s->label->name);
    if (it == cx_.labels.end()) {
      error(s->label->pos, "label " + s->label->name + " not defined");
      return;
    }
    it->second->used = true;
    cx_.func->has_goto = true;
    s->target = it->second;
    return;
  }
  bool cont = s->tok == Tok::Continue;
  for (size_t k = cx_.targets.size(); k-- > 0;) {
    auto &t = cx_.targets[k];
    if (s->label) {
      if (t.name != s->label->name)
        continue;
      cx_.labels[t.name]->used = true;
      if (cont ? !t.loop : !t.breakable) {
        error(s->label->pos,
              std::string("invalid ") + (cont ? "continue" : "break") + " label " + t.name);
        return;
      }
    } else if (cont ? !t.loop : (!t.breakable || t.stmt->kind == StK::Block))
      continue;
    s->target = t.stmt;
    return;
  }
  if (s->label) {
    auto it = cx_.labels.find(s->label->name);
    if (it != cx_.labels.end()) {
      it->second->used = true;
      error(s->label->pos,
            std::string("invalid ") + (cont ? "continue" : "break") + " label " + s->label->name);
    } else
      error(s->label->pos,
            std::string(cont ? "continue" : "break") + " label not defined: " + s->label->name);
  } else
    error(s->pos, cont ? "continue is not in a loop" : "break is not in a loop, switch, or select");
}

void Checker::switch_stmt(SwitchStmt *s, const std::string &label, Stmt *) {
  open_scope();
  simple(s->init);
  Type *t = types_.basic(TK::Bool);
  bool tag_ok = true;
  if (s->tag) {
    expr(s->tag);
    default_type(s->tag);
    if (s->tag->mode == Mode::Nil) {
      error(s->tag, "use of untyped nil in switch expression");
      invalid(s->tag);
    }
    tag_ok = s->tag->mode != Mode::Invalid;
    t = s->tag->type;
    if (tag_ok && !not_comparable(t).empty() && !has_nil(t)) {
      error(s->tag, "cannot switch on " + operand(s->tag));
      tag_ok = false;
    }
  }
  cx_.targets.push_back({label, s, false, true});
  std::map<std::string, Pos> seen;
  bool has_default = false;
  for (size_t k = 0; k < s->clauses.size(); ++k) {
    CaseClause *c = s->clauses[k];
    if (c->is_default) {
      if (has_default)
        error(c->pos, "multiple defaults in switch");
      has_default = true;
    }
    for (Expr *e : c->exprs) {
      expr(e, t);
      if (e->mode == Mode::Invalid || !tag_ok)
        continue;
      if (s->tag) {
        // The comparison tag == e, checked but not kept.
        BinaryExpr cmp;
        Expr tag(EK::Bad);
        tag.pos = start_pos(s->tag);
        tag.mode = Mode::Value;
        tag.type = t;
        std::string why;
        if (e->mode == Mode::Nil  ? !has_nil(t)
            : is_untyped(e->type) ? !implicit(e, t)
                                  : !(assignable(e, t, &why) || assignable(&tag, e->type, &why))) {
          std::string et = e->mode == Mode::Nil ? "untyped nil" : text(e->type);
          error(e, "invalid case " + expr_text(e) + " in switch on " + expr_text(s->tag) +
                       " (mismatched types " + et + " and " + text(t) + ")");
          continue;
        }
        if (e->mode == Mode::Nil)
          e->type = t;
        if (e->mode == Mode::Constant && !is_interface(t)) {
          auto [it, fresh] = seen.emplace(e->cv->text(), start_pos(e));
          if (!fresh)
            error(e, "duplicate case " + operand(e) + " in expression switch\n\t" +
                         diag_.file_name(it->second.file) + ":" + std::to_string(it->second.line) +
                         ":" + std::to_string(it->second.col) + ": previous case");
        }
      } else if (is_interface(e->type))
        continue; // true == e
      else if (!is_boolean(e->type))
        error(e, "invalid case " + expr_text(e) + " in switch (mismatched types " + text(e->type) +
                     " and bool)");
      else
        default_type(e);
    }
    open_scope();
    if (!c->body.empty() && c->body.back()->kind == StK::Branch &&
        static_cast<BranchStmt *>(c->body.back())->tok == Tok::Fallthrough) {
      if (k + 1 == s->clauses.size())
        error(c->body.back()->pos, "cannot fallthrough final case in switch");
      c->falls_through = true;
      c->body.pop_back();
    }
    stmts(c->body);
    close_scope();
  }
  cx_.targets.pop_back();
  close_scope();
}

void Checker::type_switch(TypeSwitchStmt *s, const std::string &label) {
  open_scope();
  simple(s->init);
  expr(s->x);
  bool ok = s->x->mode != Mode::Invalid;
  if (ok && !is_interface(s->x->type)) {
    error(s->x, operand(s->x) + " is not an interface");
    ok = false;
  }
  cx_.targets.push_back({label, s, false, true});
  bool has_default = false, used = false;
  std::map<Type *, Pos> seen;
  for (CaseClause *c : s->clauses) {
    if (c->is_default) {
      if (has_default)
        error(c->pos, "multiple defaults in switch");
      has_default = true;
    }
    for (Expr *e : c->exprs) {
      raw(e);
      Type *t = nullptr;
      if (e->mode == Mode::Invalid)
        t = types_.invalid;
      else if (e->mode != Mode::Nil) {
        if (e->mode != Mode::TypeExpr) {
          error(e, expr_text(e) + " is not a type");
          t = types_.invalid;
        } else
          t = e->type;
      }
      c->types.push_back(t);
      if (!ok || (t && t->kind == TK::Invalid))
        continue;
      if (!seen.emplace(t, start_pos(e)).second)
        error(e, "duplicate case " + expr_text(e) + " in type switch\n\t" +
                     diag_.file_name(seen[t].file) + ":" + std::to_string(seen[t].line) + ":" +
                     std::to_string(seen[t].col) + ": previous case");
      if (t && !is_interface(t)) {
        std::string m = missing_method(t, s->x->type, cx_.pkg);
        if (!m.empty())
          error(e, "impossible type switch case: " + expr_text(e) + "\n\t" + operand(s->x) +
                       " cannot have dynamic type " + text(t) + " " + m);
      }
    }
    open_scope();
    if (s->bind && s->bind->name != "_") {
      auto *o = arena_.make<Object>();
      o->name = s->bind->name;
      o->pos = s->bind->pos;
      o->owner = cx_.func;
      o->type = c->types.size() == 1 && c->types[0] ? c->types[0]
                : ok                                ? s->x->type
                                                    : types_.invalid;
      o->param = true; // its being unused is reported once, below
      c->bound = o;
      cx_.scope->names[o->name] = o;
    }
    stmts(c->body);
    used |= c->bound && c->bound->used;
    close_scope();
  }
  if (s->bind && !used)
    error(s->bind->pos, s->bind->name == "_" ? "no new variable on left side of :="
                                             : s->bind->name + " declared but not used");
  cx_.targets.pop_back();
  close_scope();
}

void Checker::select_stmt(SelectStmt *s, const std::string &label) {
  cx_.targets.push_back({label, s, false, true});
  bool has_default = false;
  for (CommClause *c : s->clauses) {
    open_scope();
    if (!c->comm) {
      if (has_default)
        error(c->pos, "multiple defaults in select");
      has_default = true;
    } else {
      bool ok = c->comm->kind == StK::Send;
      Expr *rx = nullptr;
      if (c->comm->kind == StK::Expr)
        rx = static_cast<ExprStmt *>(c->comm)->x;
      else if (c->comm->kind == StK::Assign) {
        auto *a = static_cast<AssignStmt *>(c->comm);
        if (a->rhs.size() == 1 && (a->op == Tok::Assign || a->op == Tok::Define))
          rx = a->rhs[0];
      }
      if (rx) {
        rx = unparen(rx);
        ok = rx->kind == EK::Unary && static_cast<UnaryExpr *>(rx)->op == Tok::Arrow;
      }
      if (!ok)
        error(c->comm->pos, "select case must be send or receive (possibly with assignment)");
      else
        stmt(c->comm);
    }
    stmts(c->body);
    close_scope();
  }
  cx_.targets.pop_back();
}

void Checker::for_stmt(ForStmt *s, const std::string &label) {
  open_scope();
  simple(s->init);
  if (s->cond) {
    expr(s->cond);
    if (s->cond->mode != Mode::Invalid && !is_boolean(s->cond->type))
      error(s->cond, "non-boolean condition in for statement");
    else if (s->cond->mode != Mode::Invalid)
      default_type(s->cond);
  }
  cx_.targets.push_back({label, s, true, true});
  ++cx_.loop_depth;
  simple(s->post);
  block(s->body);
  --cx_.loop_depth;
  cx_.targets.pop_back();
  close_scope();
}

void Checker::range_stmt(RangeStmt *s, const std::string &label) {
  open_scope();
  expr(s->x);
  default_type(s->x);
  Type *key = nullptr, *value = nullptr;
  bool ok = s->x->mode != Mode::Invalid;
  if (ok) {
    Type *u = s->x->type->underlying(), *t_int = types_.basic(TK::Int);
    if (u->kind == TK::Pointer && u->elem->is(TK::Array))
      u = u->elem->underlying();
    switch (u->kind) {
    case TK::String:
      key = t_int;
      value = types_.basic(TK::Int32);
      break;
    case TK::Array:
    case TK::Slice:
      key = t_int;
      value = u->elem;
      break;
    case TK::Map:
      key = u->key;
      value = u->elem;
      break;
    case TK::Chan:
      key = u->elem;
      if (u->dir == ChanDir::Send) {
        error(s->x, "cannot range over " + operand(s->x) + ": receive from send-only channel");
        ok = false;
      } else if (s->value) {
        error(s->value, "range over " + operand(s->x) + " permits only one iteration variable");
        ok = false;
      }
      break;
    default: {
      std::string d = operand(s->x);
      if (s->x->kind == EK::BasicLit)
        d = expr_text(s->x) + " (untyped " +
            std::string(s->x->type->is(TK::Float64) ? "float" : "int") + " constant)";
      error(s->x, "cannot range over " + d);
      ok = false;
    }
    }
  }
  int slot = 0;
  for (Expr *lhs : {s->key, s->value}) {
    Type *t = slot == 0 ? key : value;
    ++slot;
    if (!lhs)
      continue;
    if (s->define) {
      if (lhs->kind != EK::Ident) {
        error(lhs, "non-name " + expr_text(lhs) + " on left side of :=");
        continue;
      }
      Object *o = declare_var(static_cast<Ident *>(lhs), ok && t ? t : types_.invalid);
      o->reassigned = true; // one variable for the whole loop, as in Go 1.19
      if (!ok)
        o->used = true;
      lhs->type = o->name == "_" ? nullptr : o->type;
      lhs->mode = Mode::Variable;
      (slot == 1 ? s->key_obj : s->value_obj) = o->name == "_" ? nullptr : o;
    } else if (lhs_expr(lhs) && ok && t)
      assign_one(lhs, nullptr, t, "range");
  }
  cx_.targets.push_back({label, s, true, true});
  ++cx_.loop_depth;
  block(s->body);
  --cx_.loop_depth;
  cx_.targets.pop_back();
  close_scope();
}

} // namespace minigo
