// Statements other than assignments and loops over things.
#include "irgen/gen.h"

namespace minigo {

void Fn::stmts(const std::vector<Stmt *> &list) {
  for (Stmt *s : list) {
    if (done())
      at(block("dead")); // labels may make it live again
    stmt(s);
  }
}

void Fn::stmt(Stmt *s) {
  location(s->pos);
  switch (s->kind) {
  case StK::Empty:
    return;
  case StK::Block:
    return stmts(static_cast<Block *>(s)->list);
  case StK::Decl:
    for (Spec *d : static_cast<DeclStmt *>(s)->specs)
      if (d->kind == DK::Var)
        var_spec(d);
    return;
  case StK::Expr: {
    Expr *x = unparen(static_cast<ExprStmt *>(s)->x);
    std::vector<Type *> ts;
    if (x->kind == EK::Call && static_cast<CallExpr *>(x)->call_kind == CallKind::Call)
      call_multi(static_cast<CallExpr *>(x));
    else
      expr(x);
    return;
  }
  case StK::Send: {
    auto *d = static_cast<SendStmt *>(s);
    Type *et = d->chan->type->underlying()->elem;
    Value *ch = expr(d->chan);
    Value *v = spill(et, expr_as(d->value, et));
    location(s->pos);
    call_rt("mg_chan_send", g.void_, {ch, v});
    return;
  }
  case StK::IncDec: {
    auto *i = static_cast<IncDecStmt *>(s);
    Place p = place(i->x);
    Type *t = i->x->type;
    if (p.map) { // a missing key gets its zero value first
      p.addr = map_slot(p.map, p.map_type, p.key);
      p.map = nullptr;
    }
    Value *old = load(t, p.addr);
    Value *one = is_float(t) ? static_cast<Value *>(llvm::ConstantFP::get(g.type(t), 1.0))
                             : llvm::ConstantInt::get(g.type(t), 1);
    put(p, arith(i->inc ? Tok::Add : Tok::Sub, t, old, one, t, true));
    return;
  }
  case StK::Assign:
    return assign(static_cast<AssignStmt *>(s));
  case StK::Go:
    return go_stmt(static_cast<GoStmt *>(s));
  case StK::Defer:
    return defer_stmt(static_cast<DeferStmt *>(s));
  case StK::Return:
    return return_stmt(static_cast<ReturnStmt *>(s));
  case StK::Branch: {
    auto *br = static_cast<BranchStmt *>(s);
    if (br->tok == Tok::Goto) {
      BasicBlock *&l = labels[br->target];
      if (!l)
        l = block("label");
      b.CreateBr(l);
      return;
    }
    for (size_t k = jumps.size(); k-- > 0;)
      if (jumps[k].stmt == br->target) {
        b.CreateBr(br->tok == Tok::Break ? jumps[k].brk : jumps[k].cont);
        return;
      }
    return;
  }
  case StK::If:
    return if_stmt(static_cast<IfStmt *>(s));
  case StK::Switch:
    return switch_stmt(static_cast<SwitchStmt *>(s));
  case StK::TypeSwitch:
    return type_switch(static_cast<TypeSwitchStmt *>(s));
  case StK::Select:
    return select_stmt(static_cast<SelectStmt *>(s));
  case StK::For:
    return for_stmt(static_cast<ForStmt *>(s));
  case StK::Range:
    return range_stmt(static_cast<RangeStmt *>(s));
  case StK::Labeled: {
    auto *l = static_cast<LabeledStmt *>(s);
    BasicBlock *&bb = labels[l];
    if (!bb)
      bb = block("label");
    jump(bb);
    at(bb);
    if (l->stmt->kind == StK::Block) { // "break L" out of a plain block
      BasicBlock *end = block("end");
      jumps.push_back({l->stmt, end, nullptr});
      stmt(l->stmt);
      jumps.pop_back();
      jump(end);
      at(end);
    } else
      stmt(l->stmt);
    return;
  }
  }
}

void Fn::if_stmt(IfStmt *s) {
  if (s->init)
    stmt(s->init);
  BasicBlock *yes = block("then"), *end = block("endif"), *no = s->otherwise ? block("else") : end;
  condition(s->cond, yes, no);
  at(yes);
  stmts(s->then->list);
  jump(end);
  if (s->otherwise) {
    at(no);
    stmt(s->otherwise);
    jump(end);
  }
  at(end);
}

void Fn::switch_stmt(SwitchStmt *s) {
  if (s->init)
    stmt(s->init);
  Type *t = s->tag ? s->tag->type : nullptr;
  Value *tag = s->tag ? keep(t, expr(s->tag)) : nullptr;
  BasicBlock *end = block("endswitch"), *fallback = end;
  std::vector<BasicBlock *> bodies;
  for (CaseClause *c : s->clauses) {
    bodies.push_back(block(c->is_default ? "default" : "case"));
    if (c->is_default)
      fallback = bodies.back();
  }
  // Integer constants throughout make one switch instruction.
  bool table = tag && tag->getType()->isIntegerTy() && tag->getType() != g.i1;
  size_t cases = 0;
  for (CaseClause *c : s->clauses)
    for (Expr *e : c->exprs) {
      table &= e->mode == Mode::Constant;
      ++cases;
    }
  if (table && cases > 3) {
    auto *sw = b.CreateSwitch(tag, fallback, unsigned(cases));
    for (size_t k = 0; k < s->clauses.size(); ++k)
      for (Expr *e : s->clauses[k]->exprs)
        sw->addCase(llvm::cast<llvm::ConstantInt>(g.constant(*e->cv, t)), bodies[k]);
  } else {
    for (size_t k = 0; k < s->clauses.size(); ++k)
      for (Expr *e : s->clauses[k]->exprs) {
        BasicBlock *next = block("next");
        if (!tag && is_interface(e->type)) {
          Type *boolean = g.types.basic(TK::Bool);
          Value *yes = convert(llvm::ConstantInt::getTrue(g.cx), boolean, g.types.empty_interface);
          b.CreateCondBr(equal(e->type, yes, expr(e)), bodies[k], next);
        } else if (!tag)
          condition(e, bodies[k], next);
        else {
          Value *eq;
          if (e->mode == Mode::Nil)
            eq = b.CreateIsNull(tag->getType()->isStructTy() ? part(tag, 0) : tag);
          else if (is_interface(e->type) && !is_interface(t))
            eq = equal(e->type, convert(tag, t, e->type), expr(e));
          else
            eq = equal(t, tag, expr_as(e, t));
          b.CreateCondBr(eq, bodies[k], next);
        }
        at(next);
      }
    b.CreateBr(fallback);
  }
  jumps.push_back({s, end, nullptr});
  for (size_t k = 0; k < s->clauses.size(); ++k) {
    at(bodies[k]);
    stmts(s->clauses[k]->body);
    jump(s->clauses[k]->falls_through ? bodies[k + 1] : end);
  }
  jumps.pop_back();
  at(end);
}

void Fn::type_switch(TypeSwitchStmt *s) {
  if (s->init)
    stmt(s->init);
  Value *v = expr(s->x);
  Value *td = part(v, 0), *data = part(v, 1);
  BasicBlock *end = block("endswitch"), *fallback = end;
  std::vector<BasicBlock *> bodies;
  for (CaseClause *c : s->clauses) {
    bodies.push_back(block(c->is_default ? "default" : "case"));
    if (c->is_default)
      fallback = bodies.back();
  }
  for (size_t k = 0; k < s->clauses.size(); ++k)
    for (Type *t : s->clauses[k]->types) {
      BasicBlock *next = block("next");
      Value *yes = !t                ? b.CreateIsNull(td)
                   : is_interface(t) ? implements(td, t)
                                     : b.CreateICmpEQ(td, g.descriptor(t));
      b.CreateCondBr(yes, bodies[k], next);
      at(next);
    }
  b.CreateBr(fallback);
  jumps.push_back({s, end, nullptr});
  for (size_t k = 0; k < s->clauses.size(); ++k) {
    CaseClause *c = s->clauses[k];
    at(bodies[k]);
    if (c->bound && c->bound->used) {
      bool one = c->types.size() == 1 && c->types[0] && !is_interface(c->types[0]);
      define_var(c->bound, one ? unbox(data, c->types[0]) : v);
    }
    stmts(c->body);
    jump(end);
  }
  jumps.pop_back();
  at(end);
}

} // namespace minigo
