// What messages need to know of an expression: where it starts and how it reads.
#include "syntax/ast.h"

namespace minigo {

Expr *unparen(Expr *e) {
  while (e->kind == EK::Paren)
    e = static_cast<Paren *>(e)->x;
  return e;
}

Pos start_pos(const Expr *e) {
  switch (e->kind) {
  case EK::CompositeLit: {
    auto *c = static_cast<const CompositeLit *>(e);
    return c->type_expr ? start_pos(c->type_expr) : e->pos;
  }
  case EK::KeyValue:
    return start_pos(static_cast<const KeyValue *>(e)->key);
  case EK::Selector:
    return start_pos(static_cast<const Selector *>(e)->x);
  case EK::Index:
    return start_pos(static_cast<const IndexExpr *>(e)->x);
  case EK::Slice:
    return start_pos(static_cast<const SliceExpr *>(e)->x);
  case EK::TypeAssert:
    return start_pos(static_cast<const TypeAssert *>(e)->x);
  case EK::Call:
    return start_pos(static_cast<const CallExpr *>(e)->fun);
  case EK::Binary:
    return start_pos(static_cast<const BinaryExpr *>(e)->x);
  default:
    return e->pos;
  }
}

static std::string list_text(const std::vector<Expr *> &list) {
  std::string s;
  for (auto *e : list)
    s += (s.empty() ? "" : ", ") + expr_text(e);
  return s;
}

static std::string fields_text(const std::vector<FieldDecl> &fields, bool variadic) {
  std::string s;
  for (size_t k = 0; k < fields.size(); ++k) {
    s += k ? ", " : "";
    if (fields[k].name)
      s += fields[k].name->name + " ";
    if (variadic && k + 1 == fields.size())
      s += "...";
    s += expr_text(fields[k].type);
  }
  return s;
}

static std::string signature_text(const FuncTypeExpr *f) {
  std::string s = "(" + fields_text(f->params, f->variadic) + ")";
  if (f->results.size() == 1 && !f->results[0].name)
    s += " " + expr_text(f->results[0].type);
  else if (!f->results.empty())
    s += " (" + fields_text(f->results, false) + ")";
  return s;
}

std::string expr_text(const Expr *e) {
  if (!e)
    return "";
  switch (e->kind) {
  case EK::Bad:
    return "BAD";
  case EK::Ident:
    return static_cast<const Ident *>(e)->name;
  case EK::BasicLit:
    return static_cast<const BasicLit *>(e)->raw;
  case EK::CompositeLit: {
    auto *c = static_cast<const CompositeLit *>(e);
    return expr_text(c->type_expr) + (c->elts.empty() ? "{}" : "{…}");
  }
  case EK::KeyValue: {
    auto *kv = static_cast<const KeyValue *>(e);
    return expr_text(kv->key) + ": " + expr_text(kv->value);
  }
  case EK::FuncLit:
    return "func" + signature_text(static_cast<const FuncLit *>(e)->sig) + " {…}";
  case EK::Paren:
    return "(" + expr_text(static_cast<const Paren *>(e)->x) + ")";
  case EK::Selector: {
    auto *s = static_cast<const Selector *>(e);
    return expr_text(s->x) + "." + s->sel->name;
  }
  case EK::Index: {
    auto *x = static_cast<const IndexExpr *>(e);
    return expr_text(x->x) + "[" + expr_text(x->index) + "]";
  }
  case EK::Slice: {
    auto *s = static_cast<const SliceExpr *>(e);
    return expr_text(s->x) + "[" + expr_text(s->lo) + ":" + expr_text(s->hi) +
           (s->max ? ":" + expr_text(s->max) : "") + "]";
  }
  case EK::TypeAssert: {
    auto *t = static_cast<const TypeAssert *>(e);
    return expr_text(t->x) + ".(" + (t->type_expr ? expr_text(t->type_expr) : "type") + ")";
  }
  case EK::Call: {
    auto *c = static_cast<const CallExpr *>(e);
    return expr_text(c->fun) + "(" + list_text(c->args) + (c->ellipsis ? "..." : "") + ")";
  }
  case EK::Star:
    return "*" + expr_text(static_cast<const StarExpr *>(e)->x);
  case EK::Unary: {
    auto *u = static_cast<const UnaryExpr *>(e);
    return tok_text(u->op) + expr_text(u->x);
  }
  case EK::Binary: {
    auto *b = static_cast<const BinaryExpr *>(e);
    return expr_text(b->x) + " " + tok_text(b->op) + " " + expr_text(b->y);
  }
  case EK::ArrayType: {
    auto *a = static_cast<const ArrayTypeExpr *>(e);
    return "[" + (a->dots ? "..." : expr_text(a->len)) + "]" + expr_text(a->elem);
  }
  case EK::StructType:
    return static_cast<const StructTypeExpr *>(e)->fields.empty() ? "struct{}" : "struct{…}";
  case EK::FuncType:
    return "func" + signature_text(static_cast<const FuncTypeExpr *>(e));
  case EK::InterfaceType:
    return static_cast<const InterfaceTypeExpr *>(e)->methods.empty() ? "interface{}"
                                                                      : "interface{…}";
  case EK::MapType: {
    auto *m = static_cast<const MapTypeExpr *>(e);
    return "map[" + expr_text(m->key) + "]" + expr_text(m->value);
  }
  case EK::ChanType: {
    auto *c = static_cast<const ChanTypeExpr *>(e);
    return std::string(c->dir == ChanDir::Recv   ? "<-chan "
                       : c->dir == ChanDir::Send ? "chan<- "
                                                 : "chan ") +
           expr_text(c->elem);
  }
  }
  return "";
}

} // namespace minigo
