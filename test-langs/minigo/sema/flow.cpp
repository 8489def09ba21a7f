// Go's "terminating statements": which statement lists never fall out of their end.
#include "sema/checker.h"

namespace minigo {

static bool ends(const std::vector<Stmt *> &list) {
  for (size_t k = list.size(); k-- > 0;)
    if (list[k]->kind != StK::Empty)
      return terminates(list[k]);
  return false;
}

// Does a break inside s leave `target`?
static bool breaks(const Stmt *s, const Stmt *target);
static bool breaks(const std::vector<Stmt *> &list, const Stmt *target) {
  for (Stmt *s : list)
    if (breaks(s, target))
      return true;
  return false;
}
static bool breaks(const Stmt *s, const Stmt *target) {
  if (!s)
    return false;
  switch (s->kind) {
  case StK::Branch: {
    auto *b = static_cast<const BranchStmt *>(s);
    return b->tok == Tok::Break && b->target == target;
  }
  case StK::Block:
    return breaks(static_cast<const Block *>(s)->list, target);
  case StK::If: {
    auto *i = static_cast<const IfStmt *>(s);
    return breaks(i->then, target) || breaks(i->otherwise, target);
  }
  case StK::Labeled:
    return breaks(static_cast<const LabeledStmt *>(s)->stmt, target);
  case StK::For:
    return breaks(static_cast<const ForStmt *>(s)->body, target);
  case StK::Range:
    return breaks(static_cast<const RangeStmt *>(s)->body, target);
  case StK::Switch:
    for (auto *c : static_cast<const SwitchStmt *>(s)->clauses)
      if (breaks(c->body, target))
        return true;
    return false;
  case StK::TypeSwitch:
    for (auto *c : static_cast<const TypeSwitchStmt *>(s)->clauses)
      if (breaks(c->body, target))
        return true;
    return false;
  case StK::Select:
    for (auto *c : static_cast<const SelectStmt *>(s)->clauses)
      if (breaks(c->body, target))
        return true;
    return false;
  default:
    return false;
  }
}

static bool clauses_end(const std::vector<CaseClause *> &clauses, const Stmt *s) {
  bool has_default = false;
  for (auto *c : clauses) {
    has_default |= c->is_default;
    if ((!ends(c->body) && !c->falls_through) || breaks(c->body, s))
      return false;
  }
  return has_default;
}

bool terminates(const Stmt *s) {
  switch (s->kind) {
  case StK::Return:
    return true;
  case StK::Branch: {
    Tok t = static_cast<const BranchStmt *>(s)->tok;
    return t == Tok::Goto || t == Tok::Fallthrough;
  }
  case StK::Expr: {
    Expr *x = unparen(static_cast<const ExprStmt *>(s)->x);
    if (x->kind != EK::Call)
      return false;
    auto *c = static_cast<CallExpr *>(x);
    return c->call_kind == CallKind::Builtin && c->builtin == B_panic;
  }
  case StK::Block:
    return ends(static_cast<const Block *>(s)->list);
  case StK::If: {
    auto *i = static_cast<const IfStmt *>(s);
    return i->otherwise && terminates(i->then) && terminates(i->otherwise);
  }
  case StK::For: {
    auto *f = static_cast<const ForStmt *>(s);
    return !f->cond && !breaks(f->body, s);
  }
  case StK::Labeled:
    return terminates(static_cast<const LabeledStmt *>(s)->stmt);
  case StK::Switch:
    return clauses_end(static_cast<const SwitchStmt *>(s)->clauses, s);
  case StK::TypeSwitch:
    return clauses_end(static_cast<const TypeSwitchStmt *>(s)->clauses, s);
  case StK::Select:
    for (auto *c : static_cast<const SelectStmt *>(s)->clauses)
      if (!ends(c->body) || breaks(c->body, s))
        return false;
    return true;
  default:
    return false;
  }
}

} // namespace minigo
