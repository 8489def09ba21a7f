// The model as text: what `wat dump` prints.
#include "syntax/parse.h"

namespace wat {

std::string to_text(const HeapType &h) {
  static const char *const names[] = {"func", "nofunc", "extern", "noextern", "any",
                                      "eq",   "i31",    "struct", "array",    "none",
                                      "exn",  "noexn",  "cont",   "nocont",   "bot"};
  return h.is_index() ? std::to_string(h.index()) : names[h.abstract() - HeapType::Func];
}

std::string to_text(const ValType &t) {
  static const char *const names[] = {"i32", "i64", "f32", "f64", "ref", "bot"};
  if (!t.is_ref())
    return names[t.kind];
  return std::string("(ref ") + (t.nullable ? "null " : "") + to_text(t.heap) + ")";
}

namespace {

std::string quoted(std::string_view bytes) {
  std::string out = "\"";
  char hex[4];
  for (char c : bytes)
    if (uint8_t(c) < 0x20 || uint8_t(c) >= 0x7f || c == '"' || c == '\\') {
      snprintf(hex, sizeof hex, "\\%02x", uint8_t(c));
      out += hex;
    } else
      out += c;
  return out + "\"";
}

class Dump {
public:
  explicit Dump(const Module &m) : m_(m) {}
  std::string text();

private:
  void line(const std::string &s) { out_ += s + "\n"; }
  void item(const char *what, size_t k, const std::string &name, const std::string &rest) {
    line(std::string(what) + " " + std::to_string(k) + (name.empty() ? "" : " " + quoted_id(name)) +
         (rest.empty() ? "" : " " + rest));
  }
  static std::string list(const char *word, const std::vector<ValType> &types) {
    std::string s;
    for (const ValType &t : types)
      s += " " + to_text(t);
    return s.empty() ? s : std::string("(") + word + s + ")";
  }
  static std::string limits(const Limits &l, bool addr64) {
    return (addr64 ? "i64 " : "") + std::to_string(l.min) +
           (l.max ? " " + std::to_string(*l.max) : "");
  }
  std::string imported(Index import) const {
    if (import == no_index)
      return "";
    const Import &i = m_.imports[import];
    return " (import " + quoted(i.module) + " " + quoted(i.field) + ")";
  }
  static std::string composite(const SubType &s);
  void expr(const Expr &e, size_t indent);
  std::string instr(const Expr &e, const Instr &i);

  const Module &m_;
  std::string out_;
};

std::string Dump::composite(const SubType &s) {
  static const char *const names[] = {"func", "struct", "array", "cont"};
  std::string out = std::string("(") + names[s.kind];
  if (s.kind == SubType::Func)
    for (auto &part : {list("param", s.params), list("result", s.results)})
      out += part.empty() ? "" : " " + part;
  for (const FieldType &f : s.fields) {
    std::string t = f.packed == FieldType::I8    ? "i8"
                    : f.packed == FieldType::I16 ? "i16"
                                                 : to_text(f.type);
    out += " " + (f.is_mutable ? "(mut " + t + ")" : t);
  }
  if (s.kind == SubType::Cont)
    out += " " + to_text(s.cont);
  return out + ")";
}

std::string Dump::instr(const Expr &e, const Instr &i) {
  std::string s = op_info(i.op).text;
  auto add = [&](auto v) { s += " " + std::to_string(v); };
  auto text = [&](const std::string &t) { s += t.empty() ? t : " " + t; };
  auto handlers = [&] {
    for (uint32_t k = i.first; k < i.first + i.count; ++k) {
      const HandlerClause &h = e.handlers[k];
      text("(on " + std::to_string(h.tag) + " " +
           (h.is_switch ? "switch" : std::to_string(h.label)) + ")");
    }
  };
  switch (op_info(i.op).imm) {
  case Imm::None:
  case Imm::Else:
  case Imm::End:
    break;
  case Imm::Block:
  case Imm::If:
  case Imm::TryTable:
    if (i.type_use != no_index)
      text("(type " + std::to_string(i.type_use) + ")");
    else if (i.t.kind != ValType::Bot)
      text("(result " + to_text(i.t) + ")");
    if (i.op == Op::TryTable)
      for (uint32_t k = i.first; k < i.first + i.count; ++k) {
        static const char *const words[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
        const CatchClause &c = e.catches[k];
        text(std::string("(") + words[c.kind] +
             (c.kind <= CatchClause::CatchRef ? " " + std::to_string(c.tag) : "") + " " +
             std::to_string(c.label) + ")");
      }
    break;
  case Imm::Labels:
    for (uint32_t k = i.first; k < i.first + i.count; ++k)
      add(e.labels[k]);
    add(i.x);
    break;
  case Imm::LabelCast:
    add(i.x);
    text(to_text(i.t));
    text(to_text(i.t2));
    break;
  case Imm::TypeTable:
    add(i.x);
    text("(type " + std::to_string(i.y) + ")");
    break;
  case Imm::Types:
    for (uint32_t k = i.first; k < i.first + i.count; ++k)
      text("(result " + to_text(e.types[k]) + ")");
    break;
  case Imm::Label:
  case Imm::Func:
  case Imm::Type:
  case Imm::Local:
  case Imm::Global:
  case Imm::Table:
  case Imm::Elem:
  case Imm::Memory:
  case Imm::Data:
  case Imm::Tag:
    add(i.x);
    break;
  case Imm::MemArg:
    add(i.x);
    text("offset=" + std::to_string(i.value));
    text("align=" + std::to_string(uint64_t(1) << i.align));
    break;
  case Imm::TableTable:
  case Imm::TableElem:
  case Imm::MemoryMemory:
  case Imm::MemoryData:
  case Imm::TypeField:
  case Imm::TypeType:
  case Imm::TypeData:
  case Imm::TypeElem:
  case Imm::TypeTag:
    add(i.x);
    add(i.y);
    break;
  case Imm::I32:
    add(int32_t(uint32_t(i.value)));
    break;
  case Imm::I64:
    add(int64_t(i.value));
    break;
  case Imm::F32:
  case Imm::F64: { // bits: exact, NaNs included
    char hex[24];
    snprintf(hex, sizeof hex, "0x%0*llx", i.op == Op::F32Const ? 8 : 16,
             (unsigned long long)i.value);
    text(hex);
    break;
  }
  case Imm::Heap:
    text(to_text(i.t.heap));
    break;
  case Imm::RefType:
    text(to_text(i.t));
    break;
  case Imm::TypeCount:
    add(i.x);
    add(i.value);
    break;
  case Imm::TypeHandlers:
    add(i.x);
    handlers();
    break;
  case Imm::TypeTagHandlers:
    add(i.x);
    add(i.y);
    handlers();
    break;
  }
  return s;
}

void Dump::expr(const Expr &e, size_t indent) {
  size_t base = indent;
  for (const Instr &i : e.code) {
    if ((i.op == Op::End || i.op == Op::Else) && indent > base)
      indent -= 2;
    std::string at = i.pos.line ? std::to_string(i.pos.line) + ":" : "@";
    at += std::to_string(i.pos.column);
    line(std::string(std::min<size_t>(indent, 64), ' ') + instr(e, i) + "  ;; " + at);
    Imm imm = op_info(i.op).imm;
    if (imm == Imm::Block || imm == Imm::If || imm == Imm::TryTable || imm == Imm::Else)
      indent += 2;
  }
}

std::string Dump::text() {
  static const char *const kinds[] = {"func", "table", "memory", "global", "tag"};
  static const char *const modes[] = {"active", "passive", "declarative"};
  if (!m_.name.empty())
    line("module " + quoted_id(m_.name));
  for (size_t k = 0; k < m_.types.size(); ++k) {
    const TypeDef &t = m_.types[k];
    std::string s = "group " + std::to_string(t.group) + " " + (t.sub.is_final ? "final " : "");
    for (Index x : t.sub.supers)
      s += "sub " + std::to_string(x) + " ";
    item("type", k, t.name, s + composite(t.sub));
  }
  for (size_t k = 0; k < m_.funcs.size(); ++k) {
    const Func &f = m_.funcs[k];
    std::string locals = list("local", f.locals);
    item("func", k, f.name,
         "(type " + std::to_string(f.type) + ")" + imported(f.import) +
             (locals.empty() ? "" : " " + locals));
    for (size_t l = 0; l < f.local_names.size(); ++l)
      if (!f.local_names[l].empty())
        item("  local", l, f.local_names[l], "");
    expr(f.body, 2);
  }
  for (size_t k = 0; k < m_.tables.size(); ++k) {
    const Table &t = m_.tables[k];
    item("table", k, t.name,
         limits(t.type.limits, t.type.addr64) + " " + to_text(t.type.elem) + imported(t.import));
    expr(t.init, 2);
  }
  for (size_t k = 0; k < m_.memories.size(); ++k) {
    const Memory &t = m_.memories[k];
    item("memory", k, t.name, limits(t.type.limits, t.type.addr64) + imported(t.import));
  }
  for (size_t k = 0; k < m_.globals.size(); ++k) {
    const Global &g = m_.globals[k];
    std::string t = to_text(g.type.type);
    item("global", k, g.name, (g.type.is_mutable ? "(mut " + t + ")" : t) + imported(g.import));
    expr(g.init, 2);
  }
  for (size_t k = 0; k < m_.tags.size(); ++k)
    item("tag", k, m_.tags[k].name,
         "(type " + std::to_string(m_.tags[k].type) + ")" + imported(m_.tags[k].import));
  for (const Export &e : m_.exports)
    line("export " + quoted(e.name) + " " + kinds[int(e.kind)] + " " + std::to_string(e.index));
  if (m_.start)
    line("start " + std::to_string(m_.start->func));
  for (size_t k = 0; k < m_.elems.size(); ++k) {
    const Elem &e = m_.elems[k];
    std::string where = e.mode == SegmentMode::Active ? " table " + std::to_string(e.table) : "";
    item("elem", k, e.name, modes[int(e.mode)] + where + " " + to_text(e.type));
    if (e.mode == SegmentMode::Active)
      expr(e.offset, 2);
    for (const Expr &i : e.items) {
      line("  item");
      expr(i, 4);
    }
  }
  for (size_t k = 0; k < m_.datas.size(); ++k) {
    const Data &d = m_.datas[k];
    std::string where = d.mode == SegmentMode::Active ? " memory " + std::to_string(d.memory) : "";
    item("data", k, d.name, modes[int(d.mode)] + where + " " + quoted(d.bytes));
    if (d.mode == SegmentMode::Active)
      expr(d.offset, 2);
  }
  return std::move(out_);
}

} // namespace

std::string dump(const Module &m) { return Dump(m).text(); }

} // namespace wat
