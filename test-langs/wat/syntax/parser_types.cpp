// Types, type uses, and indices with their names.
#include "syntax/number.h"
#include "syntax/parse.h"
#include "syntax/parser.h"

namespace wat {

std::string quoted_id(std::string_view name) {
  bool plain = true;
  for (char c : name)
    plain &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  if (plain)
    return "$" + std::string(name);
  std::string out = "$\"";
  for (char c : name) {
    char hex[4];
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (uint8_t(c) < 0x20 || c == 0x7f) {
      snprintf(hex, sizeof hex, "\\%02x", unsigned(c));
      out += hex;
    } else
      out += c;
  }
  return out + "\"";
}

uint32_t ModuleParser::nat32() {
  const Token &t = expect(Token::Nat);
  uint64_t n;
  if (!parse_nat(t.text, 32, n))
    fail(t.pos, "i32 constant out of range");
  return uint32_t(n);
}

uint64_t ModuleParser::nat64(const Token &t) {
  uint64_t n;
  if (!parse_nat(t.text, 64, n))
    fail(t.pos, "i64 constant out of range");
  return n;
}

Index ModuleParser::lookup(const Space &s, const Token &t) {
  auto it = s.names.find(*t.decoded);
  if (it == s.names.end())
    fail(t.pos, std::string("unknown ") + s.category + " " + quoted_id(*t.decoded));
  return it->second;
}

Index ModuleParser::index(Space &s) {
  if (is(Token::Var))
    return lookup(s, next());
  return nat32();
}

static const std::unordered_map<std::string_view, HeapType> heap_names = {
    {"func", HeapType::Func},         {"nofunc", HeapType::NoFunc}, {"extern", HeapType::Extern},
    {"noextern", HeapType::NoExtern}, {"any", HeapType::Any},       {"eq", HeapType::Eq},
    {"i31", HeapType::I31},           {"struct", HeapType::Struct}, {"array", HeapType::Array},
    {"none", HeapType::None},         {"exn", HeapType::Exn},       {"noexn", HeapType::NoExn},
    {"cont", HeapType::Cont},         {"nocont", HeapType::NoCont}};

static const std::unordered_map<std::string_view, HeapType> ref_names = {
    {"funcref", HeapType::Func},     {"nullfuncref", HeapType::NoFunc},
    {"externref", HeapType::Extern}, {"nullexternref", HeapType::NoExtern},
    {"anyref", HeapType::Any},       {"eqref", HeapType::Eq},
    {"i31ref", HeapType::I31},       {"structref", HeapType::Struct},
    {"arrayref", HeapType::Array},   {"nullref", HeapType::None},
    {"exnref", HeapType::Exn},       {"nullexnref", HeapType::NoExn},
    {"contref", HeapType::Cont},     {"nullcontref", HeapType::NoCont}};

static const std::unordered_map<std::string_view, ValType::Kind> num_names = {
    {"i32", ValType::I32}, {"i64", ValType::I64}, {"f32", ValType::F32}, {"f64", ValType::F64}};

HeapType ModuleParser::heap_type() {
  if (is(Token::Keyword)) {
    auto it = heap_names.find(peek().text);
    if (it == heap_names.end())
      unexpected();
    next();
    return it->second;
  }
  if (!starts_index())
    unexpected();
  Pos pos = peek().pos;
  Index x = index(types_);
  if (!HeapType(x).is_index()) // no module has that many types, and the codes above are taken
    fail(pos, "unknown type " + std::to_string(x));
  return HeapType(x);
}

bool ModuleParser::starts_ref_type() const {
  return opens("ref") || (is(Token::Keyword) && ref_names.count(peek().text));
}

bool ModuleParser::starts_val_type() const {
  return (is(Token::Keyword) && num_names.count(peek().text)) || starts_ref_type();
}

ValType ModuleParser::ref_type() {
  if (take_open("ref")) {
    bool nullable = take_keyword("null");
    HeapType h = heap_type();
    close();
    return ValType::ref(nullable, h);
  }
  auto it = is(Token::Keyword) ? ref_names.find(peek().text) : ref_names.end();
  if (it == ref_names.end())
    unexpected();
  next();
  return ValType::ref(true, it->second);
}

ValType ModuleParser::val_type() {
  if (is(Token::Keyword))
    if (auto it = num_names.find(peek().text); it != num_names.end()) {
      next();
      return it->second;
    }
  return ref_type();
}

void ModuleParser::val_types(std::vector<ValType> &out) {
  while (!is(Token::RPar))
    out.push_back(val_type());
}

GlobalType ModuleParser::global_type() {
  GlobalType g;
  g.is_mutable = take_open("mut");
  g.type = val_type();
  if (g.is_mutable)
    close();
  return g;
}

/// `i32` or `i64` before limits: true for 64 bits.
bool ModuleParser::addr_type() {
  auto it = is(Token::Keyword) ? num_names.find(peek().text) : num_names.end();
  if (it == num_names.end())
    return false;
  if (it->second != ValType::I32 && it->second != ValType::I64)
    fail(peek().pos, "malformed address type");
  next();
  return it->second == ValType::I64;
}

Limits ModuleParser::limits() {
  Limits l;
  l.min = nat64(expect(Token::Nat));
  if (is(Token::Nat))
    l.max = nat64(next());
  return l;
}

TableType ModuleParser::table_type() {
  TableType t;
  t.addr64 = addr_type();
  t.limits = limits();
  t.elem = ref_type();
  return t;
}

FieldType ModuleParser::field_type() {
  FieldType f;
  f.is_mutable = take_open("mut");
  if (take_keyword("i8"))
    f.packed = FieldType::I8;
  else if (take_keyword("i16"))
    f.packed = FieldType::I16;
  f.type = f.packed ? ValType(ValType::I32) : val_type();
  if (f.is_mutable)
    close();
  return f;
}

void ModuleParser::struct_fields(TypeDef &d, Index index) {
  Space &names = fields_.try_emplace(index, Space{"field"}).first->second;
  while (take_open("field")) {
    if (is(Token::Var)) {
      const Token &id = next();
      if (!names.names.emplace(*id.decoded, Index(d.sub.fields.size())).second)
        fail(id.pos, "duplicate field " + quoted_id(*id.decoded));
      d.field_names.resize(d.sub.fields.size());
      d.field_names.push_back(*id.decoded);
      d.sub.fields.push_back(field_type());
    } else
      while (!is(Token::RPar))
        d.sub.fields.push_back(field_type());
    close();
  }
}

void ModuleParser::composite_type(TypeDef &d, Index index) {
  if (take_open("func")) {
    TypeUse u;
    params_and_results(u, true);
    d.sub.kind = SubType::Func;
    d.sub.params = std::move(u.params);
    d.sub.results = std::move(u.results);
  } else if (take_open("struct")) {
    d.sub.kind = SubType::Struct;
    struct_fields(d, index);
  } else if (take_open("array")) {
    d.sub.kind = SubType::Array;
    d.sub.fields.push_back(field_type());
  } else if (take_open("cont")) {
    d.sub.kind = SubType::Cont;
    if (starts_index())
      d.sub.cont = heap_type();
    else
      implicit_conts_.emplace_back(index, type_use(false));
  } else
    unexpected();
  close();
}

void ModuleParser::sub_type(TypeDef &d, Index index) {
  if (!take_open("sub"))
    return composite_type(d, index);
  d.sub.is_final = take_keyword("final");
  while (starts_index())
    d.sub.supers.push_back(this->index(types_));
  composite_type(d, index);
  close();
}

/// `(type $x? ...)`, whose names are bound already.
void ModuleParser::type_field(Index index) {
  TypeDef &d = m_.types[index];
  d.pos = peek().pos;
  if (!take_open("type"))
    unexpected();
  d.name = bound_name(types_, index);
  sub_type(d, index);
  close();
}

TypeUse ModuleParser::type_use(bool names) {
  TypeUse u;
  u.pos = peek().pos;
  if (take_open("type")) {
    // The one index that would say there is none becomes another that no module has.
    u.explicit_type = std::min(index(types_), no_index - 1);
    close();
  }
  params_and_results(u, names);
  if (opens("param") || opens("type"))
    unexpected(); // too late; said before whether the types match
  return u;
}

void ModuleParser::params_and_results(TypeUse &u, bool names) {
  while (take_open("param")) {
    if (names && is(Token::Var)) {
      u.param_names.resize(u.params.size());
      u.param_names.push_back(*next().decoded);
      u.params.push_back(val_type());
    } else
      val_types(u.params);
    close();
  }
  u.param_names.resize(u.params.size());
  while (take_open("result")) {
    val_types(u.results);
    close();
  }
}

const SubType &ModuleParser::function_type(Index type, Pos pos) {
  if (type >= m_.types.size())
    fail(pos, "unknown type " + std::to_string(type));
  if (m_.types[type].sub.kind != SubType::Func)
    fail(pos, "non-function type " + std::to_string(type));
  return m_.types[type].sub;
}

Index ModuleParser::resolve(const TypeUse &u) {
  if (u.explicit_type == no_index)
    return implicit_type(u);
  if (!u.params.empty() || !u.results.empty()) {
    const SubType &f = function_type(u.explicit_type, u.pos);
    if (f.params != u.params || f.results != u.results)
      fail(u.pos, "inline function type does not match explicit type");
  }
  return u.explicit_type;
}

static uint64_t hash(const SubType &s) {
  uint64_t h = s.params.size();
  for (auto *list : {&s.params, &s.results})
    for (const ValType &t : *list)
      h = (h ^ (uint64_t(t.kind) << 1 | t.nullable | uint64_t(t.heap.index()) << 8)) *
          0x9e3779b97f4a7c15;
  return h;
}

/// The first type that is just this function type, alone in its group; made when there is none.
Index ModuleParser::implicit_type(const TypeUse &u) {
  SubType s;
  s.params = u.params;
  s.results = u.results;
  if (func_types_.empty())
    for (Index k = 0; k < m_.types.size(); ++k)
      if (m_.groups[m_.types[k].group].count == 1)
        func_types_.emplace(hash(m_.types[k].sub), k);
  uint64_t h = hash(s);
  Index found = no_index;
  for (auto [it, end] = func_types_.equal_range(h); it != end; ++it)
    if (m_.types[it->second].sub == s)
      found = std::min(found, it->second);
  if (found != no_index)
    return found;
  Index x = Index(m_.types.size());
  m_.groups.push_back({x, 1});
  m_.types.push_back({std::move(s), Index(m_.groups.size() - 1), u.pos, {}, {}});
  func_types_.emplace(h, x);
  return x;
}

} // namespace wat
