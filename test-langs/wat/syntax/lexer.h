// From text to tokens. The whole text is cut at once, but a lexical error is a token too: it counts
// only when the parser gets there, so that the first complaint is the first in the text.
#pragma once
#include "syntax/types.h"
#include <deque>
#include <string_view>

namespace wat {

struct Token {
  enum Kind : uint8_t {
    LPar,
    RPar,
    Nat,      // digits without a sign
    Int,      // with a sign
    Float,    // also inf and nan
    String,   // decoded
    Var,      // decoded, without the $
    Keyword,  // one that exists
    OffsetEq, // text: the number after offset=
    AlignEq,  // text: the number after align=
    Eof,
    Bad,     // decoded: the complaint
    Foreign, // a keyword of what is not supported
  };
  Kind kind = Eof;
  Pos pos;
  std::string_view text;                // as it stands in the source
  const std::string *decoded = nullptr; // String, Var, Bad
};

/// Borrows the text; the last token is Eof or Bad.
class Tokens {
public:
  explicit Tokens(std::string_view text);
  Tokens(const Tokens &) = delete; // tokens point into strings_
  const Token &operator[](size_t k) const { return all_[k]; }
  size_t size() const { return all_.size(); }

private:
  friend class Lexer;
  std::vector<Token> all_;
  std::deque<std::string> strings_;
};

/// The bytes of the well-formed UTF-8 sequence that \p s starts with, 0 when there is none.
size_t utf8_sequence(std::string_view s);
bool is_utf8(std::string_view s);

} // namespace wat
