// The rule is the longest match: a run of identifier characters and strings is one token, and what it
// is follows from the whole run, so `nop"x"` is an unknown operator and not two tokens.
#include "syntax/lexer.h"
#include "syntax/module.h"
#include <unordered_set>

namespace wat {

size_t utf8_sequence(std::string_view s) {
  if (s.empty())
    return 0;
  auto at = [&](size_t k) { return k < s.size() ? uint8_t(s[k]) : 0; };
  auto in = [&](size_t k, uint8_t lo, uint8_t hi) { return at(k) >= lo && at(k) <= hi; };
  uint8_t b = at(0);
  if (b < 0x80)
    return 1;
  if (b >= 0xc2 && b <= 0xdf)
    return in(1, 0x80, 0xbf) ? 2 : 0;
  if (b >= 0xe0 && b <= 0xef) { // no overlong forms, no surrogates
    uint8_t lo = b == 0xe0 ? 0xa0 : 0x80, hi = b == 0xed ? 0x9f : 0xbf;
    return in(1, lo, hi) && in(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (b >= 0xf0 && b <= 0xf4) { // up to U+10FFFF
    uint8_t lo = b == 0xf0 ? 0x90 : 0x80, hi = b == 0xf4 ? 0x8f : 0xbf;
    return in(1, lo, hi) && in(2, 0x80, 0xbf) && in(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view s) {
  while (!s.empty()) {
    size_t n = utf8_sequence(s);
    if (!n)
      return false;
    s.remove_prefix(n);
  }
  return true;
}

static void append_utf8(std::string &out, uint32_t c) {
  if (c < 0x80) {
    out += char(c);
    return;
  }
  if (c < 0x800)
    out += char(0xc0 | c >> 6);
  else {
    if (c < 0x10000)
      out += char(0xe0 | c >> 12);
    else {
      out += char(0xf0 | c >> 18);
      out += char(0x80 | (c >> 12 & 63));
    }
    out += char(0x80 | (c >> 6 & 63));
  }
  out += char(0x80 | (c & 63));
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static int hex_value(char c) {
  return is_digit(c)            ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_idchar(char c) {
  return is_letter(c) || is_digit(c) ||
         (c && std::string_view("_+-*/\\^~=<>!?@#$%&|:`.'").find(c) != std::string_view::npos);
}

/// Takes digits with single underscores between them off the front of \p s.
static bool take_digits(std::string_view &s, bool hex) {
  auto digit = [&](size_t k) {
    return k < s.size() && (hex ? hex_value(s[k]) >= 0 : is_digit(s[k]));
  };
  size_t k = 0;
  while (digit(k) || (k && k < s.size() && s[k] == '_' && digit(k + 1)))
    ++k;
  s.remove_prefix(k);
  return k != 0;
}

/// Nat, Int or Float when all of \p s is a number, else Bad.
static Token::Kind number_kind(std::string_view s) {
  bool sign = !s.empty() && (s[0] == '+' || s[0] == '-');
  if (sign)
    s.remove_prefix(1);
  if (s == "inf" || s == "nan")
    return Token::Float;
  if (s.starts_with("nan:0x")) {
    s.remove_prefix(6);
    return take_digits(s, true) && s.empty() ? Token::Float : Token::Bad;
  }
  bool hex = s.starts_with("0x");
  if (hex)
    s.remove_prefix(2);
  if (!take_digits(s, hex))
    return Token::Bad;
  if (s.empty())
    return sign ? Token::Int : Token::Nat;
  if (s[0] == '.') {
    s.remove_prefix(1);
    take_digits(s, hex);
  }
  if (!s.empty() && (hex ? s[0] == 'p' || s[0] == 'P' : s[0] == 'e' || s[0] == 'E')) {
    s.remove_prefix(1);
    if (!s.empty() && (s[0] == '+' || s[0] == '-'))
      s.remove_prefix(1);
    if (!take_digits(s, false))
      return Token::Bad;
  }
  return s.empty() ? Token::Float : Token::Bad;
}

/// Whether \p s is a word of the grammar: an instruction's name or one of these.
static Token::Kind keyword_kind(std::string_view s) {
  static const std::unordered_set<std::string_view> words = {"i8",
                                                             "i16",
                                                             "i32",
                                                             "i64",
                                                             "f32",
                                                             "f64",
                                                             "any",
                                                             "anyref",
                                                             "none",
                                                             "nullref",
                                                             "eq",
                                                             "eqref",
                                                             "i31",
                                                             "i31ref",
                                                             "structref",
                                                             "arrayref",
                                                             "nofunc",
                                                             "funcref",
                                                             "nullfuncref",
                                                             "exn",
                                                             "noexn",
                                                             "exnref",
                                                             "nullexnref",
                                                             "extern",
                                                             "noextern",
                                                             "externref",
                                                             "nullexternref",
                                                             "nocont",
                                                             "contref",
                                                             "nullcontref",
                                                             "ref",
                                                             "null",
                                                             "array",
                                                             "struct",
                                                             "field",
                                                             "mut",
                                                             "cont",
                                                             "sub",
                                                             "final",
                                                             "rec",
                                                             "then",
                                                             "catch",
                                                             "catch_ref",
                                                             "catch_all",
                                                             "catch_all_ref",
                                                             "on",
                                                             "ref.struct",
                                                             "ref.array",
                                                             "ref.exn",
                                                             "ref.extern",
                                                             "ref.host",
                                                             "type",
                                                             "func",
                                                             "param",
                                                             "result",
                                                             "start",
                                                             "local",
                                                             "global",
                                                             "table",
                                                             "memory",
                                                             "tag",
                                                             "elem",
                                                             "data",
                                                             "declare",
                                                             "offset",
                                                             "item",
                                                             "import",
                                                             "export",
                                                             "module",
                                                             "binary",
                                                             "quote",
                                                             "definition",
                                                             "instance",
                                                             "script",
                                                             "register",
                                                             "invoke",
                                                             "get",
                                                             "assert_malformed",
                                                             "assert_invalid",
                                                             "assert_malformed_custom",
                                                             "assert_invalid_custom",
                                                             "assert_unlinkable",
                                                             "assert_return",
                                                             "assert_trap",
                                                             "assert_exception",
                                                             "assert_exhaustion",
                                                             "assert_suspension",
                                                             "nan:canonical",
                                                             "nan:arithmetic",
                                                             "either",
                                                             "input",
                                                             "output"};
  if (s.size() < 2 || !(s[0] >= 'a' && s[0] <= 'z'))
    return Token::Bad;
  if (words.count(s) || find_op(s))
    return Token::Keyword;
  for (char c : s)
    if (!is_letter(c) && !is_digit(c) && c != '_' && c != '.' && c != ':')
      return Token::Bad;
  std::string_view family = s.substr(0, s.find('.'));
  for (const char *simd : {"v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2"})
    if (family == simd)
      return Token::Foreign;
  bool threads =
      s == "shared" || s == "atomic.fence" || s.find(".atomic.") != std::string_view::npos;
  return threads ? Token::Foreign : Token::Bad;
}

class Lexer {
public:
  Lexer(std::string_view text, Tokens &out) : rest_(text), out_(out) {}

  void run() {
    try {
      while (token())
        ;
    } catch (const Error &e) {
      add(Token::Bad, e.pos, {}, e.message);
    }
  }

private:
  [[noreturn]] void fail(Pos pos, const std::string &message) {
    throw Error{Error::Malformed, pos, message};
  }

  void add(Token::Kind kind, Pos pos, std::string_view text) {
    out_.all_.push_back({kind, pos, text, nullptr});
  }
  void add(Token::Kind kind, Pos pos, std::string_view text, std::string decoded) {
    out_.strings_.push_back(std::move(decoded));
    out_.all_.push_back({kind, pos, text, &out_.strings_.back()});
  }

  char peek(size_t k = 0) const { return k < rest_.size() ? rest_[k] : 0; }
  bool at(std::string_view s) const { return rest_.starts_with(s); }

  /// Moves past \p n bytes that are no newline.
  std::string_view skip(size_t n) {
    std::string_view s = rest_.substr(0, n);
    rest_.remove_prefix(s.size());
    pos_.column += uint32_t(s.size());
    return s;
  }
  void newline() {
    rest_.remove_prefix(at("\r\n") ? 2 : 1);
    ++pos_.line;
    pos_.column = 1;
  }
  static bool is_newline(char c) { return c == '\n' || c == '\r'; }

  /// The length of the string literal at \p k, or 0. Then \p stop is the offset of what ended it.
  size_t string_length(size_t k, size_t &stop) const {
    size_t p = k + 1;
    while (p < rest_.size()) {
      char c = rest_[p];
      if (c == '"')
        return p + 1 - k;
      size_t n = character(p);
      if (!n)
        break;
      p += n;
    }
    stop = p;
    return 0;
  }

  /// The length of one character or escape of a string literal, or 0.
  size_t character(size_t p) const {
    char c = peek(p);
    if (c == '\\') {
      char e = p + 1 < rest_.size() ? peek(p + 1) : 0;
      if (e && std::string_view("nrt\\'\"").find(e) != std::string_view::npos)
        return 2;
      if (hex_value(e) >= 0 && p + 2 < rest_.size() && hex_value(peek(p + 2)) >= 0)
        return 3;
      if (e == 'u' && peek(p + 2) == '{') {
        std::string_view digits = rest_.substr(p + 3), left = digits;
        if (take_digits(left, true) && !left.empty() && left[0] == '}')
          return 3 + (digits.size() - left.size()) + 1;
      }
      return 0;
    }
    if (uint8_t(c) < 0x20 || c == 0x7f)
      return 0;
    return utf8_sequence(rest_.substr(p));
  }

  std::string decode(std::string_view s, Pos pos) { // with its quotes
    std::string out;
    for (size_t k = 1; k + 1 < s.size(); ++k) {
      if (s[k] != '\\') {
        out += s[k];
        continue;
      }
      char c = s[++k];
      if (c == 'n')
        out += '\n';
      else if (c == 'r')
        out += '\r';
      else if (c == 't')
        out += '\t';
      else if (c == '\\' || c == '\'' || c == '"')
        out += c;
      else if (c == 'u') {
        uint32_t n = 0;
        for (k += 2; s[k] != '}'; ++k)
          if (s[k] != '_') {
            n = n * 16 + uint32_t(hex_value(s[k]));
            if (n > 0x10ffff)
              fail(pos, "illegal escape: no such code point");
          }
        if (n >= 0xd800 && n < 0xe000)
          fail(pos, "illegal escape: a surrogate is no code point");
        append_utf8(out, n);
      } else {
        out += char(hex_value(c) * 16 + hex_value(s[k + 1]));
        ++k;
      }
    }
    return out;
  }

  [[noreturn]] void bad_string(size_t stop, bool in_annotation) {
    Pos end = pos_;
    end.column += uint32_t(stop);
    if (stop >= rest_.size() || rest_[stop] == '\n' || (!in_annotation && rest_[stop] == '\r'))
      fail(pos_, "unclosed string literal");
    uint8_t c = uint8_t(rest_[stop]);
    if (c == '\\')
      fail(end, "illegal escape");
    if (c < 0x20 && (in_annotation || c != '\t'))
      fail(end, "illegal control character in string literal");
    if (in_annotation && c < 0x80)
      fail(end, "illegal control character in string literal");
    fail(end, "malformed UTF-8 encoding");
  }

  /// The longest run of identifier characters and string literals.
  size_t run_length() const {
    size_t k = 0, stop;
    for (;;) {
      if (k < rest_.size() && is_idchar(rest_[k]))
        ++k;
      else if (size_t n; k < rest_.size() && rest_[k] == '"' && (n = string_length(k, stop)))
        k += n;
      else
        return k;
    }
  }

  bool token() {
    Pos pos = pos_;
    if (rest_.empty()) {
      add(Token::Eof, pos, {});
      return false;
    }
    char c = rest_[0];
    if (is_newline(c))
      newline();
    else if (c == ' ' || c == '\t')
      skip(1);
    else if (at(";;"))
      line_comment();
    else if (at("(;"))
      block_comment();
    else if (at("(@"))
      annotation();
    else if (c == '(')
      add(Token::LPar, pos, skip(1));
    else if (c == ')')
      add(Token::RPar, pos, skip(1));
    else if (size_t n = run_length())
      word(pos, n);
    else if (c == '"') {
      size_t stop = 0;
      string_length(0, stop);
      bad_string(stop, false);
    } else if (is_bracket(c))
      fail(pos, std::string("unknown operator ") + c);
    else if (uint8_t(c) < 0x20)
      fail(pos, "misplaced control character");
    else if (uint8_t(c) >= 0x80 && utf8_sequence(rest_))
      fail(pos, "misplaced unicode character");
    else
      fail(pos, "malformed UTF-8 encoding");
    return true;
  }

  static bool is_bracket(char c) {
    return c && std::string_view(",;[]{}").find(c) != std::string_view::npos;
  }

  /// What a whole run is.
  void word(Pos pos, size_t n) {
    std::string_view s = skip(n);
    size_t inner = s.find('"');
    if (s[0] == '"' && whole_string(s))
      return add(Token::String, pos, s, decode(s, pos));
    if (s[0] == '$') {
      std::string_view id = s.substr(1);
      if (id.empty())
        fail(pos, "empty identifier");
      if (inner == std::string_view::npos)
        return add(Token::Var, pos, s, std::string(id));
      if (inner == 1 && whole_string(id)) {
        std::string name = decode(id, pos);
        if (name.empty())
          fail(pos, "empty identifier");
        return add(is_utf8(name) ? Token::Var : Token::Bad, pos, s,
                   is_utf8(name) ? name : "malformed UTF-8 encoding");
      }
    } else if (inner == std::string_view::npos) {
      if (Token::Kind k = number_kind(s); k != Token::Bad)
        return add(k, pos, s);
      if (Token::Kind k = keyword_kind(s); k != Token::Bad)
        return add(k, pos, s);
      if (s.starts_with("offset=") && number_kind(s.substr(7)) == Token::Nat)
        return add(Token::OffsetEq, pos, s.substr(7));
      if (s.starts_with("align=") && number_kind(s.substr(6)) == Token::Nat)
        return add(Token::AlignEq, pos, s.substr(6));
    }
    add(Token::Bad, pos, s, "unknown operator " + std::string(s));
  }

  /// Whether a run that starts with a string is that string and no more.
  static bool whole_string(std::string_view s) {
    size_t k = 1;
    while (s[k] != '"')
      k += s[k] == '\\' ? 2 : 1;
    return k + 1 == s.size();
  }

  void line_comment() {
    while (!rest_.empty() && !is_newline(rest_[0])) {
      size_t n = utf8_sequence(rest_);
      if (!n)
        fail(pos_, "malformed UTF-8 encoding");
      skip(n);
    }
  }

  void block_comment() {
    std::vector<Pos> open;
    do {
      if (at("(;")) {
        open.push_back(pos_);
        skip(2);
      } else if (at(";)")) {
        open.pop_back();
        skip(2);
      } else if (rest_.empty())
        fail(open.back(), "unclosed comment");
      else if (is_newline(rest_[0]))
        newline();
      else if (size_t n = utf8_sequence(rest_))
        skip(n);
      else
        fail(pos_, "malformed UTF-8 encoding");
    } while (!open.empty());
  }

  /// `(@id ...)` is skipped, but what stands in it must be tokens.
  void annotation() {
    std::vector<Pos> open;
    do {
      char c = peek();
      if (rest_.empty())
        fail(open.back(), "unclosed annotation");
      if (at("(@") && (open.empty() || is_idchar(peek(2)) || peek(2) == '"')) {
        open.push_back(pos_);
        skip(2);
        annotation_id(open.size() > 1);
      } else if (at(";;"))
        line_comment();
      else if (at("(;"))
        block_comment();
      else if (c == '(') {
        open.push_back(pos_);
        skip(1);
      } else if (c == ')') {
        open.pop_back();
        skip(1);
      } else if (is_newline(c))
        newline();
      else if (c == ' ' || c == '\t' || is_bracket(c))
        skip(1);
      else if (size_t n = run_length()) {
        if (rest_.substr(0, n) == "$" || rest_.substr(0, n) == "$\"\"")
          fail(pos_, "empty identifier");
        skip(n);
      } else if (c == '"') {
        size_t stop = 0;
        string_length(0, stop);
        bad_string(stop, true);
      } else
        fail(pos_, utf8_sequence(rest_) ? "illegal character" : "malformed UTF-8 encoding");
    } while (!open.empty());
  }

  /// With \p nested, `(@` before what is no id is just a parenthesis.
  void annotation_id(bool nested) {
    size_t n = 0, stop = 0;
    while (n < rest_.size() && is_idchar(rest_[n]))
      ++n;
    if (!n && peek() == '"') {
      n = string_length(0, stop);
      if (!n && nested)
        return;
      if (!n)
        fail(pos_, "empty annotation id");
      std::string name = decode(rest_.substr(0, n), pos_);
      if (name.empty())
        fail(pos_, "empty annotation id");
      if (!is_utf8(name))
        fail(pos_, "malformed UTF-8 encoding");
    }
    if (!n)
      fail(pos_, "empty annotation id");
    skip(n);
  }

  std::string_view rest_;
  Tokens &out_;
  Pos pos_{1, 1};
};

Tokens::Tokens(std::string_view text) { Lexer(text, *this).run(); }

} // namespace wat
