// The type checker. It resolves package-level names on demand (so order does not matter), writes
// every expression's type, mode and constant into the tree, and decides which variables need a
// heap cell. A wrong expression becomes Mode::Invalid and is not complained about twice.
#pragma once
#include "sema/constant.h"
#include "sema/types.h"
#include <functional>

namespace minigo {

enum Builtin {
  B_append,
  B_cap,
  B_close,
  B_copy,
  B_delete,
  B_len,
  B_make,
  B_new,
  B_panic,
  B_print,
  B_println,
  B_recover
};

class Checker {
public:
  using Importer = std::function<Package *(const std::string &path, Pos pos)>;
  Checker(Arena &arena, TypeTable &types, Diagnostics &diag, Importer importer);
  void check_package(Package *pkg);
  const std::vector<FuncInfo *> &functions() const { return functions_; }

private:
  struct LabelTarget {
    std::string name; // "" for unlabelled statements
    Stmt *stmt;
    bool loop, breakable;
  };
  // What changes when a package-level object is checked in the middle of something else.
  struct Context {
    Package *pkg = nullptr;
    Scope *scope = nullptr;
    FuncInfo *func = nullptr;
    Object *decl = nullptr;
    const ConstVal *iota = nullptr;
    std::vector<LabelTarget> targets;
    std::map<std::string, LabeledStmt *> labels;
    int loop_depth = 0;
    const SwitchStmt *in_switch = nullptr;
  };

  // universe.cpp
  void make_universe();
  void declare_basic(const char *name, Type *t);

  // check_decl.cpp
  void collect(Package *pkg);
  void collect_method(FuncDecl *f);
  void resolve(Object *obj);
  void resolve_const(Object *obj);
  void resolve_type(Object *obj);
  void resolve_var(Object *obj);
  void check_var_spec(Spec *spec, std::vector<Object *> &objs);
  void func_body(FuncInfo *info, FuncTypeExpr *sig, FieldDecl *recv);
  Type *signature(FuncTypeExpr *sig);
  void declare_params(FuncInfo *info, FuncTypeExpr *sig, FieldDecl *recv);
  Object *declare(Scope *scope, OK kind, Ident *name, Type *type);
  Object *declare_var(Ident *name, Type *type);
  void local_decl(DeclStmt *d);
  bool infinite_size(Type *t, std::vector<Type *> &path);
  void order_variables(Package *pkg);
  void initialization_loop(Package *pkg);
  void unused(Scope *scope);
  void open_scope();
  void close_scope();
  [[nodiscard]] FuncInfo *new_func(Package *pkg);

  // check_type.cpp
  Type *type_expr(Expr *e);
  Type *type_or_null(Expr *e);
  Type *array_type(ArrayTypeExpr *a, int64_t length_if_dots);
  Type *struct_type(StructTypeExpr *s);
  Type *interface_type(InterfaceTypeExpr *i);
  Type *is_type(Expr *e) { return e->mode == Mode::TypeExpr ? e->type : nullptr; }

  // check_expr.cpp
  void raw(Expr *e, Type *hint = nullptr); // anything, types included
  void multi(Expr *e);                     // a value or several
  void expr(Expr *e, Type *hint = nullptr);
  void single_value(Expr *e);
  void ident(Ident *e);
  void literal(BasicLit *e);
  void func_lit(FuncLit *e);
  void selector(Selector *e);
  void index(IndexExpr *e);
  void slice(SliceExpr *e);
  void type_assert(TypeAssert *e);
  void star(StarExpr *e);
  bool index_value(Expr *e, int64_t length, bool allow_end, int64_t *value);
  void use_var(Object *v);
  void mark_written(Expr *e);
  void mark_addr(Expr *e);
  void invalid(Expr *e) {
    e->mode = Mode::Invalid;
    e->type = types_.invalid;
    e->cv = nullptr;
  }
  void set(Expr *e, Mode m, Type *t) {
    e->mode = m;
    e->type = t;
    e->cv = nullptr;
  }
  void set_const(Expr *e, Type *t, ConstVal v);

  // check_literal.cpp
  void composite(CompositeLit *e, Type *hint);
  int64_t elements(CompositeLit *e, Type *elem, int64_t length);

  // check_operator.cpp
  void unary(UnaryExpr *e, Type *hint);
  void binary(BinaryExpr *e, Type *hint);
  void shift(BinaryExpr *e, Type *hint);
  void comparison(BinaryExpr *e);
  bool match(BinaryExpr *e);

  // convert.cpp
  enum class Fit { Yes, Truncated, Overflows, Never };
  Fit representable(const ConstVal &v, Type *t, ConstVal *out);
  bool implicit(Expr *e, Type *t); // converts an untyped operand, silently failing
  void finalize(Expr *e, Type *t);
  void default_type(Expr *e);
  Type *default_of(Type *t);
  bool assign_to(Expr *e, Type *t, const std::string &context);
  bool assignable(Expr *e, Type *t, std::string *why);
  bool convertible(Expr *e, Type *t);
  void conversion(CallExpr *e, Type *t);

  // check_call.cpp
  void call(CallExpr *e);
  void arguments(CallExpr *e, Type *sig, const std::string &callee);
  void builtin(CallExpr *e, int id);
  void builtin_append(CallExpr *e);
  void builtin_make(CallExpr *e);
  std::string operand_types(const std::vector<Expr *> &args);

  // check_stmt.cpp, check_assign.cpp
  void stmts(const std::vector<Stmt *> &list);
  void stmt(Stmt *s);
  void block(Block *b);
  void assign(AssignStmt *s);
  void define(AssignStmt *s);
  void assign_one(Expr *lhs, Expr *rhs, Type *rhs_type, const std::string &context);
  bool lhs_expr(Expr *lhs);
  void return_stmt(ReturnStmt *s);
  void branch(BranchStmt *s);
  void switch_stmt(SwitchStmt *s, const std::string &label, Stmt *labeled);
  void type_switch(TypeSwitchStmt *s, const std::string &label);
  void select_stmt(SelectStmt *s, const std::string &label);
  void for_stmt(ForStmt *s, const std::string &label);
  void range_stmt(RangeStmt *s, const std::string &label);
  void labeled(LabeledStmt *s);
  void collect_labels(const std::vector<Stmt *> &list);
  void collect_labels(Stmt *s);
  void call_stmt(Expr *call, const char *what);
  void simple(Stmt *s) {
    if (s)
      stmt(s);
  }
  std::vector<Type *> tuple_types(Expr *e);
  bool comma_ok(Expr *e);

  // messages.cpp
  std::string operand(Expr *e);
  std::string text(Type *t) { return type_text(t, cx_.pkg); }
  void error(Pos p, const std::string &m) { diag_.error(p, m); }
  void error(Expr *e, const std::string &m) { diag_.error(start_pos(e), m); }
  void not_supported(Pos p, const std::string &m) { diag_.not_supported(p, m); }

  Arena &arena_;
  TypeTable &types_;
  Diagnostics &diag_;
  Importer importer_;
  Scope *universe_ = nullptr;
  Context cx_;
  std::vector<FuncInfo *> functions_;
  std::vector<std::pair<FuncInfo *, FuncDecl *>> bodies_;
  std::vector<std::pair<Type *, Type *>>
      waiting_; // named types whose right side has no underlying type yet
};

/// True if control never falls out of the end of s (Go's "terminating statement").
bool terminates(const Stmt *s);

} // namespace minigo
