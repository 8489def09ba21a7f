// Statements.
#include "syntax/parser.h"

namespace minigo {

Block *Parser::block() {
  auto *b = make<Block>(tok().pos);
  expect(Tok::LBrace, "expecting {");
  b->list = stmt_list();
  b->rbrace = tok().pos;
  expect(Tok::RBrace, "expecting }");
  return b;
}

std::vector<Stmt *> Parser::stmt_list() {
  std::vector<Stmt *> out;
  while (!is(Tok::RBrace) && !is(Tok::Eof) && !is(Tok::Case) && !is(Tok::Default)) {
    Stmt *s = stmt();
    if (s)
      out.push_back(s);
    if (is(Tok::RBrace) || is(Tok::Case) || is(Tok::Default))
      break;
    if (!accept(Tok::Semi))
      unexpected(" at end of statement");
  }
  return out;
}

Stmt *Parser::stmt() {
  Pos pos = tok().pos;
  switch (tok().kind) {
  case Tok::Semi:
    return make<EmptyStmt>(pos);
  case Tok::LBrace:
    return block();
  case Tok::Const:
  case Tok::Type:
  case Tok::Var: {
    auto *d = make<DeclStmt>(pos);
    d->specs = gen_decl();
    return d;
  }
  case Tok::Go: {
    next();
    auto *g = make<GoStmt>(pos);
    g->call = expr();
    return g;
  }
  case Tok::Defer: {
    next();
    auto *d = make<DeferStmt>(pos);
    d->call = expr();
    return d;
  }
  case Tok::Return: {
    next();
    auto *r = make<ReturnStmt>(pos);
    if (!is(Tok::Semi) && !is(Tok::RBrace))
      r->results = expr_list();
    return r;
  }
  case Tok::Break:
  case Tok::Continue:
  case Tok::Goto:
  case Tok::Fallthrough: {
    auto *b = make<BranchStmt>(pos);
    b->tok = next().kind;
    if (b->tok != Tok::Fallthrough && is(Tok::Ident))
      b->label = ident();
    return b;
  }
  case Tok::If:
    return if_stmt();
  case Tok::Switch:
    return switch_stmt();
  case Tok::Select:
    return select_stmt();
  case Tok::For:
    return for_stmt();
  case Tok::Func:
    if (peek().kind == Tok::Ident) {
      next();
      unexpected("expecting (");
    }
    return simple_stmt(false);
  case Tok::Ident:
    if (peek().kind == Tok::Colon) {
      auto *l = make<LabeledStmt>(pos);
      l->label = ident();
      next();
      if (is(Tok::RBrace))
        l->stmt = make<EmptyStmt>(tok().pos);
      else
        l->stmt = stmt();
      return l;
    }
    return simple_stmt(false);
  default:
    return simple_stmt(false);
  }
}

// range_ok: "x := range y" is allowed and comes back as a RangeStmt without body.
Stmt *Parser::simple_stmt(bool range_ok) {
  Pos pos = tok().pos;
  auto range = [&](std::vector<Expr *> lhs, bool define) -> Stmt * {
    auto *r = make<RangeStmt>(pos);
    next();
    r->x = expr();
    r->define = define;
    if (lhs.size() > 2)
      fail(lhs[2]->pos, "range clause permits at most two iteration variables");
    r->key = lhs.size() > 0 ? lhs[0] : nullptr;
    r->value = lhs.size() > 1 ? lhs[1] : nullptr;
    return r;
  };
  if (range_ok && is(Tok::Range))
    return range({}, false);
  std::vector<Expr *> lhs = expr_list();
  Pos op_pos = tok().pos;
  Tok k = tok().kind;
  switch (k) {
  case Tok::Define:
  case Tok::Assign: {
    next();
    if (range_ok && is(Tok::Range))
      return range(lhs, k == Tok::Define);
    auto *a = make<AssignStmt>(op_pos);
    a->op = k;
    a->lhs = lhs;
    a->rhs = expr_list();
    return a;
  }
  case Tok::AddAssign:
  case Tok::SubAssign:
  case Tok::MulAssign:
  case Tok::QuoAssign:
  case Tok::RemAssign:
  case Tok::AndAssign:
  case Tok::OrAssign:
  case Tok::XorAssign:
  case Tok::ShlAssign:
  case Tok::ShrAssign:
  case Tok::AndNotAssign: {
    next();
    auto *a = make<AssignStmt>(op_pos);
    a->op = Tok(int(k) - int(Tok::AddAssign) + int(Tok::Add));
    a->lhs = lhs;
    a->rhs.push_back(expr());
    if (lhs.size() != 1)
      fail(op_pos,
           std::string("syntax error: unexpected ") + tok_text(k) + ", expecting := or = or comma");
    return a;
  }
  default:
    break;
  }
  if (lhs.size() > 1)
    unexpected("expecting := or = or comma");
  switch (k) {
  case Tok::Inc:
  case Tok::Dec: {
    next();
    auto *s = make<IncDecStmt>(op_pos);
    s->x = lhs[0];
    s->inc = k == Tok::Inc;
    return s;
  }
  case Tok::Arrow: {
    next();
    auto *s = make<SendStmt>(op_pos);
    s->chan = lhs[0];
    s->value = expr();
    return s;
  }
  default: {
    auto *s = make<ExprStmt>(pos);
    s->x = lhs[0];
    return s;
  }
  }
}

Expr *Parser::condition(Stmt *s, Pos pos, const char *what) {
  if (!s)
    fail(pos, std::string("missing condition in ") + what);
  if (s->kind != StK::Expr)
    fail(s->pos, std::string("syntax error: cannot use ") +
                     (s->kind == StK::Assign ? "assignment" : "statement") + " as value");
  return static_cast<ExprStmt *>(s)->x;
}

Stmt *Parser::if_stmt() {
  auto *s = make<IfStmt>(next().pos);
  int level = expr_level_;
  expr_level_ = -1;
  if (is(Tok::LBrace))
    fail(tok().pos, "syntax error: missing condition in if statement");
  Stmt *init = nullptr;
  if (!is(Tok::Semi))
    init = simple_stmt(false);
  if (is(Tok::Semi)) {
    Token semi = next();
    if (is(Tok::LBrace))
      fail(semi.pos, semi.text == "newline"
                         ? "syntax error: unexpected newline, expecting { after if clause"
                         : "syntax error: missing condition in if statement");
    s->init = init;
    init = simple_stmt(false);
  }
  s->cond = condition(init, s->pos, "if statement");
  expr_level_ = level;
  if (!is(Tok::LBrace))
    unexpected("expecting { after if clause");
  s->then = block();
  if (accept(Tok::Else)) {
    if (is(Tok::If))
      s->otherwise = if_stmt();
    else if (is(Tok::LBrace))
      s->otherwise = block();
    else
      fail(tok().pos, "syntax error: else must be followed by if or statement block");
  }
  return s;
}

Stmt *Parser::switch_stmt() {
  Pos pos = next().pos;
  int level = expr_level_;
  expr_level_ = -1;
  Stmt *init = nullptr, *tag = nullptr;
  if (!is(Tok::LBrace)) {
    if (!is(Tok::Semi))
      tag = simple_stmt(false);
    if (accept(Tok::Semi)) {
      init = tag;
      tag = is(Tok::LBrace) ? nullptr : simple_stmt(false);
    }
  }
  expr_level_ = level;

  // A type switch shows itself by x.(type), bare or on the right of one :=.
  TypeAssert *guard = nullptr;
  Ident *bind = nullptr;
  auto as_guard = [](Expr *e) {
    auto *t = e->kind == EK::TypeAssert ? static_cast<TypeAssert *>(e) : nullptr;
    return t && !t->type_expr ? t : nullptr;
  };
  if (tag && tag->kind == StK::Expr)
    guard = as_guard(static_cast<ExprStmt *>(tag)->x);
  else if (tag && tag->kind == StK::Assign) {
    auto *a = static_cast<AssignStmt *>(tag);
    if (a->op == Tok::Define && a->lhs.size() == 1 && a->rhs.size() == 1 &&
        a->lhs[0]->kind == EK::Ident && (guard = as_guard(a->rhs[0])))
      bind = static_cast<Ident *>(a->lhs[0]);
  }

  if (!is(Tok::LBrace))
    unexpected("expecting { after switch clause");
  next();
  std::vector<CaseClause *> clauses;
  while (!is(Tok::RBrace)) {
    auto *c = make<CaseClause>(tok().pos);
    if (accept(Tok::Default))
      c->is_default = true;
    else {
      expect(Tok::Case, "expecting case or default or }");
      do
        c->exprs.push_back(guard ? type() : expr());
      while (accept(Tok::Comma));
    }
    expect(Tok::Colon, "expecting :");
    c->body = stmt_list();
    c->end = tok().pos;
    clauses.push_back(c);
  }
  Pos rbrace = next().pos;
  if (guard) {
    auto *s = make<TypeSwitchStmt>(pos);
    s->init = init;
    s->bind = bind;
    s->x = guard->x;
    s->clauses = clauses;
    s->rbrace = rbrace;
    return s;
  }
  auto *s = make<SwitchStmt>(pos);
  s->init = init;
  if (tag)
    s->tag = condition(tag, pos, "switch statement");
  s->clauses = clauses;
  s->rbrace = rbrace;
  return s;
}

Stmt *Parser::select_stmt() {
  auto *s = make<SelectStmt>(next().pos);
  if (!is(Tok::LBrace))
    unexpected("expecting { after select clause");
  next();
  while (!is(Tok::RBrace)) {
    auto *c = make<CommClause>(tok().pos);
    if (!accept(Tok::Default)) {
      expect(Tok::Case, "expecting case or default or }");
      c->comm = simple_stmt(false);
    }
    expect(Tok::Colon, "expecting :");
    c->body = stmt_list();
    s->clauses.push_back(c);
  }
  s->rbrace = next().pos;
  return s;
}

Stmt *Parser::for_stmt() {
  Pos pos = next().pos;
  int level = expr_level_;
  expr_level_ = -1;
  Stmt *init = nullptr, *cond = nullptr, *post = nullptr;
  if (!is(Tok::LBrace)) {
    if (!is(Tok::Semi))
      init = simple_stmt(true);
    if (init && init->kind == StK::Range) {
      auto *r = static_cast<RangeStmt *>(init);
      r->pos = pos;
      expr_level_ = level;
      if (!is(Tok::LBrace))
        unexpected("expecting { after for clause");
      r->body = block();
      return r;
    }
    if (is(Tok::Semi)) {
      if (tok().text == "newline")
        fail(tok().pos, "syntax error: unexpected newline, expecting { after for clause");
      next();
      if (!is(Tok::Semi)) {
        if (is(Tok::LBrace))
          fail(tok().pos, "syntax error: expecting for loop condition");
        cond = simple_stmt(false);
      }
      expect(Tok::Semi, "expecting { after for clause");
      if (!is(Tok::LBrace))
        post = simple_stmt(false);
    } else {
      cond = init;
      init = nullptr;
    }
  }
  expr_level_ = level;
  auto *f = make<ForStmt>(pos);
  f->init = init;
  if (cond)
    f->cond = condition(cond, pos, "for statement");
  if (post && post->kind == StK::Assign && static_cast<AssignStmt *>(post)->op == Tok::Define)
    fail(post->pos, "syntax error: cannot declare in post statement of for loop");
  f->post = post;
  if (!is(Tok::LBrace))
    unexpected("expecting { after for clause");
  f->body = block();
  return f;
}

} // namespace minigo
