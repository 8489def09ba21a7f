// Module fields: imports, functions, tables, memories, globals, tags, segments, exports, start.
#include "syntax/parse.h"
#include "syntax/parser.h"

namespace wat {

static void bind(Space &s, const Token *name) {
  if (name)
    s.names.emplace(*name->decoded, s.count); // of two with one name the second complains later
  ++s.count;
}

static Space *space_of(std::string_view word,
                       std::initializer_list<std::pair<const char *, Space *>> l) {
  for (auto [w, s] : l)
    if (word == w)
      return s;
  return nullptr;
}

/// Whether the field at \p k has `(word` directly in it.
bool ModuleParser::has_part(size_t k, std::string_view word) const {
  size_t end = skip_from(k);
  for (++k; k < end; ++k)
    if (tokens_[k].kind == Token::LPar) {
      if (tokens_[k + 1].kind == Token::Keyword && tokens_[k + 1].text == word)
        return true;
      k = skip_from(k) - 1;
    }
  return false;
}

/// Both look at what may be no correct field at all: then they bind nothing, or too much, and the
/// parser complains when it gets there.
void ModuleParser::bind_type(size_t k) {
  bind(types_, tokens_[k + 2].kind == Token::Var ? &tokens_[k + 2] : nullptr);
  TypeDef d;
  d.group = Index(m_.groups.size() - 1);
  m_.types.push_back(std::move(d));
  ++m_.groups.back().count;
}

void ModuleParser::bind_field(size_t k) {
  std::string_view word = tokens_[k + 1].text;
  auto name = [&](size_t at) {
    return at < tokens_.size() && tokens_[at].kind == Token::Var ? &tokens_[at] : nullptr;
  };
  auto is_open = [&](size_t at, std::string_view w) {
    return tokens_[at].kind == Token::LPar && tokens_[at + 1].kind == Token::Keyword &&
           (w.empty() || tokens_[at + 1].text == w);
  };
  if (word == "type" || word == "rec") {
    m_.groups.push_back({Index(m_.types.size()), 0});
    if (word == "type")
      bind_type(k);
    else
      for (size_t t = k + 2; is_open(t, "type"); t = skip_from(t))
        bind_type(t);
    return;
  }
  if (word == "import" && k + 5 < tokens_.size() && is_open(k + 4, "")) {
    k += 4;
    word = tokens_[k + 1].text;
  }
  if (Space *s = space_of(word, {{"func", &funcs_},
                                 {"table", &tables_},
                                 {"memory", &memories_},
                                 {"global", &globals_},
                                 {"tag", &tags_},
                                 {"elem", &elems_},
                                 {"data", &datas_}}))
    bind(*s, name(k + 2));
  if (word == "table" && has_part(k, "elem"))
    bind(elems_, nullptr);
  if (word == "memory" && has_part(k, "data"))
    bind(datas_, nullptr);
}

void ModuleParser::bind_names() {
  for (size_t k = at_; tokens_[k].kind == Token::LPar && tokens_[k + 1].kind == Token::Keyword;
       k = skip_from(k))
    bind_field(k);
}

void ModuleParser::define_types() {
  size_t start = at_;
  Index next_type = 0;
  while (tokens_[at_].kind == Token::LPar && tokens_[at_ + 1].kind == Token::Keyword) {
    std::string_view word = tokens_[at_ + 1].text;
    if (word == "type")
      type_field(next_type++);
    else if (word == "rec") {
      at_ += 2;
      while (opens("type"))
        type_field(next_type++);
      close();
    } else
      at_ = skip_from(at_);
  }
  at_ = start;
  for (auto &[x, use] : implicit_conts_) {
    Index f = resolve(use);
    m_.types[x].sub.cont = HeapType(f);
  }
}

Module ModuleParser::fields() {
  bind_names();
  define_types();
  while (is(Token::LPar) && ahead(1).kind == Token::Keyword) {
    std::string_view word = ahead(1).text;
    static const std::unordered_map<std::string_view, void (ModuleParser::*)()> parsers = {
        {"import", &ModuleParser::import_field}, {"func", &ModuleParser::func_field},
        {"table", &ModuleParser::table_field},   {"memory", &ModuleParser::memory_field},
        {"global", &ModuleParser::global_field}, {"tag", &ModuleParser::tag_field},
        {"elem", &ModuleParser::elem_field},     {"data", &ModuleParser::data_field},
        {"export", &ModuleParser::export_field}, {"start", &ModuleParser::start_field}};
    if (word == "type" || word == "rec") {
      at_ = skip_from(at_); // has been parsed
      continue;
    }
    auto it = parsers.find(word);
    if (it == parsers.end())
      break;
    (this->*it->second)();
  }
  return std::move(m_);
}

std::string ModuleParser::bound_name(Space &s, Index index) {
  if (!is(Token::Var))
    return {};
  const Token &t = next();
  if (s.names[*t.decoded] != index)
    fail(t.pos, std::string("duplicate ") + s.category + " " + quoted_id(*t.decoded));
  return *t.decoded;
}

void ModuleParser::inline_exports(ExternKind kind, Index index) {
  while (opens("export")) {
    Pos pos = peek().pos;
    at_ += 2;
    std::string n = name();
    close();
    m_.exports.push_back({n, kind, index, pos});
  }
}

void ModuleParser::add_import(std::string module, std::string name, ExternKind kind, Index index,
                              Pos pos) {
  if (last_definition_)
    fail(pos, std::string("import after ") + last_definition_ + " definition");
  m_.imports.push_back({std::move(module), std::move(name), kind, index, pos});
}

bool ModuleParser::inline_import(ExternKind kind, Index index) {
  Pos pos = peek().pos;
  if (!take_open("import"))
    return false;
  std::string module = name(), field = name();
  close();
  add_import(module, field, kind, index, pos);
  return true;
}

void ModuleParser::import_field() {
  Pos pos = next().pos;
  next();
  std::string module = name(), field = name();
  expect(Token::LPar);
  auto add = [&](ExternKind kind, size_t index) {
    add_import(module, field, kind, Index(index), pos);
    return Index(m_.imports.size() - 1);
  };
  if (take_keyword("func")) {
    Func f;
    f.pos = pos;
    f.name = bound_name(funcs_, Index(m_.funcs.size()));
    f.type = resolve(type_use(true));
    f.import = add(ExternKind::Func, m_.funcs.size());
    m_.funcs.push_back(std::move(f));
  } else if (take_keyword("table")) {
    Table t;
    t.pos = pos;
    t.name = bound_name(tables_, Index(m_.tables.size()));
    t.type = table_type();
    t.import = add(ExternKind::Table, m_.tables.size());
    m_.tables.push_back(std::move(t));
  } else if (take_keyword("memory")) {
    Memory m;
    m.pos = pos;
    m.name = bound_name(memories_, Index(m_.memories.size()));
    m.type.addr64 = addr_type();
    m.type.limits = limits();
    m.import = add(ExternKind::Memory, m_.memories.size());
    m_.memories.push_back(std::move(m));
  } else if (take_keyword("global")) {
    Global g;
    g.pos = pos;
    g.name = bound_name(globals_, Index(m_.globals.size()));
    g.type = global_type();
    g.import = add(ExternKind::Global, m_.globals.size());
    m_.globals.push_back(std::move(g));
  } else if (take_keyword("tag")) {
    Tag t;
    t.pos = pos;
    t.name = bound_name(tags_, Index(m_.tags.size()));
    t.type = resolve(type_use(true));
    t.import = add(ExternKind::Tag, m_.tags.size());
    m_.tags.push_back(std::move(t));
  } else
    unexpected();
  close();
  close();
}

void ModuleParser::finish(Expr &e) {
  Instr end;
  end.op = Op::End;
  end.pos = peek().pos;
  e.code.push_back(end);
}

Expr ModuleParser::const_expr() {
  Expr e;
  labels_.clear();
  locals_ = {"local"};
  instructions(e);
  finish(e);
  return e;
}

Expr ModuleParser::folded_const_expr() {
  Expr e;
  labels_.clear();
  locals_ = {"local"};
  size_t start = at_;
  instructions(e, true);
  if (at_ == start)
    unexpected();
  finish(e);
  return e;
}

void ModuleParser::func_field() {
  Func f;
  Index x = Index(m_.funcs.size());
  f.pos = next().pos;
  next();
  f.name = bound_name(funcs_, x);
  inline_exports(ExternKind::Func, x);
  bool imported = inline_import(ExternKind::Func, x);
  TypeUse use = type_use(true);
  f.type = resolve(use);
  f.import = import_of(imported);
  if (!imported) {
    defined("function");
    func_body(f, use);
  }
  close();
  m_.funcs.push_back(std::move(f));
}

void ModuleParser::func_body(Func &f, const TypeUse &use) {
  labels_.clear();
  labels_.push(nullptr); // the function itself
  locals_ = {"local"};
  bool by_type = use.explicit_type != no_index && use.params.empty() && use.results.empty();
  bool known = f.type < m_.types.size() && m_.types[f.type].sub.kind == SubType::Func;
  locals_.count = known ? Index(m_.types[f.type].sub.params.size()) : 0;
  auto bind_local = [&](const std::string &name, Index index, Pos pos) {
    if (!locals_.names.emplace(name, index).second)
      fail(pos, "duplicate local " + quoted_id(name));
    f.local_names.resize(index);
    f.local_names.push_back(name);
  };
  for (Index k = 0; k < use.param_names.size(); ++k)
    if (!use.param_names[k].empty())
      bind_local(use.param_names[k], k, use.pos);
  while (take_open("local")) {
    if (is(Token::Var)) {
      const Token &t = next();
      if (by_type)
        function_type(f.type, use.pos); // without it nobody knows the local's index
      bind_local(*t.decoded, locals_.count++, t.pos);
      f.locals.push_back(val_type());
    } else
      while (!is(Token::RPar)) {
        f.locals.push_back(val_type());
        ++locals_.count;
      }
    close();
  }
  instructions(f.body);
  finish(f.body);
}

void ModuleParser::elem_indices(Elem &e) {
  while (starts_index()) {
    Expr item;
    Instr i;
    i.op = Op::RefFunc;
    i.pos = peek().pos;
    i.x = index(funcs_);
    item.code.push_back(i);
    finish(item);
    e.items.push_back(std::move(item));
  }
}

void ModuleParser::elem_items(Elem &e) {
  while (is(Token::LPar))
    if (take_open("item")) {
      e.items.push_back(const_expr());
      close();
    } else
      e.items.push_back(folded_const_expr());
}

bool ModuleParser::starts_elem_list() { return is_keyword("func") || starts_ref_type(); }

void ModuleParser::elem_list(Elem &e) {
  if (take_keyword("func")) {
    e.type = ValType::ref(false, HeapType::Func);
    elem_indices(e);
  } else {
    e.type = ref_type();
    elem_items(e);
  }
}

Expr ModuleParser::offset_expr() {
  if (!take_open("offset"))
    return folded_const_expr();
  Expr e = const_expr();
  close();
  return e;
}

void ModuleParser::elem_field() {
  Elem e;
  e.pos = next().pos;
  next();
  e.name = bound_name(elems_, Index(m_.elems.size()));
  if (take_keyword("declare")) {
    e.mode = SegmentMode::Declarative;
    elem_list(e);
  } else if (starts_elem_list())
    elem_list(e);
  else {
    e.mode = SegmentMode::Active;
    bool use = take_open("table");
    if (use) {
      e.table = index(tables_);
      close();
    }
    e.offset = offset_expr();
    if (use || starts_elem_list())
      elem_list(e);
    else {
      e.type = ValType::ref(false, HeapType::Func);
      elem_indices(e);
    }
  }
  close();
  m_.elems.push_back(std::move(e));
}

void ModuleParser::data_field() {
  Data d;
  d.pos = next().pos;
  next();
  d.name = bound_name(datas_, Index(m_.datas.size()));
  if (is(Token::LPar)) {
    d.mode = SegmentMode::Active;
    if (take_open("memory")) {
      d.memory = index(memories_);
      close();
    }
    d.offset = offset_expr();
  }
  d.bytes = strings();
  close();
  m_.datas.push_back(std::move(d));
}

/// The offset of an inline segment.
static Expr zero(Pos pos, bool addr64) {
  Expr e;
  Instr i;
  i.op = addr64 ? Op::I64Const : Op::I32Const;
  i.pos = pos;
  e.code.push_back(i);
  i.op = Op::End;
  e.code.push_back(i);
  return e;
}

/// `reftype (elem ...)` instead of limits.
void ModuleParser::inline_elem(Table &t, Index table) {
  Elem e;
  e.pos = peek().pos;
  t.type.elem = e.type = ref_type();
  if (!take_open("elem"))
    unexpected();
  e.mode = SegmentMode::Active;
  e.table = table;
  e.offset = zero(e.pos, t.type.addr64);
  if (is(Token::LPar))
    elem_items(e);
  else
    elem_indices(e);
  close();
  t.type.limits = {e.items.size(), e.items.size()};
  m_.elems.push_back(std::move(e));
}

void ModuleParser::table_field() {
  Table t;
  Index x = Index(m_.tables.size());
  t.pos = next().pos;
  next();
  t.name = bound_name(tables_, x);
  inline_exports(ExternKind::Table, x);
  bool imported = inline_import(ExternKind::Table, x);
  t.import = import_of(imported);
  if (imported)
    t.type = table_type();
  else {
    defined("table");
    t.type.addr64 = addr_type();
    if (is(Token::Nat)) {
      t.type.limits = limits();
      t.type.elem = ref_type();
      t.has_init = !is(Token::RPar);
      if (t.has_init)
        t.init = const_expr();
    } else
      inline_elem(t, x);
  }
  close();
  m_.tables.push_back(std::move(t));
}

/// `(data ...)` instead of limits.
void ModuleParser::inline_data(Memory &m, Index memory) {
  Data d;
  d.pos = peek().pos;
  if (!take_open("data"))
    unexpected();
  d.mode = SegmentMode::Active;
  d.memory = memory;
  d.offset = zero(d.pos, m.type.addr64);
  d.bytes = strings();
  close();
  uint64_t pages = (d.bytes.size() + 65535) / 65536;
  m.type.limits = {pages, pages};
  m_.datas.push_back(std::move(d));
}

void ModuleParser::memory_field() {
  Memory m;
  Index x = Index(m_.memories.size());
  m.pos = next().pos;
  next();
  m.name = bound_name(memories_, x);
  inline_exports(ExternKind::Memory, x);
  bool imported = inline_import(ExternKind::Memory, x);
  m.import = import_of(imported);
  if (!imported)
    defined("memory");
  m.type.addr64 = addr_type();
  if (imported || is(Token::Nat))
    m.type.limits = limits();
  else
    inline_data(m, x);
  close();
  m_.memories.push_back(std::move(m));
}

void ModuleParser::global_field() {
  Global g;
  Index x = Index(m_.globals.size());
  g.pos = next().pos;
  next();
  g.name = bound_name(globals_, x);
  inline_exports(ExternKind::Global, x);
  bool imported = inline_import(ExternKind::Global, x);
  g.import = import_of(imported);
  g.type = global_type();
  if (!imported) {
    defined("global");
    g.init = const_expr();
  }
  close();
  m_.globals.push_back(std::move(g));
}

void ModuleParser::tag_field() {
  Tag t;
  Index x = Index(m_.tags.size());
  t.pos = next().pos;
  next();
  t.name = bound_name(tags_, x);
  inline_exports(ExternKind::Tag, x);
  bool imported = inline_import(ExternKind::Tag, x);
  t.import = import_of(imported);
  if (!imported)
    defined("tag");
  t.type = resolve(type_use(true));
  close();
  m_.tags.push_back(std::move(t));
}

void ModuleParser::export_field() {
  Export e;
  e.pos = next().pos;
  next();
  e.name = name();
  expect(Token::LPar);
  static const char *const words[] = {"func", "table", "memory", "global", "tag"};
  Space *spaces[] = {&funcs_, &tables_, &memories_, &globals_, &tags_};
  int kind = 0;
  while (kind < 5 && !is_keyword(words[kind]))
    ++kind;
  if (kind == 5)
    unexpected();
  next();
  e.kind = ExternKind(kind);
  e.index = index(*spaces[kind]);
  close();
  close();
  m_.exports.push_back(std::move(e));
}

void ModuleParser::start_field() {
  Start s;
  s.pos = next().pos;
  next();
  s.func = index(funcs_);
  close();
  if (m_.start)
    fail(s.pos, "multiple start sections");
  m_.start = s;
}

namespace {
class WholeModule : Cursor {
public:
  explicit WholeModule(const Tokens &t) : Cursor(t, 0) {}
  Module parse() {
    std::string module_name;
    bool wrapped = take_open("module");
    if (wrapped && is(Token::Var))
      module_name = *next().decoded;
    ModuleParser fields(tokens_, at_);
    Module m = fields.fields();
    at_ = fields.position();
    if (wrapped)
      close();
    expect(Token::Eof);
    m.name = module_name;
    return m;
  }
};
} // namespace

Module parse_module(std::string_view text) {
  Tokens tokens(text);
  return WholeModule(tokens).parse();
}

} // namespace wat
