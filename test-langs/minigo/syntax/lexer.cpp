// The scanner: one pass, one token at a time, no tables but the keyword list. Columns count bytes,
// as gc's do.
#include "syntax/lexer.h"
#include <cstring>

namespace minigo {

static const char *const keyword_names[] = {
    "break",  "case",        "chan", "const",   "continue", "default", "defer",
    "else",   "fallthrough", "for",  "func",    "go",       "goto",    "if",
    "import", "interface",   "map",  "package", "range",    "return",  "select",
    "struct", "switch",      "type", "var"};

const char *tok_text(Tok t) {
  static const char *const ops[] = {
      "EOF", "name",  "literal", "literal",   "literal", "literal", "literal", "+",   "-",   "*",
      "/",   "%",     "&",       "|",         "^",       "<<",      ">>",      "&^",  "+=",  "-=",
      "*=",  "/=",    "%=",      "&=",        "|=",      "^=",      "<<=",     ">>=", "&^=", "&&",
      "||",  "<-",    "++",      "--",        "==",      "!=",      "<",       "<=",  ">",   ">=",
      "=",   ":=",    "!",       "~",         "...",     "(",       "[",       "{",   ")",   "]",
      "}",   "comma", ".",       "semicolon", ":"};
  if (t >= Tok::Break)
    return keyword_names[int(t) - int(Tok::Break)];
  return ops[int(t)];
}

void append_utf8(std::string &out, int64_t r) {
  if (r < 0 || r > 0x10FFFF || (r >= 0xD800 && r <= 0xDFFF))
    r = 0xFFFD;
  if (r < 0x80)
    out += char(r);
  else if (r < 0x800)
    (out += char(0xC0 | r >> 6)) += char(0x80 | (r & 63));
  else if (r < 0x10000)
    ((out += char(0xE0 | r >> 12)) += char(0x80 | (r >> 6 & 63))) += char(0x80 | (r & 63));
  else
    (((out += char(0xF0 | r >> 18)) += char(0x80 | (r >> 12 & 63))) +=
     char(0x80 | (r >> 6 & 63))) += char(0x80 | (r & 63));
}

namespace {

class Lexer {
public:
  Lexer(const std::string &text, uint16_t file, Diagnostics &diag)
      : s_(text), file_(file), diag_(diag) {}

  std::vector<Token> run() {
    for (;;) {
      bool newline = skip_blank();
      if (newline && wants_semicolon())
        push_semi("newline", newline_pos_);
      if (i_ >= s_.size())
        break;
      scan();
    }
    if (wants_semicolon())
      push_semi("EOF", here());
    Token t;
    t.pos = here();
    out_.push_back(t);
    return std::move(out_);
  }

private:
  Pos here() const { return Pos{file_, line_, uint32_t(i_ - line_start_ + 1)}; }
  [[noreturn]] void fail(Pos pos, const std::string &message) {
    diag_.error(pos, message);
    throw SyntaxError{};
  }
  char at(size_t k = 0) const { return i_ + k < s_.size() ? s_[i_ + k] : '\0'; }
  void newline() {
    ++line_;
    line_start_ = i_;
  }

  bool wants_semicolon() const {
    if (out_.empty())
      return false;
    switch (out_.back().kind) {
    case Tok::Ident:
    case Tok::Int:
    case Tok::Float:
    case Tok::Imag:
    case Tok::Char:
    case Tok::String:
    case Tok::Break:
    case Tok::Continue:
    case Tok::Fallthrough:
    case Tok::Return:
    case Tok::Inc:
    case Tok::Dec:
    case Tok::RParen:
    case Tok::RBrack:
    case Tok::RBrace:
      return true;
    default:
      return false;
    }
  }
  void push_semi(const char *why, Pos pos) {
    Token t;
    t.kind = Tok::Semi;
    t.text = why;
    t.pos = pos;
    out_.push_back(t);
  }

  // Skips blanks and comments; true if a line ended among them.
  bool skip_blank() {
    bool ended = false;
    auto end_line = [&] {
      if (!ended)
        newline_pos_ = here();
      ended = true;
    };
    while (i_ < s_.size()) {
      char c = s_[i_];
      if (c == '\n') {
        end_line();
        ++i_;
        newline();
      } else if (c == ' ' || c == '\t' || c == '\r') {
        ++i_;
      } else if (c == '/' && at(1) == '/') {
        while (i_ < s_.size() && s_[i_] != '\n')
          ++i_;
      } else if (c == '/' && at(1) == '*') {
        Pos start = here();
        i_ += 2;
        while (!(at() == '*' && at(1) == '/')) {
          if (i_ >= s_.size())
            fail(start, "comment not terminated");
          if (s_[i_] == '\n') {
            end_line();
            ++i_;
            newline();
          } else
            ++i_;
        }
        i_ += 2;
      } else
        break;
    }
    return ended;
  }

  static bool letter(unsigned char c) { return isalpha(c) || c == '_' || c >= 0x80; }

  void scan() {
    Token t;
    t.pos = here();
    unsigned char c = s_[i_];
    if (letter(c)) {
      size_t b = i_;
      while (i_ < s_.size() && (letter(s_[i_]) || isdigit((unsigned char)s_[i_])))
        ++i_;
      t.text = s_.substr(b, i_ - b);
      t.kind = Tok::Ident;
      for (int k = 0; k <= int(Tok::Var) - int(Tok::Break); ++k)
        if (t.text == keyword_names[k])
          t.kind = Tok(int(Tok::Break) + k);
    } else if (isdigit(c) || (c == '.' && isdigit((unsigned char)at(1))))
      number(t);
    else if (c == '"')
      string(t);
    else if (c == '`')
      raw_string(t);
    else if (c == '\'')
      character(t);
    else
      op(t);
    out_.push_back(std::move(t));
  }

  void number(Token &t) {
    size_t b = i_;
    t.kind = Tok::Int;
    auto digits = [&](auto ok) {
      while (ok(at()) || at() == '_')
        ++i_;
    };
    auto dec = [](char c) { return c >= '0' && c <= '9'; };
    auto hex = [](char c) { return isxdigit((unsigned char)c) != 0; };
    char p = char(tolower(at(1)));
    if (at() == '0' && (p == 'x' || p == 'b' || p == 'o')) {
      i_ += 2;
      if (p == 'x') {
        digits(hex);
        if (at() == '.') {
          t.kind = Tok::Float;
          ++i_;
          digits(hex);
        }
        if (tolower(at()) == 'p') {
          t.kind = Tok::Float;
          ++i_;
          if (at() == '+' || at() == '-')
            ++i_;
          digits(dec);
        }
      } else
        digits(dec);
      if (i_ == b + 2)
        fail(t.pos, std::string(p == 'x'   ? "hexadecimal"
                                : p == 'b' ? "binary"
                                           : "octal") +
                        " literal has no digits");
      char top = p == 'b' ? '1' : p == 'o' ? '7' : 'f';
      for (size_t k = b + 2; p != 'x' && k < i_; ++k)
        if (dec(s_[k]) && s_[k] > top)
          fail(t.pos, std::string("invalid digit '") + s_[k] + "' in " +
                          (p == 'b' ? "binary" : "octal") + " literal");
    } else {
      digits(dec);
      if (at() == '.') {
        t.kind = Tok::Float;
        ++i_;
        digits(dec);
      }
      if (tolower(at()) == 'e') {
        t.kind = Tok::Float;
        ++i_;
        if (at() == '+' || at() == '-')
          ++i_;
        if (!dec(at()))
          fail(t.pos, "exponent has no digits");
        digits(dec);
      }
      if (t.kind == Tok::Int && s_[b] == '0' && i_ > b + 1)
        for (size_t k = b; k < i_; ++k)
          if (s_[k] > '7' && s_[k] != '_' && at() != 'i')
            fail(t.pos, std::string("invalid digit '") + s_[k] + "' in octal literal");
    }
    for (size_t k = b; k < i_; ++k)
      if (s_[k] != '_')
        t.text += s_[k];
    if (at() == 'i') {
      ++i_;
      t.kind = Tok::Imag;
    }
  }

  // One possibly escaped character of a literal. is_byte: \x and octal escapes name bytes.
  int64_t escape(char quote, bool &is_byte) {
    is_byte = false;
    Pos start = here();
    ++i_; // backslash
    char c = at();
    ++i_;
    auto take = [&](int n, int base) {
      int64_t v = 0;
      for (int k = 0; k < n; ++k, ++i_) {
        int d = isdigit((unsigned char)at())    ? at() - '0'
                : isxdigit((unsigned char)at()) ? tolower(at()) - 'a' + 10
                                                : 99;
        if (d >= base)
          fail(here(), "invalid character in escape sequence");
        v = v * base + d;
      }
      return v;
    };
    switch (c) {
    case 'a':
      return 7;
    case 'b':
      return 8;
    case 'f':
      return 12;
    case 'n':
      return 10;
    case 'r':
      return 13;
    case 't':
      return 9;
    case 'v':
      return 11;
    case '\\':
      return '\\';
    case 'x':
      is_byte = true;
      return take(2, 16);
    case 'u':
      return take(4, 16);
    case 'U':
      return take(8, 16);
    default:
      if (c == quote)
        return c;
      if (c >= '0' && c <= '7') {
        is_byte = true;
        --i_;
        return take(3, 8);
      }
      fail(start, "unknown escape");
    }
  }

  int64_t utf8_rune() {
    unsigned char c = s_[i_];
    int n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    int64_t r = n == 1 ? c : c & (0xFF >> (n + 1));
    for (int k = 1; k < n; ++k)
      r = r << 6 | (at(k) & 63);
    i_ += n;
    return r;
  }

  void string(Token &t) {
    t.kind = Tok::String;
    size_t b = i_++;
    while (at() != '"') {
      if (i_ >= s_.size() || s_[i_] == '\n')
        fail(i_ >= s_.size() ? t.pos : here(),
             i_ >= s_.size() ? "string not terminated" : "newline in string");
      if (s_[i_] == '\\') {
        bool byte;
        int64_t r = escape('"', byte);
        if (byte)
          t.value += char(r);
        else
          append_utf8(t.value, r);
      } else
        t.value += s_[i_++];
    }
    ++i_;
    t.text = s_.substr(b, i_ - b);
  }

  void raw_string(Token &t) {
    t.kind = Tok::String;
    size_t b = i_++;
    while (at() != '`') {
      if (i_ >= s_.size())
        fail(t.pos, "string not terminated");
      char c = s_[i_++];
      if (c == '\n')
        newline();
      if (c != '\r')
        t.value += c;
    }
    ++i_;
    t.text = s_.substr(b, i_ - b);
  }

  void character(Token &t) {
    t.kind = Tok::Char;
    size_t b = i_++;
    bool byte;
    if (at() == '\'')
      fail(t.pos, "empty rune literal or unescaped ' in rune literal");
    if (i_ >= s_.size() || at() == '\n')
      fail(t.pos, "newline in rune literal");
    t.rune = at() == '\\' ? escape('\'', byte) : utf8_rune();
    if (at() != '\'')
      fail(t.pos, "more than one character in rune literal");
    ++i_;
    t.text = s_.substr(b, i_ - b);
  }

  void op(Token &t) {
    struct Op {
      const char *text;
      Tok kind;
    };
    static const Op ops[] = {
        {"<<=", Tok::ShlAssign}, {">>=", Tok::ShrAssign}, {"&^=", Tok::AndNotAssign},
        {"...", Tok::Ellipsis},  {"&&", Tok::LAnd},       {"||", Tok::LOr},
        {"<-", Tok::Arrow},      {"++", Tok::Inc},        {"--", Tok::Dec},
        {"==", Tok::Eql},        {"!=", Tok::Neq},        {"<=", Tok::Leq},
        {">=", Tok::Geq},        {":=", Tok::Define},     {"+=", Tok::AddAssign},
        {"-=", Tok::SubAssign},  {"*=", Tok::MulAssign},  {"/=", Tok::QuoAssign},
        {"%=", Tok::RemAssign},  {"&=", Tok::AndAssign},  {"|=", Tok::OrAssign},
        {"^=", Tok::XorAssign},  {"<<", Tok::Shl},        {">>", Tok::Shr},
        {"&^", Tok::AndNot},     {"+", Tok::Add},         {"-", Tok::Sub},
        {"*", Tok::Mul},         {"/", Tok::Quo},         {"%", Tok::Rem},
        {"&", Tok::And},         {"|", Tok::Or},          {"^", Tok::Xor},
        {"<", Tok::Lss},         {">", Tok::Gtr},         {"=", Tok::Assign},
        {"!", Tok::Not},         {"~", Tok::Tilde},       {"(", Tok::LParen},
        {"[", Tok::LBrack},      {"{", Tok::LBrace},      {")", Tok::RParen},
        {"]", Tok::RBrack},      {"}", Tok::RBrace},      {",", Tok::Comma},
        {".", Tok::Period},      {";", Tok::Semi},        {":", Tok::Colon}};
    for (auto &o : ops)
      if (!s_.compare(i_, strlen(o.text), o.text)) {
        t.kind = o.kind;
        t.text = o.kind == Tok::Semi ? "semicolon" : o.text;
        i_ += strlen(o.text);
        return;
      }
    char buf[32];
    snprintf(buf, sizeof buf, "invalid character U+%04X", (unsigned char)s_[i_]);
    std::string m = buf;
    if (isprint((unsigned char)s_[i_]))
      m += std::string(" '") + s_[i_] + "'";
    fail(t.pos, m);
  }

  const std::string &s_;
  uint16_t file_;
  Diagnostics &diag_;
  size_t i_ = 0, line_start_ = 0;
  uint32_t line_ = 1;
  Pos newline_pos_;
  std::vector<Token> out_;
};

} // namespace

std::vector<Token> lex(const std::string &text, uint16_t file, Diagnostics &diag) {
  return Lexer(text, file, diag).run();
}

} // namespace minigo
