// The outermost scope, and how messages describe operands.
#include "sema/checker.h"

namespace minigo {

Checker::Checker(Arena &arena, TypeTable &types, Diagnostics &diag, Importer importer)
    : arena_(arena), types_(types), diag_(diag), importer_(std::move(importer)) {
  make_universe();
}

void Checker::declare_basic(const char *name, Type *t) {
  auto *o = arena_.make<Object>();
  o->kind = OK::TypeName;
  o->name = name;
  o->type = t;
  universe_->names[name] = o;
}

void Checker::make_universe() {
  universe_ = arena_.make<Scope>();
  for (int k = int(TK::Bool); k <= int(TK::String); ++k)
    declare_basic(types_.basic(TK(k))->name.c_str(), types_.basic(TK(k)));
  declare_basic("byte", types_.basic(TK::Uint8));
  declare_basic("rune", types_.basic(TK::Int32));
  declare_basic("any", types_.empty_interface);

  if (!types_.error_type) {
    auto *err = arena_.make<Object>();
    err->kind = OK::TypeName;
    err->name = "error";
    types_.error_type = err->type = types_.named(err);
    IfaceMethod m;
    m.name = "Error";
    m.sig = types_.func({}, {types_.basic(TK::String)}, false);
    err->type->under = types_.interface({m});
  }
  universe_->names["error"] = types_.error_type->obj;

  auto constant = [&](const char *name, ConstVal v, TK t) {
    auto *o = arena_.make<Object>();
    o->kind = OK::Const;
    o->name = name;
    o->type = types_.basic(t);
    o->cv = arena_.make<ConstVal>(v);
    universe_->names[name] = o;
  };
  constant("true", ConstVal::of_bool(true), TK::UntypedBool);
  constant("false", ConstVal::of_bool(false), TK::UntypedBool);
  constant("iota", ConstVal::of_int(0), TK::UntypedInt);
  auto *nil = arena_.make<Object>();
  nil->kind = OK::Nil;
  nil->name = "nil";
  nil->type = types_.basic(TK::UntypedNil);
  universe_->names["nil"] = nil;

  static const char *const builtins[] = {"append", "cap", "close", "copy",  "delete",  "len",
                                         "make",   "new", "panic", "print", "println", "recover"};
  for (int k = 0; k < int(std::size(builtins)); ++k) {
    auto *o = arena_.make<Object>();
    o->kind = OK::Builtin;
    o->name = builtins[k];
    o->builtin = k;
    o->type = types_.invalid;
    universe_->names[builtins[k]] = o;
  }
}

std::string Checker::operand(Expr *e) {
  std::string s = expr_text(e);
  switch (e->mode) {
  case Mode::Nil:
    return "untyped nil";
  case Mode::NoValue:
    return s + " (no value)";
  case Mode::Builtin:
    return s + " (built-in)";
  case Mode::TypeExpr:
    return s + " (type)";
  default:
    break;
  }
  bool untyped = is_untyped(e->type);
  std::string what = e->mode == Mode::Constant   ? "constant"
                     : e->mode == Mode::Variable ? "variable"
                     : e->mode == Mode::MapIndex ? "map index expression"
                     : e->mode == Mode::CommaOk  ? "comma, ok expression"
                                                 : "value";
  if (e->mode == Mode::Constant && e->cv) {
    std::string v = e->cv->text();
    if (v != s && e->kind != EK::BasicLit)
      what += " " + v;
  }
  if (untyped)
    return s + " (" + e->type->name + " " + what + ")";
  return s + " (" + what + " of type " + text(e->type) + ")";
}

} // namespace minigo
