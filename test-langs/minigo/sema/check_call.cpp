// Calls: of functions, of built-ins, and conversions (handed on to convert.cpp).
#include "sema/checker.h"

namespace minigo {

void Checker::call(CallExpr *e) {
  if (e->fun->kind == EK::FuncLit && !static_cast<FuncLit *>(e->fun)->info) {
    // func(){...}() runs within this frame's life.
    auto *lit = static_cast<FuncLit *>(e->fun);
    lit->info = new_func(cx_.pkg);
    lit->info->stays_in_frame = true;
  }
  raw(e->fun);
  switch (e->fun->mode) {
  case Mode::Invalid:
    for (Expr *a : e->args)
      raw(a);
    return invalid(e);
  case Mode::TypeExpr:
    return conversion(e, e->fun->type);
  case Mode::Builtin:
    e->call_kind = CallKind::Builtin;
    e->builtin = static_cast<Ident *>(unparen(e->fun))->obj->builtin;
    return builtin(e, e->builtin);
  default:
    break;
  }
  Type *sig = e->fun->type ? e->fun->type->underlying() : nullptr;
  if (e->fun->mode == Mode::NoValue || !sig || sig->kind != TK::Func) {
    error(e->fun, "invalid operation: cannot call non-function " + operand(e->fun));
    for (Expr *a : e->args)
      raw(a);
    return invalid(e);
  }
  arguments(e, sig, expr_text(e->fun));
  if (sig->results.empty())
    return set(e, Mode::NoValue, types_.tuple({}));
  set(e, Mode::Value, sig->results.size() == 1 ? sig->results[0] : types_.tuple(sig->results));
}

std::string Checker::operand_types(const std::vector<Expr *> &args) {
  std::string s;
  for (Expr *a : args)
    s += (s.empty() ? "" : ", ") +
         (a->mode == Mode::Nil                         ? std::string("nil")
          : is_untyped(a->type) && is_numeric(a->type) ? std::string("number")
          : is_untyped(a->type) ? std::string(is_string(a->type) ? "string" : "bool")
                                : text(a->type));
  return "(" + s + ")";
}

static std::string params_text(Type *sig, Package *from) {
  std::string s = type_text(sig, from);
  int depth = 0;
  for (size_t k = 4; k < s.size(); ++k) {
    depth += s[k] == '(' ? 1 : s[k] == ')' ? -1 : 0;
    if (!depth)
      return s.substr(4, k - 3);
  }
  return s;
}

void Checker::arguments(CallExpr *e, Type *sig, const std::string &callee) {
  size_t np = sig->params.size();
  std::string context = "argument to " + callee;
  // f(g()) with g of several results
  bool first_done = false;
  if (e->args.size() == 1 && !e->ellipsis) {
    Expr *a = e->args[0];
    Type *hint = np == 1 ? (sig->variadic ? sig->params[0]->elem : sig->params[0]) : nullptr;
    raw(a, hint);
    first_done = true;
    if (a->mode == Mode::Value && a->type->kind == TK::Tuple) {
      auto &ts = a->type->results;
      bool fits = sig->variadic ? ts.size() + 1 >= np : ts.size() == np;
      if (!fits) {
        std::string have;
        for (Type *t : ts)
          have += (have.empty() ? "" : ", ") + text(t);
        diag_.error(ts.size() < np ? e->rparen : start_pos(a),
                    std::string(ts.size() < np ? "not enough" : "too many") +
                        " arguments in call to " + callee + "\n\thave (" + have + ")\n\twant " +
                        params_text(sig, cx_.pkg));
        return;
      }
      for (size_t k = 0; k < ts.size(); ++k) {
        Type *p = sig->variadic && k + 1 >= np ? sig->params[np - 1]->elem : sig->params[k];
        Expr tmp(EK::Bad);
        tmp.mode = Mode::Value;
        tmp.type = ts[k];
        std::string why;
        if (p->kind != TK::Invalid && !assignable(&tmp, p, &why))
          error(a, "cannot use " + expr_text(a) + " (value of type " + text(ts[k]) + ") as type " +
                       text(p) + " in " + context + (why.empty() ? "" : ":\n\t" + why));
      }
      return;
    }
  }
  bool bad = false;
  for (size_t k = 0; k < e->args.size(); ++k) {
    Type *p = nullptr;
    if (sig->variadic && k + 1 >= np)
      p = e->ellipsis ? sig->params[np - 1] : sig->params[np - 1]->elem;
    else if (k < np)
      p = sig->params[k];
    if (first_done)
      single_value(e->args[k]);
    else
      expr(e->args[k], p);
    bad |= e->args[k]->mode == Mode::Invalid;
  }
  if (e->ellipsis && !sig->variadic) {
    error(e->args.back(), "have (..." + std::string(") but function is not variadic: ") + callee);
    return;
  }
  size_t n = e->args.size();
  bool few = n<(sig->variadic && !e->ellipsis ? np - 1 : np), many = n> np &&
             (!sig->variadic || e->ellipsis);
  if ((few || many) && !bad) {
    diag_.error(!few ? start_pos(e->args[np])
                : n  ? start_pos(e->args[n - 1])
                     : e->rparen,
                std::string(few ? "not enough" : "too many") + " arguments in call to " + callee +
                    "\n\thave " + operand_types(e->args) + "\n\twant " + params_text(sig, cx_.pkg));
    return;
  }
  if (few || many)
    return;
  for (size_t k = 0; k < n; ++k) {
    Type *p = sig->variadic && k + 1 >= np
                  ? (e->ellipsis ? sig->params[np - 1] : sig->params[np - 1]->elem)
                  : sig->params[k];
    assign_to(e->args[k], p, context);
  }
}

static bool has_call_or_receive(Expr *e) {
  e = unparen(e);
  switch (e->kind) {
  case EK::Call:
    return static_cast<CallExpr *>(e)->call_kind == CallKind::Call;
  case EK::Unary:
    return static_cast<UnaryExpr *>(e)->op == Tok::Arrow ||
           has_call_or_receive(static_cast<UnaryExpr *>(e)->x);
  case EK::Selector:
    return has_call_or_receive(static_cast<Selector *>(e)->x);
  case EK::Index:
    return has_call_or_receive(static_cast<IndexExpr *>(e)->x) ||
           has_call_or_receive(static_cast<IndexExpr *>(e)->index);
  case EK::Star:
    return has_call_or_receive(static_cast<StarExpr *>(e)->x);
  case EK::Ident:
  case EK::BasicLit:
    return false;
  case EK::Binary:
    return has_call_or_receive(static_cast<BinaryExpr *>(e)->x) ||
           has_call_or_receive(static_cast<BinaryExpr *>(e)->y);
  case EK::CompositeLit:
    for (Expr *x : static_cast<CompositeLit *>(e)->elts)
      if (has_call_or_receive(x->kind == EK::KeyValue ? static_cast<KeyValue *>(x)->value : x))
        return true;
    return false;
  default:
    return true;
  }
}

void Checker::builtin(CallExpr *e, int id) {
  static const struct {
    const char *name;
    int min, max;
  } arity[] = {{"append", 1, -1}, {"cap", 1, 1},    {"close", 1, 1},    {"copy", 2, 2},
               {"delete", 2, 2},  {"len", 1, 1},    {"make", 1, 3},     {"new", 1, 1},
               {"panic", 1, 1},   {"print", 0, -1}, {"println", 0, -1}, {"recover", 0, 0}};
  auto &a = arity[id];
  int n = int(e->args.size());
  if (e->ellipsis && id != B_append) {
    error(e, "invalid operation: invalid use of ... with built-in " + std::string(a.name));
    return invalid(e);
  }
  if (n < a.min || (a.max >= 0 && n > a.max)) {
    for (Expr *x : e->args)
      raw(x);
    diag_.error(start_pos(e), std::string("invalid operation: ") +
                                  (n < a.min ? "not enough" : "too many") + " arguments for " +
                                  expr_text(e) + " (expected " +
                                  std::to_string(n < a.min ? a.min : a.max) + ", found " +
                                  std::to_string(n) + ")");
    return invalid(e);
  }
  if (id == B_make)
    return builtin_make(e);
  if (id == B_append)
    return builtin_append(e);
  if (id == B_new) {
    Type *t = type_expr(e->args[0]);
    if (t->kind == TK::Invalid)
      return invalid(e);
    return set(e, Mode::Value, types_.pointer(t));
  }
  for (Expr *x : e->args) {
    expr(x);
    if (x->mode == Mode::Invalid)
      return invalid(e);
  }
  Expr *x = n ? e->args[0] : nullptr;
  Type *u = x ? x->type->underlying() : nullptr;
  auto bad = [&](const std::string &m) {
    error(x, "invalid argument: " + m);
    invalid(e);
  };
  switch (id) {
  case B_len:
  case B_cap: {
    if (u->kind == TK::Pointer && u->elem->is(TK::Array))
      u = u->elem->underlying();
    if (id == B_len && x->mode == Mode::Constant && is_string(x->type))
      return set_const(e, types_.basic(TK::Int), ConstVal::of_int(int64_t(x->cv->s.size())));
    if (u->kind == TK::Array && !has_call_or_receive(x))
      return set_const(e, types_.basic(TK::Int), ConstVal::of_int(u->len));
    bool ok = u->kind == TK::Slice || u->kind == TK::Chan || u->kind == TK::Array ||
              (id == B_len && (u->kind == TK::String || u->kind == TK::Map));
    if (!ok)
      return bad(operand(x) + " for " + a.name);
    return set(e, Mode::Value, types_.basic(TK::Int));
  }
  case B_close:
    if (u->kind != TK::Chan) {
      error(x, "invalid operation: cannot close non-channel " + operand(x));
      return invalid(e);
    }
    if (u->dir == ChanDir::Recv) {
      error(x, "invalid operation: cannot close receive-only channel " + operand(x));
      return invalid(e);
    }
    return set(e, Mode::NoValue, types_.tuple({}));
  case B_copy: {
    Expr *y = e->args[1];
    Type *yu = y->type->underlying();
    bool from_string = is_string(y->type) && u->kind == TK::Slice && u->elem->is(TK::Uint8);
    if (from_string)
      default_type(y);
    else if (u->kind != TK::Slice || yu->kind != TK::Slice) {
      return bad("copy expects slice arguments; found " + operand(x) + " and " + operand(y));
    } else if (u->elem != yu->elem)
      return bad("arguments to copy " + operand(x) + " and " + operand(y) +
                 " have different element types " + text(u->elem) + " and " + text(yu->elem));
    return set(e, Mode::Value, types_.basic(TK::Int));
  }
  case B_delete:
    if (u->kind != TK::Map)
      return bad(operand(x) + " is not a map");
    assign_to(e->args[1], u->key, "argument to delete");
    return set(e, Mode::NoValue, types_.tuple({}));
  case B_panic:
    assign_to(x, types_.empty_interface, "argument to panic");
    return set(e, Mode::NoValue, types_.tuple({}));
  case B_print:
  case B_println:
    for (Expr *y : e->args) {
      if (y->mode == Mode::Nil) {
        error(y, "use of untyped nil in argument to built-in " + std::string(a.name));
        return invalid(e);
      }
      default_type(y);
    }
    return set(e, Mode::NoValue, types_.tuple({}));
  case B_recover:
    if (cx_.func)
      cx_.func->has_recover = true;
    return set(e, Mode::Value, types_.empty_interface);
  default:
    return invalid(e);
  }
}

void Checker::builtin_append(CallExpr *e) {
  Expr *s = e->args[0];
  expr(s);
  if (s->mode == Mode::Invalid) {
    for (size_t k = 1; k < e->args.size(); ++k)
      expr(e->args[k]);
    return invalid(e);
  }
  Type *t = s->type;
  if (s->mode == Mode::Nil) {
    error(s, "first argument to append must be a typed slice; have untyped nil");
    return invalid(e);
  }
  if (!t->is(TK::Slice)) {
    error(s, "invalid argument: " + operand(s) + " is not a slice");
    return invalid(e);
  }
  Type *elem = t->underlying()->elem;
  if (e->ellipsis) {
    if (e->args.size() != 2) {
      error(e, "can only use ... with final argument in list");
      return invalid(e);
    }
    Expr *y = e->args[1];
    expr(y);
    if (y->mode != Mode::Invalid && is_string(y->type) && elem->is(TK::Uint8))
      default_type(y);
    else
      assign_to(y,
                types_.slice(elem) == y->type ? y->type
                : y->type->is(TK::Slice) && y->type->underlying()->elem == elem
                    ? y->type
                    : types_.slice(elem),
                "argument to append");
    return set(e, Mode::Value, t);
  }
  for (size_t k = 1; k < e->args.size(); ++k) {
    expr(e->args[k], elem);
    assign_to(e->args[k], elem, "argument to append");
  }
  set(e, Mode::Value, t);
}

void Checker::builtin_make(CallExpr *e) {
  Type *t = type_expr(e->args[0]);
  if (t->kind == TK::Invalid) {
    for (size_t k = 1; k < e->args.size(); ++k)
      expr(e->args[k]);
    return invalid(e);
  }
  Type *u = t->underlying();
  size_t min;
  if (u->kind == TK::Slice)
    min = 2;
  else if (u->kind == TK::Map || u->kind == TK::Chan)
    min = 1;
  else {
    error(e->args[0], "invalid argument: cannot make " + expr_text(e->args[0]) +
                          "; type must be slice, map, or channel");
    return invalid(e);
  }
  if (e->args.size() < min) {
    error(e, "invalid operation: " + expr_text(e) + " expects " + std::to_string(min) + " or " +
                 std::to_string(min + 1) + " arguments; found 1");
    return invalid(e);
  }
  if (e->args.size() > min + 1) {
    error(e, "invalid operation: " + expr_text(e) + " expects " + std::to_string(min) + " or " +
                 std::to_string(min + 1) + " arguments; found " + std::to_string(e->args.size()));
    return invalid(e);
  }
  int64_t sizes[2] = {-1, -1};
  for (size_t k = 1; k < e->args.size(); ++k) {
    Expr *x = e->args[k];
    expr(x);
    if (x->mode == Mode::Invalid)
      continue;
    if (x->mode == Mode::Constant && is_untyped(x->type) && is_numeric(x->type)) {
      ConstVal v;
      if (representable(*x->cv, types_.basic(TK::Int), &v) == Fit::Truncated) {
        error(x, operand(x) + " truncated to int");
        continue;
      }
      x->cv = arena_.make<ConstVal>(v);
      if (!is_integer(x->type))
        x->type = types_.basic(TK::UntypedInt);
    }
    index_value(x, -1, true, &sizes[k - 1]);
  }
  if (sizes[0] >= 0 && sizes[1] >= 0 && sizes[0] > sizes[1])
    error(e->args[1], "invalid argument: length and capacity swapped");
  set(e, Mode::Value, t);
}

} // namespace minigo
