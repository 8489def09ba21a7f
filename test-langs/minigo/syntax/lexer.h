// From text to tokens, with Go's automatic semicolons. A semicolon token says in its text what made
// it ("newline", "EOF" or ";"), because gc's messages do.
#pragma once
#include "syntax/source.h"

namespace minigo {

enum class Tok : uint8_t {
  Eof,
  Ident,
  Int,
  Float,
  Imag,
  Char,
  String,
  // Binary operators; each up to AndNot is followed, at a fixed distance, by its assignment form.
  Add,
  Sub,
  Mul,
  Quo,
  Rem,
  And,
  Or,
  Xor,
  Shl,
  Shr,
  AndNot,
  AddAssign,
  SubAssign,
  MulAssign,
  QuoAssign,
  RemAssign,
  AndAssign,
  OrAssign,
  XorAssign,
  ShlAssign,
  ShrAssign,
  AndNotAssign,
  LAnd,
  LOr,
  Arrow,
  Inc,
  Dec,
  Eql,
  Neq,
  Lss,
  Leq,
  Gtr,
  Geq,
  Assign,
  Define,
  Not,
  Tilde,
  Ellipsis,
  LParen,
  LBrack,
  LBrace,
  RParen,
  RBrack,
  RBrace,
  Comma,
  Period,
  Semi,
  Colon,
  // Keywords, in the order of keyword_names.
  Break,
  Case,
  Chan,
  Const,
  Continue,
  Default,
  Defer,
  Else,
  Fallthrough,
  For,
  Func,
  Go,
  Goto,
  If,
  Import,
  Interface,
  Map,
  Package,
  Range,
  Return,
  Select,
  Struct,
  Switch,
  Type,
  Var,
};

struct Token {
  Tok kind = Tok::Eof;
  Pos pos;
  std::string text;  // identifier, raw literal, or what made a semicolon
  std::string value; // decoded string literal
  int64_t rune = 0;  // decoded character literal
};

const char *tok_text(Tok t);
/// Tokenises a whole file; the last token is Eof. Reports and throws SyntaxError on bad input.
std::vector<Token> lex(const std::string &text, uint16_t file, Diagnostics &diag);
/// Appends the UTF-8 of a code point (U+FFFD for what has none).
void append_utf8(std::string &out, int64_t rune);

} // namespace minigo
