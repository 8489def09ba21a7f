// The REPL's language: from a line of text to a tree. What is wrong with a line is thrown, with its column.
#pragma once
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

struct Mistake {
  size_t column;
  std::string what;
};

struct Node {
  enum Kind { Number, Name, Call, Binary, Sequence, Assign, If, For, Yield } kind;
  size_t column;
  int64_t number = 0;
  std::string name{}; // or the operator
  std::vector<std::unique_ptr<Node>> of{};
};
using Tree = std::unique_ptr<Node>;

struct Line {
  std::string name; // of a definition; else ""
  std::vector<std::string> parameters;
  Tree body;
};

/// By recursive descent, as is all that later walks the tree: a line's length is what bounds its depth.
class Parser {
public:
  static constexpr size_t longest = 1000;

  explicit Parser(const std::string &text) : text_(text) {
    if (text.size() > longest)
      throw Mistake{longest + 1, "a line has at most " + std::to_string(longest) + " characters"};
    next();
  }

  Line line() {
    Line line;
    if (take("def")) {
      line.name = name("a function's name");
      need("(");
      while (!take(")")) {
        line.parameters.push_back(name("a parameter"));
        if (token_ != ")")
          need(",");
      }
      need("=");
    }
    line.body = sequence();
    if (!token_.empty())
      fail("'" + printable(token_) + "' is not expected here");
    return line;
  }

private:
  Tree sequence() {
    Tree left = expression();
    while (token_ == ";")
      left = two(Node::Sequence, std::move(left), [&] { return expression(); });
    return left;
  }
  Tree expression() {
    Tree n = node(Node::If);
    if (take("if")) {
      n->of.push_back(sequence());
      need("then");
      n->of.push_back(sequence());
      need("else");
      n->of.push_back(expression());
    } else if (take("for")) {
      n->kind = Node::For;
      n->name = name("a variable");
      need("in");
      n->of.push_back(operand());
      if (n->of[0]->kind != Node::Call)
        throw Mistake{n->of[0]->column, "a loop is over a call"};
      need("do");
      n->of.push_back(expression());
    } else if (take("yield")) {
      n->kind = Node::Yield;
      n->of.push_back(expression());
    } else {
      n = binary(0);
      if (token_ != "=" || n->kind != Node::Name)
        return n;
      next();
      n->kind = Node::Assign;
      n->of.push_back(expression());
    }
    return n;
  }
  Tree binary(size_t level) {
    static const std::vector<const char *> operators[] = {
        {"<", "<=", ">", ">=", "==", "!="}, {"+", "-"}, {"*", "/", "%"}};
    if (level == std::size(operators))
      return operand();
    Tree left = binary(level + 1);
    while (contains(operators[level], token_))
      left = two(Node::Binary, std::move(left), [&] { return binary(level + 1); });
    return left;
  }
  Tree operand() {
    Tree n = node(Node::Number);
    if (take("(")) {
      n = sequence();
      need(")");
    } else if (take("-")) { // 0 - E
      n->kind = Node::Binary;
      n->name = "-";
      n->of.push_back(node(Node::Number));
      n->of.push_back(operand());
    } else if (isdigit(first())) {
      const char *end = token_.data() + token_.size();
      if (auto read = std::from_chars(token_.data(), end, n->number); read.ec != std::errc() || read.ptr != end)
        fail("'" + token_ + "' is no 64-bit number");
      next();
    } else {
      n->kind = Node::Name;
      n->name = name("an expression");
      if (take("(")) {
        n->kind = Node::Call;
        while (!take(")")) {
          n->of.push_back(sequence());
          if (token_ != ")")
            need(",");
        }
      }
    }
    return n;
  }

  static std::string printable(const std::string &token) { // a terminal obeys the bytes that are not
    std::string text;
    for (unsigned char c : token)
      if (isprint(c))
        text += char(c);
      else
        text += {'\\', 'x', "0123456789abcdef"[c / 16], "0123456789abcdef"[c % 16]};
    return text;
  }
  static bool contains(const std::vector<const char *> &all, const std::string &one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  }
  Tree node(Node::Kind kind) { return Tree(new Node{kind, column_}); }
  template <class Right> Tree two(Node::Kind kind, Tree left, Right right) {
    Tree n = node(kind);
    n->name = token_;
    next();
    n->of.push_back(std::move(left));
    n->of.push_back(right());
    return n;
  }
  std::string name(const char *what) {
    static const std::vector<const char *> words = {"def", "if", "then", "else", "for", "in", "do", "yield"};
    if (!(isalpha(first()) || first() == '_') || contains(words, token_))
      fail(std::string(what) + " is missing");
    std::string is = token_;
    next();
    return is;
  }
  int first() const { return static_cast<unsigned char>(token_[0]); } // 0 at the end of the line
  bool take(const char *token) {
    if (token_ != token)
      return false;
    next();
    return true;
  }
  void need(const char *token) {
    if (!take(token))
      fail(std::string("'") + token + "' is missing");
  }
  [[noreturn]] void fail(const std::string &what) { throw Mistake{column_, what}; }
  void next() {
    while (at_ < text_.size() && isspace(static_cast<unsigned char>(text_[at_])))
      ++at_;
    size_t start = at_;
    auto word = [&] { return at_ < text_.size() && (isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_'); };
    if (word())
      while (word())
        ++at_;
    else if (at_ < text_.size())
      at_ += text_[at_] && strchr("<>=!", text_[at_]) && text_.substr(at_ + 1, 1) == "=" ? 2 : 1;
    token_ = text_.substr(start, at_ - start);
    column_ = start + 1;
  }

  std::string text_, token_;
  size_t at_ = 0, column_ = 0;
};

