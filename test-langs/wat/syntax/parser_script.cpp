// The parser of scripts. Its modules in text form are parsed on the way, by ModuleParser.
#include "syntax/number.h"
#include "syntax/parse.h"
#include "syntax/parser.h"
#include "syntax/script.h"

namespace wat {

const char *to_text(Command::Kind k) {
  static const char *const names[] = {"module definition",
                                      "module instance",
                                      "module",
                                      "register",
                                      "action",
                                      "assert_return",
                                      "assert_trap",
                                      "assert_exhaustion",
                                      "assert_exception",
                                      "assert_suspension",
                                      "assert_malformed",
                                      "assert_invalid",
                                      "assert_malformed_custom",
                                      "assert_invalid_custom",
                                      "assert_unlinkable",
                                      "assert_trap",
                                      "command"};
  return names[k];
}

namespace {

class ScriptParser : Cursor {
public:
  explicit ScriptParser(const Tokens &t) : Cursor(t, 0) {}
  std::vector<Command> parse();

private:
  Command command();
  bool module_command(Command &c);
  void module_body(Definition &d);
  void optional_name(std::optional<std::string> &n) {
    if (is(Token::Var))
      n = *next().decoded;
  }
  Action action();
  void assertion(Command &c, std::string_view word);
  Value value(bool result);
  void number(Value &v, std::string_view word, bool result);
  void inline_module(std::vector<Command> &out);
};

std::vector<Command> ScriptParser::parse() {
  std::vector<Command> out;
  for (;;) {
    size_t start = at_;
    try {
      if (is(Token::Eof))
        return out;
      if (out.empty() && is(Token::LPar) && ahead(1).kind == Token::Keyword) {
        std::string_view w = ahead(1).text;
        if (w == "type" || w == "rec" || w == "import" || w == "func" || w == "table" ||
            w == "memory" || w == "global" || w == "tag" || w == "elem" || w == "data" ||
            w == "export" || w == "start") {
          inline_module(out);
          return out;
        }
      }
      out.push_back(command());
    } catch (const Error &e) {
      Command c;
      c.kind = Command::Broken;
      c.pos = tokens_[start].pos;
      c.error = e;
      out.push_back(std::move(c));
      if (tokens_[start].kind != Token::LPar)
        return out;
      at_ = skip_from(start, true);
      if (at_ + 1 == tokens_.size())
        return out;
    }
  }
}

/// The rest of the text is the fields of one module.
void ScriptParser::inline_module(std::vector<Command> &out) {
  Command c;
  c.kind = Command::DefineAndInstantiate;
  c.pos = peek().pos;
  Definition d;
  d.pos = c.pos;
  try {
    ModuleParser p(tokens_, at_);
    d.module = p.fields();
    at_ = p.position();
    expect(Token::Eof);
  } catch (const Error &e) {
    d.error = e;
  }
  c.definition = std::move(d);
  out.push_back(std::move(c));
}

/// After `(module`, `definition?` and the name: what the module is, up to and with its `)`.
void ScriptParser::module_body(Definition &d) {
  if (take_keyword("binary"))
    d.form = Definition::Binary;
  else if (take_keyword("quote"))
    d.form = Definition::Quote;
  if (d.form != Definition::Text) {
    d.bytes = strings();
    close();
    return;
  }
  ModuleParser p(tokens_, at_);
  d.module = p.fields();
  at_ = p.position();
  close();
}

/// `(module ...)` of any kind; false when there is none.
bool ScriptParser::module_command(Command &c) {
  size_t start = at_;
  c.pos = peek().pos;
  if (!take_open("module"))
    return false;
  if (take_keyword("instance")) {
    c.kind = Command::NewInstance;
    optional_name(c.name);
    optional_name(c.module_name);
    if (!c.module_name)
      std::swap(c.name, c.module_name); // one name is the module's
    close();
    return true;
  }
  c.kind = take_keyword("definition") ? Command::DefineModule : Command::DefineAndInstantiate;
  optional_name(c.name);
  Definition d;
  d.pos = c.pos;
  try {
    module_body(d);
  } catch (const Error &e) {
    d.error = e;
    at_ = skip_from(start, true);
    if (tokens_[at_].kind == Token::Bad && at_ + 1 == tokens_.size())
      throw; // what comes after cannot be told
  }
  d.module.name = c.name.value_or("");
  c.definition = std::move(d);
  return true;
}

void ScriptParser::number(Value &v, std::string_view word, bool result) {
  v.type = word == "i32.const"   ? ValType::I32
           : word == "i64.const" ? ValType::I64
           : word == "f32.const" ? ValType::F32
                                 : ValType::F64;
  const Token &t = next();
  if (result && t.kind == Token::Keyword &&
      (t.text == "nan:canonical" || t.text == "nan:arithmetic")) {
    if (v.type.kind < ValType::F32)
      fail(t.pos, "NaN pattern with non-float type");
    v.kind = t.text == "nan:canonical" ? Value::NanCanonical : Value::NanArithmetic;
    return;
  }
  if (t.kind != Token::Nat && t.kind != Token::Int && t.kind != Token::Float)
    fail(t.pos, "unexpected token");
  bool ok = v.type.kind == ValType::I32   ? parse_int(t.text, 32, v.bits)
            : v.type.kind == ValType::I64 ? parse_int(t.text, 64, v.bits)
            : v.type.kind == ValType::F32 ? parse_f32(t.text, v.bits)
                                          : parse_f64(t.text, v.bits);
  if (!ok)
    fail(t.pos, "constant out of range");
}

Value ScriptParser::value(bool result) {
  Value v;
  v.pos = expect(Token::LPar).pos;
  const Token &word = expect(Token::Keyword);
  std::string_view w = word.text;
  static const std::pair<std::string_view, HeapType> patterns[] = {
      {"ref", HeapType::Any},         {"ref.eq", HeapType::Eq},
      {"ref.i31", HeapType::I31},     {"ref.struct", HeapType::Struct},
      {"ref.array", HeapType::Array}, {"ref.func", HeapType::Func},
      {"ref.exn", HeapType::Exn},     {"ref.extern", HeapType::Extern}};
  if (w == "i32.const" || w == "i64.const" || w == "f32.const" || w == "f64.const")
    number(v, w, result);
  else if (w == "ref.null" && result && is(Token::RPar))
    v.kind = Value::AnyNull;
  else if (w == "ref.null") {
    v.kind = Value::RefNull;
    ModuleParser p(tokens_, at_);
    v.heap = p.heap_type();
    at_ = p.position();
  } else if (w == "ref.host" || (w == "ref.extern" && !(result && is(Token::RPar)))) {
    v.kind = w == "ref.host" ? Value::RefHost : Value::RefExtern;
    const Token &n = expect(Token::Nat);
    if (!parse_nat(n.text, 32, v.bits))
      fail(n.pos, "i32 constant out of range");
  } else if (w == "either" && result) {
    // Flat, since a choice between choices says no more than all of them at once.
    v.kind = Value::Either;
    for (size_t depth = 1; depth;) {
      if (take_open("either"))
        ++depth;
      else if (depth > 1 && take(Token::RPar))
        --depth;
      else if (depth == 1 && is(Token::RPar))
        break;
      else
        v.choices.push_back(value(true));
    }
    if (v.choices.empty())
      unexpected();
  } else {
    v.kind = Value::RefType;
    bool found = false;
    for (auto &[text, heap] : patterns)
      if (result && w == text) {
        v.heap = heap;
        found = true;
      }
    if (!found)
      fail(word.pos, "unexpected token");
  }
  close();
  return v;
}

Action ScriptParser::action() {
  Action a;
  a.pos = peek().pos;
  a.get = opens("get");
  if (!a.get && !opens("invoke"))
    unexpected();
  at_ += 2;
  optional_name(a.instance);
  a.name = name();
  while (!a.get && is(Token::LPar))
    a.args.push_back(value(false));
  close();
  return a;
}

void ScriptParser::assertion(Command &c, std::string_view word) {
  static const std::pair<std::string_view, Command::Kind> kinds[] = {
      {"assert_malformed", Command::AssertMalformed},
      {"assert_invalid", Command::AssertInvalid},
      {"assert_malformed_custom", Command::AssertMalformedCustom},
      {"assert_invalid_custom", Command::AssertInvalidCustom},
      {"assert_unlinkable", Command::AssertUnlinkable},
      {"assert_return", Command::AssertReturn},
      {"assert_trap", Command::AssertTrap},
      {"assert_exception", Command::AssertException},
      {"assert_exhaustion", Command::AssertExhaustion},
      {"assert_suspension", Command::AssertSuspension}};
  bool found = false;
  for (auto &[text, kind] : kinds)
    if (word == text) {
      c.kind = kind;
      found = true;
    }
  if (!found)
    unexpected();
  at_ += 2;
  Pos pos = c.pos;
  Command::Kind kind = c.kind;
  bool on_module =
      opens("module") && (kind == Command::AssertTrap || kind == Command::AssertUnlinkable);
  if (on_module || kind == Command::AssertMalformed || kind == Command::AssertInvalid ||
      kind == Command::AssertMalformedCustom || kind == Command::AssertInvalidCustom) {
    Pos at = peek().pos;
    if (!module_command(c))
      unexpected();
    if (on_module && c.kind == Command::DefineModule)
      fail(at, "misplaced module definition");
    if (!on_module && c.kind == Command::NewInstance)
      fail(at, "unexpected token");
    c.kind = kind == Command::AssertTrap ? Command::AssertUninstantiable : kind;
    c.pos = pos;
  } else
    c.action = action();
  if (kind == Command::AssertReturn)
    while (is(Token::LPar))
      c.results.push_back(value(true));
  else if (kind != Command::AssertException)
    c.text = *expect(Token::String).decoded;
  close();
}

Command ScriptParser::command() {
  Command c;
  c.pos = peek().pos;
  if (!is(Token::LPar) || ahead(1).kind != Token::Keyword)
    unexpected();
  std::string_view word = ahead(1).text;
  if (module_command(c))
    return c;
  if (word == "invoke" || word == "get") {
    c.kind = Command::Run;
    c.action = action();
  } else if (word == "register") {
    at_ += 2;
    c.kind = Command::Register;
    c.text = name();
    optional_name(c.name);
    close();
  } else if (word == "script" || word == "input" || word == "output")
    throw Error{Error::NotSupported, ahead(1).pos, "not supported: " + std::string(word)};
  else
    assertion(c, word);
  return c;
}

} // namespace

std::vector<Command> parse_script(std::string_view text) {
  Tokens tokens(text);
  return ScriptParser(tokens).parse();
}

} // namespace wat
