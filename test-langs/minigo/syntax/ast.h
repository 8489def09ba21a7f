// The tree. The parser makes it; the checker writes its findings into it (type, mode, constant,
// objects, selections), and IR generation reads only that: no stage looks names up twice.
#pragma once
#include "syntax/lexer.h"

namespace minigo {

struct Type;
struct ConstVal;
struct Object;
struct FuncInfo;
struct Block;
struct Scope;

enum class EK : uint8_t {
  Bad,
  Ident,
  BasicLit,
  CompositeLit,
  KeyValue,
  FuncLit,
  Paren,
  Selector,
  Index,
  Slice,
  TypeAssert,
  Call,
  Star,
  Unary,
  Binary,
  ArrayType,
  StructType,
  FuncType,
  InterfaceType,
  MapType,
  ChanType,
};

/// What an expression denotes, found by the checker.
enum class Mode : uint8_t {
  Invalid,
  NoValue,
  Builtin,
  TypeExpr,
  Constant,
  Variable,
  MapIndex,
  Value,
  CommaOk,
  Nil
};

struct Expr {
  EK kind;
  Pos pos; // of the operator for binary expressions and calls' "("; start_pos gives the first token
  Mode mode = Mode::Invalid;
  Type *type = nullptr;
  const ConstVal *cv = nullptr;
  explicit Expr(EK k) : kind(k) {}
};

struct Ident : Expr {
  std::string name;
  Object *obj = nullptr;
  Ident() : Expr(EK::Ident) {}
};
struct BasicLit : Expr {
  Tok tok = Tok::Int;
  std::string raw, str;
  int64_t rune = 0;
  BasicLit() : Expr(EK::BasicLit) {}
};
struct CompositeLit : Expr {
  Expr *type_expr = nullptr; // null where elided
  std::vector<Expr *> elts;
  Pos rbrace;
  std::vector<int64_t> indices; // checker: per element, array index or field number
  int64_t length = 0;           // checker: elements of an array or slice literal
  CompositeLit() : Expr(EK::CompositeLit) {}
};
struct KeyValue : Expr {
  Expr *key = nullptr, *value = nullptr;
  KeyValue() : Expr(EK::KeyValue) {}
};
struct Paren : Expr {
  Expr *x = nullptr;
  Paren() : Expr(EK::Paren) {}
};

enum class SK : uint8_t { None, Package, Field, Method, InterfaceMethod, MethodExpr };
/// How a selector reaches its target: through which embedded fields, to which field or method.
struct Selection {
  SK kind = SK::None;
  std::vector<int> path;    // field numbers; for a field, the last one is the field itself
  Object *method = nullptr; // concrete method
  int index = -1;           // interface method number
  Type *recv = nullptr;     // static type the method or interface method belongs to
};
struct Selector : Expr {
  Expr *x = nullptr;
  Ident *sel = nullptr;
  Selection selection;
  Selector() : Expr(EK::Selector) {}
};
struct IndexExpr : Expr {
  Expr *x = nullptr, *index = nullptr;
  IndexExpr() : Expr(EK::Index) {}
};
struct SliceExpr : Expr {
  Expr *x = nullptr, *lo = nullptr, *hi = nullptr, *max = nullptr;
  SliceExpr() : Expr(EK::Slice) {}
};
struct TypeAssert : Expr {
  Expr *x = nullptr, *type_expr = nullptr; // type_expr null: x.(type)
  TypeAssert() : Expr(EK::TypeAssert) {}
};
enum class CallKind : uint8_t { Call, Conversion, Builtin };
struct CallExpr : Expr {
  Expr *fun = nullptr;
  std::vector<Expr *> args;
  bool ellipsis = false;
  Pos rparen;
  CallKind call_kind = CallKind::Call;
  int builtin = -1;
  CallExpr() : Expr(EK::Call) {}
};
struct StarExpr : Expr {
  Expr *x = nullptr;
  StarExpr() : Expr(EK::Star) {}
};
struct UnaryExpr : Expr {
  Tok op = Tok::Add;
  Expr *x = nullptr;
  UnaryExpr() : Expr(EK::Unary) {}
};
struct BinaryExpr : Expr {
  Tok op = Tok::Add;
  Expr *x = nullptr, *y = nullptr;
  BinaryExpr() : Expr(EK::Binary) {}
};

struct ArrayTypeExpr : Expr {
  Expr *len = nullptr; // null: a slice, unless dots
  bool dots = false;
  Expr *elem = nullptr;
  ArrayTypeExpr() : Expr(EK::ArrayType) {}
};
struct FieldDecl {
  Ident *name = nullptr; // null: embedded, or an unnamed parameter
  Expr *type = nullptr;
  Pos pos;
};
struct StructTypeExpr : Expr {
  std::vector<FieldDecl> fields;
  StructTypeExpr() : Expr(EK::StructType) {}
};
struct FuncTypeExpr : Expr {
  std::vector<FieldDecl> params, results;
  bool variadic = false;
  FuncTypeExpr() : Expr(EK::FuncType) {}
};
struct InterfaceTypeExpr : Expr {
  std::vector<FieldDecl> methods; // type is a FuncTypeExpr; embedded ones have no name
  InterfaceTypeExpr() : Expr(EK::InterfaceType) {}
};
struct MapTypeExpr : Expr {
  Expr *key = nullptr, *value = nullptr;
  MapTypeExpr() : Expr(EK::MapType) {}
};
enum class ChanDir : uint8_t { Both, Send, Recv };
struct ChanTypeExpr : Expr {
  ChanDir dir = ChanDir::Both;
  Expr *elem = nullptr;
  ChanTypeExpr() : Expr(EK::ChanType) {}
};
struct FuncLit : Expr {
  FuncTypeExpr *sig = nullptr;
  Block *body = nullptr;
  FuncInfo *info = nullptr;
  FuncLit() : Expr(EK::FuncLit) {}
};

enum class StK : uint8_t {
  Empty,
  Block,
  Expr,
  Send,
  IncDec,
  Assign,
  Go,
  Defer,
  Return,
  Branch,
  If,
  Switch,
  TypeSwitch,
  Select,
  For,
  Range,
  Labeled,
  Decl,
};
struct Stmt {
  StK kind;
  Pos pos;
  explicit Stmt(StK k) : kind(k) {}
};
struct EmptyStmt : Stmt {
  EmptyStmt() : Stmt(StK::Empty) {}
};
struct Block : Stmt {
  std::vector<Stmt *> list;
  Pos rbrace;
  Block() : Stmt(StK::Block) {}
};
struct ExprStmt : Stmt {
  Expr *x = nullptr;
  ExprStmt() : Stmt(StK::Expr) {}
};
struct SendStmt : Stmt {
  Expr *chan = nullptr, *value = nullptr;
  SendStmt() : Stmt(StK::Send) {}
};
struct IncDecStmt : Stmt {
  Expr *x = nullptr;
  bool inc = true;
  IncDecStmt() : Stmt(StK::IncDec) {}
};
struct AssignStmt : Stmt {
  Tok op = Tok::Assign; // Assign, Define, or a binary operator for op=
  std::vector<Expr *> lhs, rhs;
  std::vector<Object *> defined; // checker, for :=; null where the name existed or is blank
  BinaryExpr *binary = nullptr;  // checker, for op=: lhs op rhs, typed
  AssignStmt() : Stmt(StK::Assign) {}
};
struct GoStmt : Stmt {
  Expr *call = nullptr;
  GoStmt() : Stmt(StK::Go) {}
};
struct DeferStmt : Stmt {
  Expr *call = nullptr;
  bool in_loop = false; // checker: may run more than once per call of its function
  DeferStmt() : Stmt(StK::Defer) {}
};
struct ReturnStmt : Stmt {
  std::vector<Expr *> results;
  ReturnStmt() : Stmt(StK::Return) {}
};
struct BranchStmt : Stmt {
  Tok tok = Tok::Break;
  Ident *label = nullptr;
  Stmt *target = nullptr; // checker: the statement left or continued, or goto's LabeledStmt
  BranchStmt() : Stmt(StK::Branch) {}
};
struct IfStmt : Stmt {
  Stmt *init = nullptr;
  Expr *cond = nullptr;
  Block *then = nullptr;
  Stmt *otherwise = nullptr;
  IfStmt() : Stmt(StK::If) {}
};
struct CaseClause {
  Pos pos;
  std::vector<Expr *> exprs; // types in a type switch
  bool is_default = false;
  std::vector<Stmt *> body;
  bool falls_through = false;
  std::vector<Type *> types; // checker, type switch; null for nil
  Object *bound = nullptr;   // checker, type switch
  Pos end;
};
struct SwitchStmt : Stmt {
  Stmt *init = nullptr;
  Expr *tag = nullptr;
  std::vector<CaseClause *> clauses;
  Pos rbrace;
  SwitchStmt() : Stmt(StK::Switch) {}
};
struct TypeSwitchStmt : Stmt {
  Stmt *init = nullptr;
  Ident *bind = nullptr;
  Expr *x = nullptr;
  std::vector<CaseClause *> clauses;
  Pos rbrace;
  TypeSwitchStmt() : Stmt(StK::TypeSwitch) {}
};
struct CommClause {
  Pos pos;
  Stmt *comm = nullptr; // SendStmt, ExprStmt or AssignStmt of a receive; null: default
  std::vector<Stmt *> body;
};
struct SelectStmt : Stmt {
  std::vector<CommClause *> clauses;
  Pos rbrace;
  SelectStmt() : Stmt(StK::Select) {}
};
struct ForStmt : Stmt {
  Stmt *init = nullptr;
  Expr *cond = nullptr;
  Stmt *post = nullptr;
  Block *body = nullptr;
  ForStmt() : Stmt(StK::For) {}
};
struct RangeStmt : Stmt {
  Expr *key = nullptr, *value = nullptr, *x = nullptr;
  bool define = false;
  Block *body = nullptr;
  Object *key_obj = nullptr, *value_obj = nullptr; // checker, for :=
  RangeStmt() : Stmt(StK::Range) {}
};
struct LabeledStmt : Stmt {
  Ident *label = nullptr;
  Stmt *stmt = nullptr;
  bool used = false;
  LabeledStmt() : Stmt(StK::Labeled) {}
};

enum class DK : uint8_t { Import, Const, Type, Var, Func };
struct Spec {
  DK kind = DK::Var;
  Pos pos;
  std::vector<Ident *> names;
  Expr *type = nullptr;
  std::vector<Expr *> values;
  int64_t iota = 0;
  bool alias = false;
  bool inherited = false;        // a constant that repeats the previous expression list
  std::string path;              // import
  std::vector<Object *> objects; // checker
};
struct DeclStmt : Stmt {
  std::vector<Spec *> specs;
  DeclStmt() : Stmt(StK::Decl) {}
};
struct FuncDecl {
  Pos pos;
  Ident *name = nullptr;
  FieldDecl *recv = nullptr;
  FuncTypeExpr *sig = nullptr;
  Block *body = nullptr; // null: implemented by the run-time library
};
struct File {
  uint16_t id = 0;
  Ident *package = nullptr;
  std::vector<Spec *> imports;
  std::vector<Spec *> specs; // const, type and var, in order
  std::vector<FuncDecl *> funcs;
};

/// The first token of an expression: where gc places most complaints.
Pos start_pos(const Expr *e);
/// The expression as gc prints it in messages.
std::string expr_text(const Expr *e);
Expr *unparen(Expr *e);

} // namespace minigo
