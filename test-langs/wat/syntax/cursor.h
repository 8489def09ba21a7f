// Walking over tokens, for the parsers of modules and of scripts.
#pragma once
#include "syntax/lexer.h"
#include "syntax/module.h"

namespace wat {

class Cursor {
public:
  Cursor(const Tokens &tokens, size_t at) : tokens_(tokens), at_(at) {}
  size_t position() const { return at_; }

protected:
  /// The next token; complains when it is one that no grammar has.
  const Token &peek() const {
    const Token &t = tokens_[at_];
    if (t.kind >= Token::Bad)
      bad(t);
    return t;
  }
  /// A later token, which may be Bad: nobody has got there yet.
  const Token &ahead(size_t k) const { return tokens_[std::min(at_ + k, tokens_.size() - 1)]; }
  const Token &next() {
    const Token &t = peek();
    if (t.kind != Token::Eof)
      ++at_;
    return t;
  }

  bool is(Token::Kind k) const { return peek().kind == k; }
  bool is_keyword(std::string_view word) const { return is(Token::Keyword) && peek().text == word; }
  /// At `(word`.
  bool opens(std::string_view word) const {
    return is(Token::LPar) && ahead(1).kind == Token::Keyword && ahead(1).text == word;
  }
  bool take(Token::Kind k) { return is(k) && (next(), true); }
  bool take_keyword(std::string_view word) { return is_keyword(word) && (next(), true); }
  bool take_open(std::string_view word) { return opens(word) && (at_ += 2, true); }

  const Token &expect(Token::Kind k) {
    if (!is(k))
      unexpected();
    return next();
  }
  void close() { expect(Token::RPar); }

  [[noreturn]] void fail(Pos pos, const std::string &message) const {
    throw Error{Error::Malformed, pos, message};
  }
  [[noreturn]] void unexpected() const {
    const Token &t = peek(); // `(foo` is about foo
    if (t.kind == Token::LPar && ahead(1).kind >= Token::Bad)
      bad(ahead(1));
    fail(t.pos, "unexpected token");
  }

  /// A string that must be UTF-8.
  std::string name() {
    const Token &t = expect(Token::String);
    if (!is_utf8(*t.decoded))
      fail(t.pos, "malformed UTF-8 encoding");
    return *t.decoded;
  }
  /// Strings one after another, which need not be UTF-8.
  std::string strings() {
    std::string s;
    while (is(Token::String))
      s += *next().decoded;
    return s;
  }

  /// The token after the parenthesis that closes the one at \p k, or the end or bad token before. With
  /// \p past_bad only a bad token that ends the text counts.
  size_t skip_from(size_t k, bool past_bad = false) const {
    for (size_t depth = 0;; ++k) {
      Token::Kind kind = tokens_[k].kind;
      if (kind == Token::Eof || (kind == Token::Bad && (!past_bad || k + 1 == tokens_.size())))
        return k;
      if (kind == Token::LPar)
        ++depth;
      else if (kind == Token::RPar && --depth == 0)
        return k + 1;
    }
  }

  const Tokens &tokens_;
  size_t at_;

private:
  [[noreturn]] static void bad(const Token &t) {
    if (t.kind == Token::Foreign)
      throw Error{Error::NotSupported, t.pos, "not supported: " + std::string(t.text)};
    throw Error{Error::Malformed, t.pos, *t.decoded};
  }
};

} // namespace wat
