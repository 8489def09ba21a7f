// Recursive descent, one token of look-ahead (two where Go needs them). The parser stops at the
// first syntax error of a file: what follows one is mostly noise.
#pragma once
#include "syntax/ast.h"

namespace minigo {

class Parser {
public:
  Parser(std::vector<Token> tokens, uint16_t file, Arena &arena, Diagnostics &diag)
      : toks_(std::move(tokens)), file_(file), arena_(arena), diag_(diag) {}
  /// Throws SyntaxError, already reported.
  File *parse_file();

private:
  // tokens
  const Token &tok() const { return toks_[i_]; }
  const Token &peek(size_t k = 1) const { return toks_[std::min(i_ + k, toks_.size() - 1)]; }
  bool is(Tok t) const { return tok().kind == t; }
  bool accept(Tok t);
  Token next();
  Token expect(Tok t, const char *context);
  std::string tok_description() const;
  [[noreturn]] void unexpected(const std::string &wanted);
  [[noreturn]] void fail(Pos pos, const std::string &message);
  [[noreturn]] void no(Pos pos, const std::string &what);
  void end_of_statement(const char *context);
  template <class T> T *make(Pos pos) {
    T *n = arena_.make<T>();
    n->pos = pos;
    return n;
  }
  Ident *ident();

  // declarations (parser_decl.cpp)
  void import_decl(File *f);
  std::vector<Spec *> gen_decl();
  Spec *const_spec(int64_t iota, Spec *previous);
  Spec *type_spec();
  Spec *var_spec();
  FuncDecl *func_decl();

  // types (parser_type.cpp)
  Expr *type();
  Expr *try_type();
  Expr *type_name();
  FuncTypeExpr *signature(Pos pos);
  void parameters(std::vector<FieldDecl> &out, bool *variadic);
  Expr *struct_type();
  Expr *interface_type();
  Expr *chan_type();

  // expressions (parser_expr.cpp)
  Expr *expr();
  Expr *binary(int min_prec);
  Expr *unary();
  Expr *primary();
  Expr *operand();
  Expr *composite(Expr *type_expr);
  Expr *element();
  Expr *call_or_conversion(Expr *fun);
  Expr *index_or_slice(Expr *x);
  std::vector<Expr *> expr_list();
  bool literal_type(Expr *e);

  // statements (parser_stmt.cpp)
  Block *block();
  std::vector<Stmt *> stmt_list();
  Stmt *stmt();
  Stmt *simple_stmt(bool range_ok);
  Stmt *if_stmt();
  Stmt *switch_stmt();
  Stmt *select_stmt();
  Stmt *for_stmt();
  Expr *condition(Stmt *s, Pos pos, const char *what);

  std::vector<Token> toks_;
  uint16_t file_;
  Arena &arena_;
  Diagnostics &diag_;
  size_t i_ = 0;
  int expr_level_ = 0; // < 0: in a control clause, where "{" does not start a literal
};

} // namespace minigo
