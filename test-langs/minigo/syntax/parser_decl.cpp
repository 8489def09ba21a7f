// Token handling and declarations.
#include "syntax/parser.h"

namespace minigo {

bool Parser::accept(Tok t) {
  if (!is(t))
    return false;
  next();
  return true;
}

Token Parser::next() {
  Token t = tok();
  if (i_ + 1 < toks_.size())
    ++i_;
  return t;
}

std::string Parser::tok_description() const {
  const Token &t = tok();
  switch (t.kind) {
  case Tok::Ident:
    return "name " + t.text;
  case Tok::Int:
  case Tok::Float:
  case Tok::Imag:
  case Tok::Char:
  case Tok::String:
    return "literal " + t.text;
  case Tok::Semi:
    return t.text;
  case Tok::Eof:
    return "EOF";
  default:
    return t.kind >= Tok::Break ? std::string("keyword ") + tok_text(t.kind) : tok_text(t.kind);
  }
}

void Parser::fail(Pos pos, const std::string &message) {
  diag_.error(pos, message);
  throw SyntaxError{};
}
void Parser::no(Pos pos, const std::string &what) {
  diag_.not_supported(pos, what);
  throw SyntaxError{};
}
void Parser::unexpected(const std::string &wanted) {
  fail(tok().pos, "syntax error: unexpected " + tok_description() +
                      (wanted.empty() ? "" : (wanted[0] == ' ' ? "" : ", ") + wanted));
}
Token Parser::expect(Tok t, const char *context) {
  if (!is(t))
    unexpected(context ? context : std::string("expecting ") + tok_text(t));
  return next();
}
void Parser::end_of_statement(const char *context) {
  if (is(Tok::RParen) || is(Tok::RBrace))
    return;
  if (!accept(Tok::Semi))
    unexpected(context);
}
Ident *Parser::ident() {
  Token t = expect(Tok::Ident, "expecting name");
  auto *id = make<Ident>(t.pos);
  id->name = t.text;
  return id;
}

File *Parser::parse_file() {
  auto *f = arena_.make<File>();
  f->id = file_;
  if (!is(Tok::Package))
    fail(tok().pos, "syntax error: package statement must be first");
  next();
  f->package = ident();
  end_of_statement(" after package clause");
  while (is(Tok::Import))
    import_decl(f);
  while (!is(Tok::Eof)) {
    switch (tok().kind) {
    case Tok::Const:
    case Tok::Type:
    case Tok::Var:
      for (Spec *s : gen_decl())
        f->specs.push_back(s);
      break;
    case Tok::Func:
      f->funcs.push_back(func_decl());
      break;
    case Tok::Import:
      fail(tok().pos, "syntax error: imports must appear before other declarations");
    default:
      fail(tok().pos, "syntax error: non-declaration statement outside function body");
    }
    if (!is(Tok::Eof) && !accept(Tok::Semi))
      unexpected(" after top level declaration");
  }
  return f;
}

void Parser::import_decl(File *f) {
  next();
  auto one = [&] {
    auto *s = arena_.make<Spec>();
    s->kind = DK::Import;
    s->pos = tok().pos;
    if (is(Tok::Ident))
      s->names.push_back(ident());
    else if (is(Tok::Period))
      no(tok().pos, "dot imports");
    Token t = expect(Tok::String, "missing import path; require quoted string");
    s->path = t.value;
    if (s->names.empty())
      s->pos = t.pos;
    if (s->path == "C")
      no(t.pos, "cgo");
    f->imports.push_back(s);
  };
  if (accept(Tok::LParen)) {
    while (!is(Tok::RParen)) {
      one();
      end_of_statement("expecting semicolon, newline, or )");
    }
    next();
  } else
    one();
  end_of_statement(" after top level declaration");
}

std::vector<Spec *> Parser::gen_decl() {
  Tok kind = next().kind;
  std::vector<Spec *> out;
  int64_t iota = 0;
  Spec *previous = nullptr;
  auto one = [&] {
    Spec *s = kind == Tok::Const  ? const_spec(iota++, previous)
              : kind == Tok::Type ? type_spec()
                                  : var_spec();
    if (kind == Tok::Const)
      previous = s;
    out.push_back(s);
  };
  if (accept(Tok::LParen)) {
    while (!is(Tok::RParen)) {
      one();
      if (!is(Tok::RParen) && !accept(Tok::Semi))
        unexpected("expecting semicolon, newline, or )");
    }
    next();
  } else
    one();
  return out;
}

Spec *Parser::const_spec(int64_t iota, Spec *previous) {
  auto *s = arena_.make<Spec>();
  s->kind = DK::Const;
  s->pos = tok().pos;
  s->iota = iota;
  do
    s->names.push_back(ident());
  while (accept(Tok::Comma));
  if (!is(Tok::Assign) && !is(Tok::Semi) && !is(Tok::RParen))
    s->type = type();
  if (accept(Tok::Assign))
    s->values = expr_list();
  else if (previous && !s->type) {
    s->type = previous->type;
    s->values = previous->values;
    s->inherited = true;
  }
  return s;
}

Spec *Parser::type_spec() {
  auto *s = arena_.make<Spec>();
  s->kind = DK::Type;
  s->pos = tok().pos;
  s->names.push_back(ident());
  if (is(Tok::LBrack) && peek().kind == Tok::Ident) {
    Tok after = peek(2).kind;
    if (after == Tok::Ident || after == Tok::Comma || after == Tok::Interface ||
        after == Tok::Tilde || after == Tok::LBrack)
      no(tok().pos, "generics");
  }
  if (accept(Tok::Assign))
    s->alias = true;
  s->type = type();
  return s;
}

Spec *Parser::var_spec() {
  auto *s = arena_.make<Spec>();
  s->kind = DK::Var;
  s->pos = tok().pos;
  do
    s->names.push_back(ident());
  while (accept(Tok::Comma));
  if (!is(Tok::Assign))
    s->type = type();
  if (accept(Tok::Assign))
    s->values = expr_list();
  return s;
}

FuncDecl *Parser::func_decl() {
  auto *f = arena_.make<FuncDecl>();
  f->pos = next().pos;
  if (is(Tok::LParen)) {
    std::vector<FieldDecl> recv;
    Pos pos = tok().pos;
    bool variadic = false;
    parameters(recv, &variadic);
    if (recv.size() != 1)
      fail(pos, recv.empty() ? "method has no receiver" : "method has multiple receivers");
    f->recv = arena_.make<FieldDecl>(recv[0]);
  }
  f->name = ident();
  if (is(Tok::LBrack))
    no(tok().pos, "generics");
  f->sig = signature(f->pos);
  if (is(Tok::LBrace)) {
    int level = expr_level_;
    expr_level_ = 0;
    f->body = block();
    expr_level_ = level;
  }
  return f;
}

} // namespace minigo
