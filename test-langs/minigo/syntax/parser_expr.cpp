// Expressions by precedence climbing. A "{" after an operand starts a composite literal only
// outside control clauses (expr_level_ >= 0), as in gc.
#include "syntax/parser.h"

namespace minigo {

static int precedence(Tok t) {
  switch (t) {
  case Tok::LOr:
    return 1;
  case Tok::LAnd:
    return 2;
  case Tok::Eql:
  case Tok::Neq:
  case Tok::Lss:
  case Tok::Leq:
  case Tok::Gtr:
  case Tok::Geq:
    return 3;
  case Tok::Add:
  case Tok::Sub:
  case Tok::Or:
  case Tok::Xor:
    return 4;
  case Tok::Mul:
  case Tok::Quo:
  case Tok::Rem:
  case Tok::Shl:
  case Tok::Shr:
  case Tok::And:
  case Tok::AndNot:
    return 5;
  default:
    return 0;
  }
}

Expr *Parser::expr() { return binary(1); }

Expr *Parser::binary(int min_prec) {
  Expr *x = unary();
  for (;;) {
    int p = precedence(tok().kind);
    if (p < min_prec)
      return x;
    Token op = next();
    auto *b = make<BinaryExpr>(op.pos);
    b->op = op.kind;
    b->x = x;
    b->y = binary(p + 1);
    x = b;
  }
}

Expr *Parser::unary() {
  Pos pos = tok().pos;
  switch (tok().kind) {
  case Tok::Add:
  case Tok::Sub:
  case Tok::Not:
  case Tok::Xor:
  case Tok::And: {
    auto *u = make<UnaryExpr>(pos);
    u->op = next().kind;
    u->x = unary();
    return u;
  }
  case Tok::Arrow: {
    if (peek().kind == Tok::Chan) {
      Expr *t = chan_type();
      return is(Tok::LParen) ? call_or_conversion(t) : t;
    }
    next();
    auto *u = make<UnaryExpr>(pos);
    u->op = Tok::Arrow;
    u->x = unary();
    return u;
  }
  case Tok::Mul: {
    next();
    auto *s = make<StarExpr>(pos);
    s->x = unary();
    return s;
  }
  case Tok::Tilde:
    no(pos, "generics");
  default:
    return primary();
  }
}

Expr *Parser::operand() {
  Pos pos = tok().pos;
  switch (tok().kind) {
  case Tok::Ident:
    return ident();
  case Tok::Imag:
    no(pos, "complex numbers");
  case Tok::Int:
  case Tok::Float:
  case Tok::Char:
  case Tok::String: {
    Token t = next();
    auto *l = make<BasicLit>(pos);
    l->tok = t.kind;
    l->raw = t.text;
    l->str = t.value;
    l->rune = t.rune;
    return l;
  }
  case Tok::LParen: {
    next();
    ++expr_level_;
    auto *p = make<Paren>(pos);
    p->x = expr();
    --expr_level_;
    expect(Tok::RParen, "expecting )");
    return p;
  }
  case Tok::Func: {
    next();
    FuncTypeExpr *sig = signature(pos);
    if (!is(Tok::LBrace))
      return sig;
    auto *f = make<FuncLit>(pos);
    f->sig = sig;
    int level = expr_level_;
    expr_level_ = 0;
    f->body = block();
    expr_level_ = level;
    return f;
  }
  case Tok::LBrack:
  case Tok::Struct:
  case Tok::Map:
  case Tok::Chan:
  case Tok::Interface:
    return type();
  default:
    unexpected("expecting expression");
  }
}

bool Parser::literal_type(Expr *e) {
  switch (e->kind) {
  case EK::ArrayType:
  case EK::StructType:
  case EK::MapType:
    return true;
  case EK::Ident:
    return expr_level_ >= 0;
  case EK::Selector:
    return expr_level_ >= 0 && static_cast<Selector *>(e)->x->kind == EK::Ident;
  default:
    return false;
  }
}

Expr *Parser::primary() {
  Expr *x = operand();
  for (;;) {
    Pos pos = tok().pos;
    switch (tok().kind) {
    case Tok::Period:
      next();
      if (accept(Tok::LParen)) {
        auto *t = make<TypeAssert>(pos);
        t->x = x;
        if (!accept(Tok::Type))
          t->type_expr = type();
        expect(Tok::RParen, "expecting )");
        x = t;
      } else {
        auto *s = make<Selector>(pos);
        s->x = x;
        s->sel = ident();
        x = s;
      }
      break;
    case Tok::LBrack:
      x = index_or_slice(x);
      break;
    case Tok::LParen:
      x = call_or_conversion(x);
      break;
    case Tok::LBrace:
      if (!literal_type(x))
        return x;
      x = composite(x);
      break;
    default:
      return x;
    }
  }
}

Expr *Parser::call_or_conversion(Expr *fun) {
  auto *c = make<CallExpr>(next().pos);
  c->fun = fun;
  ++expr_level_;
  while (!is(Tok::RParen)) {
    c->args.push_back(expr());
    if (accept(Tok::Ellipsis))
      c->ellipsis = true;
    if (!accept(Tok::Comma))
      break;
  }
  --expr_level_;
  if (!is(Tok::RParen))
    unexpected(" in argument list; possibly missing comma or )");
  c->rparen = next().pos;
  return c;
}

Expr *Parser::index_or_slice(Expr *x) {
  Pos pos = next().pos;
  ++expr_level_;
  Expr *parts[3] = {};
  int colons = 0;
  if (is(Tok::RBrack))
    fail(tok().pos, "syntax error: expected operand");
  if (!is(Tok::Colon))
    parts[0] = expr();
  if (is(Tok::Comma))
    no(pos, "generics");
  while (is(Tok::Colon) && colons < 2) {
    next();
    ++colons;
    if (!is(Tok::Colon) && !is(Tok::RBrack))
      parts[colons] = expr();
  }
  --expr_level_;
  Pos end = tok().pos;
  expect(Tok::RBrack, "expecting ]");
  if (colons == 0) {
    auto *ix = make<IndexExpr>(pos);
    ix->x = x;
    ix->index = parts[0];
    return ix;
  }
  if (colons == 2 && !parts[1])
    fail(end, "syntax error: middle index required in 3-index slice");
  if (colons == 2 && !parts[2])
    fail(end, "syntax error: final index required in 3-index slice");
  auto *s = make<SliceExpr>(pos);
  s->x = x;
  s->lo = parts[0];
  s->hi = parts[1];
  s->max = parts[2];
  return s;
}

Expr *Parser::element() { return is(Tok::LBrace) ? composite(nullptr) : expr(); }

Expr *Parser::composite(Expr *type_expr) {
  auto *c = make<CompositeLit>(tok().pos);
  c->type_expr = type_expr;
  next();
  int level = expr_level_;
  expr_level_ = 0;
  while (!is(Tok::RBrace)) {
    Expr *e = element();
    if (is(Tok::Colon)) {
      auto *kv = make<KeyValue>(next().pos);
      kv->key = e;
      kv->value = element();
      e = kv;
    }
    c->elts.push_back(e);
    if (!accept(Tok::Comma))
      break;
  }
  expr_level_ = level;
  if (!is(Tok::RBrace))
    unexpected(" in composite literal; possibly missing comma or }");
  c->rbrace = next().pos;
  return c;
}

std::vector<Expr *> Parser::expr_list() {
  std::vector<Expr *> out{expr()};
  while (accept(Tok::Comma))
    out.push_back(expr());
  return out;
}

} // namespace minigo
