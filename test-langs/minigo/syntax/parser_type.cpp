// Types, where Go's grammar is the least regular: a parameter list is names with types or types
// alone, known only at its end.
#include "syntax/parser.h"

namespace minigo {

Expr *Parser::type() {
  if (Expr *t = try_type())
    return t;
  unexpected("expecting type");
}

Expr *Parser::type_name() {
  Expr *x = ident();
  if (is(Tok::Period)) {
    auto *s = make<Selector>(next().pos);
    s->x = x;
    s->sel = ident();
    x = s;
  }
  if (is(Tok::LBrack) && peek().kind != Tok::RBrack)
    no(tok().pos, "generics");
  return x;
}

Expr *Parser::try_type() {
  Pos pos = tok().pos;
  switch (tok().kind) {
  case Tok::Ident:
    return type_name();
  case Tok::Mul: {
    next();
    auto *s = make<StarExpr>(pos);
    s->x = type();
    return s;
  }
  case Tok::LParen: {
    next();
    auto *p = make<Paren>(pos);
    p->x = type();
    expect(Tok::RParen, "expecting )");
    return p;
  }
  case Tok::LBrack: {
    next();
    auto *a = make<ArrayTypeExpr>(pos);
    if (accept(Tok::Ellipsis))
      a->dots = true;
    else if (!is(Tok::RBrack)) {
      ++expr_level_;
      a->len = expr();
      --expr_level_;
    }
    expect(Tok::RBrack, "expecting ]");
    a->elem = type();
    return a;
  }
  case Tok::Struct:
    return struct_type();
  case Tok::Interface:
    return interface_type();
  case Tok::Func:
    next();
    return signature(pos);
  case Tok::Map: {
    next();
    auto *m = make<MapTypeExpr>(pos);
    expect(Tok::LBrack, "expecting [");
    m->key = type();
    expect(Tok::RBrack, "expecting ]");
    m->value = type();
    return m;
  }
  case Tok::Chan:
  case Tok::Arrow:
    return chan_type();
  default:
    return nullptr;
  }
}

Expr *Parser::chan_type() {
  auto *c = make<ChanTypeExpr>(tok().pos);
  if (accept(Tok::Arrow)) {
    expect(Tok::Chan, "expecting chan");
    c->dir = ChanDir::Recv;
  } else {
    next();
    if (accept(Tok::Arrow))
      c->dir = ChanDir::Send;
  }
  c->elem = type();
  return c;
}

Expr *Parser::struct_type() {
  auto *s = make<StructTypeExpr>(next().pos);
  expect(Tok::LBrace, "expecting {");
  while (!is(Tok::RBrace)) {
    Pos pos = tok().pos;
    bool embedded = is(Tok::Mul) ||
                    (is(Tok::Ident) && (peek().kind == Tok::Semi || peek().kind == Tok::RBrace ||
                                        peek().kind == Tok::Period || peek().kind == Tok::String));
    if (is(Tok::LParen))
      fail(pos, "syntax error: cannot parenthesize embedded type");
    if (embedded) {
      FieldDecl f;
      f.pos = pos;
      f.type = type();
      s->fields.push_back(f);
    } else {
      std::vector<Ident *> names;
      do
        names.push_back(ident());
      while (accept(Tok::Comma));
      Expr *t = type();
      for (Ident *n : names)
        s->fields.push_back({n, t, n->pos});
    }
    accept(Tok::String); // tags mean nothing without reflection
    if (!is(Tok::RBrace) && !accept(Tok::Semi))
      unexpected("expecting semicolon, newline, or }");
  }
  next();
  return s;
}

Expr *Parser::interface_type() {
  auto *t = make<InterfaceTypeExpr>(next().pos);
  expect(Tok::LBrace, "expecting {");
  while (!is(Tok::RBrace)) {
    FieldDecl f;
    f.pos = tok().pos;
    if (is(Tok::Ident) && peek().kind == Tok::LParen) {
      f.name = ident();
      f.type = signature(f.pos);
    } else {
      if (is(Tok::Tilde))
        no(tok().pos, "generics");
      f.type = type();
      if (is(Tok::Or))
        no(tok().pos, "generics");
    }
    t->methods.push_back(f);
    if (!is(Tok::RBrace) && !accept(Tok::Semi))
      unexpected("expecting semicolon, newline, or }");
  }
  next();
  return t;
}

FuncTypeExpr *Parser::signature(Pos pos) {
  auto *f = make<FuncTypeExpr>(pos);
  if (!is(Tok::LParen))
    unexpected("expecting (");
  parameters(f->params, &f->variadic);
  if (is(Tok::LParen)) {
    bool variadic = false;
    parameters(f->results, &variadic);
    if (variadic)
      fail(pos, "can only use ... with final parameter in list");
  } else if (Expr *t = try_type())
    f->results.push_back({nullptr, t, t->pos});
  return f;
}

void Parser::parameters(std::vector<FieldDecl> &out, bool *variadic) {
  struct Entry {
    Expr *first = nullptr, *second = nullptr;
    bool dots = false;
    Pos pos;
  };
  std::vector<Entry> entries;
  bool named = false;
  expect(Tok::LParen, "expecting (");
  while (!is(Tok::RParen)) {
    Entry e;
    e.pos = tok().pos;
    if (accept(Tok::Ellipsis)) {
      e.dots = true;
      e.first = type();
    } else {
      // "name [" may open the array type of a parameter: a name followed by a type.
      if (is(Tok::Ident) && peek().kind == Tok::LBrack) {
        e.first = ident();
        e.second = type();
      } else
        e.first = type();
      if (!e.second && e.first->kind == EK::Ident) {
        if (accept(Tok::Ellipsis)) {
          e.dots = true;
          e.second = type();
        } else
          e.second = try_type();
      }
    }
    named |= e.second != nullptr;
    entries.push_back(e);
    if (!accept(Tok::Comma))
      break;
  }
  expect(Tok::RParen, "expecting )");
  Expr *t = nullptr;
  std::vector<FieldDecl> rev;
  for (size_t k = entries.size(); k-- > 0;) {
    Entry &e = entries[k];
    FieldDecl f;
    f.pos = e.pos;
    if (named) {
      if (e.second)
        t = e.second;
      if (!t || e.first->kind != EK::Ident || (e.dots && !e.second))
        fail(e.pos, "syntax error: mixed named and unnamed parameters");
      f.name = static_cast<Ident *>(e.first);
      f.type = t;
    } else
      f.type = e.first;
    if (e.dots) {
      if (k + 1 != entries.size())
        fail(e.pos, "can only use ... with final parameter in list");
      *variadic = true;
    }
    rev.push_back(f);
  }
  out.assign(rev.rbegin(), rev.rend());
}

} // namespace minigo
