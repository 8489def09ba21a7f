// Encodes the model as a binary module: the decoder's counterpart, made from the same rows of ops.def. What it writes
// decodes to the same model but for names and places, which a test compares for every module of the scripts.
#include "syntax/binary.h"

namespace wat {

namespace {

class Encoder {
public:
  explicit Encoder(const Module &m) : m_(m) {}
  std::string module();

private:
  void byte(unsigned b) { out_ += char(b); }
  void unsigned_leb(uint64_t v) {
    for (; v > 0x7f; v >>= 7)
      byte(0x80 | (v & 0x7f));
    byte(unsigned(v));
  }
  void signed_leb(int64_t v) {
    for (; v < -64 || v > 63; v >>= 7)
      byte(0x80 | (v & 0x7f));
    byte(v & 0x7f);
  }
  void word(uint64_t v, unsigned bytes) {
    for (unsigned k = 0; k < bytes; ++k)
      byte((v >> (8 * k)) & 0xff);
  }
  void string(std::string_view s) {
    unsigned_leb(s.size());
    out_ += s;
  }
  /// What `write` writes, after its length.
  template <class F> void sized(F write) {
    std::string outside = std::move(out_);
    out_.clear();
    write();
    std::swap(outside, out_);
    string(outside);
  }
  /// A section of the items that `is` says yes to; none, no section.
  template <class T, class F, class G>
  void section(unsigned id, const std::vector<T> &items, F is, G write) {
    size_t n = 0;
    for (const T &item : items)
      n += is(item);
    if (!n)
      return;
    byte(id);
    sized([&] {
      unsigned_leb(n);
      for (const T &item : items)
        if (is(item))
          write(item);
    });
  }

  void heap_type(HeapType h);
  void val_type(ValType t);
  void val_types(const std::vector<ValType> &types);
  void field(const FieldType &f);
  void sub_type(const SubType &s);
  void limits(const Limits &l, bool addr64);
  void table_type(const TableType &t);
  void global_type(const GlobalType &t);
  void tag_type(Index type);
  void import(const Import &i);
  void table(const Table &t);
  void elem(const Elem &e);
  void data(const Data &d);
  void body(const Func &f);
  void expr(const Expr &e);
  void instr(const Expr &e, const Instr &i);
  void block_type(const Instr &i);
  void catches(const Expr &e, const Instr &i);
  void handlers(const Expr &e, const Instr &i);

  const Module &m_;
  std::string out_;
};

// Types

void Encoder::heap_type(HeapType h) {
  // In the order of HeapType::Abstract.
  static const uint8_t codes[] = {0x70, 0x73, 0x6f, 0x72, 0x6e, 0x6d, 0x6c,
                                  0x6b, 0x6a, 0x71, 0x69, 0x74, 0x68, 0x75};
  if (h.is_index())
    signed_leb(h.index());
  else
    byte(codes[h.abstract() - HeapType::Func]);
}

void Encoder::val_type(ValType t) {
  if (!t.is_ref())
    return byte(0x7f - t.kind);
  if (!t.nullable || t.heap.is_index()) // null and abstract has a short form
    byte(t.nullable ? 0x63 : 0x64);
  heap_type(t.heap);
}

void Encoder::val_types(const std::vector<ValType> &types) {
  unsigned_leb(types.size());
  for (ValType t : types)
    val_type(t);
}

void Encoder::field(const FieldType &f) {
  if (f.packed == FieldType::NotPacked)
    val_type(f.type);
  else
    byte(f.packed == FieldType::I8 ? 0x78 : 0x77);
  byte(f.is_mutable);
}

void Encoder::sub_type(const SubType &s) {
  if (!s.is_final || !s.supers.empty()) {
    byte(s.is_final ? 0x4f : 0x50);
    unsigned_leb(s.supers.size());
    for (Index x : s.supers)
      unsigned_leb(x);
  }
  switch (s.kind) {
  case SubType::Func:
    byte(0x60);
    val_types(s.params);
    val_types(s.results);
    break;
  case SubType::Struct:
    byte(0x5f);
    unsigned_leb(s.fields.size());
    for (const FieldType &f : s.fields)
      field(f);
    break;
  case SubType::Array:
    byte(0x5e);
    field(s.fields[0]);
    break;
  case SubType::Cont:
    byte(0x5d);
    heap_type(s.cont);
    break;
  }
}

void Encoder::limits(const Limits &l, bool addr64) {
  byte((l.max ? 1 : 0) | (addr64 ? 4 : 0));
  unsigned_leb(l.min);
  if (l.max)
    unsigned_leb(*l.max);
}

void Encoder::table_type(const TableType &t) {
  val_type(t.elem);
  limits(t.limits, t.addr64);
}

void Encoder::global_type(const GlobalType &t) {
  val_type(t.type);
  byte(t.is_mutable);
}

void Encoder::tag_type(Index type) {
  byte(0);
  unsigned_leb(type);
}

// Items

void Encoder::import(const Import &i) {
  string(i.module);
  string(i.field);
  byte(unsigned(i.kind));
  switch (i.kind) {
  case ExternKind::Func:
    return unsigned_leb(m_.funcs[i.index].type);
  case ExternKind::Table:
    return table_type(m_.tables[i.index].type);
  case ExternKind::Memory:
    return limits(m_.memories[i.index].type.limits, m_.memories[i.index].type.addr64);
  case ExternKind::Global:
    return global_type(m_.globals[i.index].type);
  case ExternKind::Tag:
    return tag_type(m_.tags[i.index].type);
  }
}

void Encoder::table(const Table &t) {
  if (!t.has_init)
    return table_type(t.type);
  byte(0x40);
  byte(0);
  table_type(t.type);
  expr(t.init);
}

void Encoder::elem(const Elem &e) {
  bool functions = e.type == ValType::ref(false, HeapType::Func);
  for (const Expr &item : e.items)
    functions = functions && item.code.size() == 2 && item.code[0].op == Op::RefFunc;
  bool active = e.mode == SegmentMode::Active;
  // Only the forms for table 0 leave the type out.
  bool typed = !active || e.table || (!functions && e.type != ValType::ref(true, HeapType::Func));
  unsigned flags = functions ? 0 : 4;
  if (active)
    flags |= typed ? 2 : 0;
  else
    flags |= e.mode == SegmentMode::Passive ? 1 : 3;
  unsigned_leb(flags);
  if (active) {
    if (typed)
      unsigned_leb(e.table);
    expr(e.offset);
  }
  if (typed) {
    if (functions)
      byte(0);
    else
      val_type(e.type);
  }
  unsigned_leb(e.items.size());
  for (const Expr &item : e.items)
    if (functions)
      unsigned_leb(item.code[0].x);
    else
      expr(item);
}

void Encoder::data(const Data &d) {
  bool active = d.mode == SegmentMode::Active;
  unsigned_leb(!active ? 1 : d.memory ? 2 : 0);
  if (active) {
    if (d.memory)
      unsigned_leb(d.memory);
    expr(d.offset);
  }
  string(d.bytes);
}

void Encoder::body(const Func &f) {
  std::vector<std::pair<size_t, ValType>> runs;
  for (ValType t : f.locals)
    if (!runs.empty() && runs.back().second == t)
      ++runs.back().first;
    else
      runs.push_back({1, t});
  sized([&] {
    unsigned_leb(runs.size());
    for (auto &[n, t] : runs) {
      unsigned_leb(n);
      val_type(t);
    }
    expr(f.body);
  });
}

// Instructions

void Encoder::expr(const Expr &e) {
  for (const Instr &i : e.code)
    instr(e, i);
}

void Encoder::block_type(const Instr &i) {
  if (i.type_use != no_index)
    signed_leb(i.type_use);
  else if (i.t.kind == ValType::Bot)
    byte(0x40);
  else
    val_type(i.t);
}

void Encoder::catches(const Expr &e, const Instr &i) {
  unsigned_leb(i.count);
  for (uint32_t k = i.first; k < i.first + i.count; ++k) {
    const CatchClause &c = e.catches[k];
    byte(c.kind);
    if (c.kind <= CatchClause::CatchRef)
      unsigned_leb(c.tag);
    unsigned_leb(c.label);
  }
}

void Encoder::handlers(const Expr &e, const Instr &i) {
  unsigned_leb(i.count);
  for (uint32_t k = i.first; k < i.first + i.count; ++k) {
    const HandlerClause &h = e.handlers[k];
    byte(h.is_switch);
    unsigned_leb(h.tag);
    if (!h.is_switch)
      unsigned_leb(h.label);
  }
}

void Encoder::instr(const Expr &e, const Instr &i) {
  const OpInfo &info = op_info(i.op);
  if (info.prefix) {
    byte(info.prefix);
    unsigned_leb(info.code + (info.imm == Imm::RefType && i.t.nullable));
  } else
    byte(info.code);
  auto both = [&](uint64_t first, uint64_t second) {
    unsigned_leb(first);
    unsigned_leb(second);
  };
  switch (info.imm) {
  case Imm::None:
  case Imm::Else:
  case Imm::End:
    return;
  case Imm::Block:
  case Imm::If:
    return block_type(i);
  case Imm::TryTable:
    block_type(i);
    return catches(e, i);
  case Imm::Labels:
    unsigned_leb(i.count);
    for (uint32_t k = i.first; k < i.first + i.count; ++k)
      unsigned_leb(e.labels[k]);
    return unsigned_leb(i.x);
  case Imm::LabelCast:
    byte((i.t.nullable ? 1 : 0) | (i.t2.nullable ? 2 : 0));
    unsigned_leb(i.x);
    heap_type(i.t.heap);
    return heap_type(i.t2.heap);
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
    return unsigned_leb(i.x);
  case Imm::TypeTable:
  case Imm::TableElem:
  case Imm::MemoryData:
    return both(i.y, i.x);
  case Imm::TableTable:
  case Imm::MemoryMemory:
  case Imm::TypeField:
  case Imm::TypeType:
  case Imm::TypeData:
  case Imm::TypeElem:
  case Imm::TypeTag:
    return both(i.x, i.y);
  case Imm::TypeCount:
    return both(i.x, i.value);
  case Imm::Types:
    unsigned_leb(i.count);
    for (uint32_t k = i.first; k < i.first + i.count; ++k)
      val_type(e.types[k]);
    return;
  case Imm::MemArg:
    unsigned_leb(i.align | (i.x ? 0x40 : 0));
    if (i.x)
      unsigned_leb(i.x);
    return unsigned_leb(i.value);
  case Imm::I32:
    return signed_leb(int32_t(uint32_t(i.value)));
  case Imm::I64:
    return signed_leb(int64_t(i.value));
  case Imm::F32:
    return word(i.value, 4);
  case Imm::F64:
    return word(i.value, 8);
  case Imm::Heap:
  case Imm::RefType:
    return heap_type(i.t.heap);
  case Imm::TypeHandlers:
    unsigned_leb(i.x);
    return handlers(e, i);
  case Imm::TypeTagHandlers:
    both(i.x, i.y);
    return handlers(e, i);
  }
}

std::string Encoder::module() {
  auto all = [](auto &) { return true; };
  auto own = [](auto &item) { return item.import == no_index; };
  word(0x6d736100, 4);
  word(1, 4);
  section(1, m_.groups, all, [&](const RecGroup &g) {
    if (g.count != 1) {
      byte(0x4e);
      unsigned_leb(g.count);
    }
    for (Index k = 0; k < g.count; ++k)
      sub_type(m_.types[g.first + k].sub);
  });
  section(2, m_.imports, all, [&](const Import &i) { import(i); });
  section(3, m_.funcs, own, [&](const Func &f) { unsigned_leb(f.type); });
  section(4, m_.tables, own, [&](const Table &t) { table(t); });
  section(5, m_.memories, own, [&](const Memory &o) { limits(o.type.limits, o.type.addr64); });
  section(13, m_.tags, own, [&](const Tag &t) { tag_type(t.type); });
  section(6, m_.globals, own, [&](const Global &g) {
    global_type(g.type);
    expr(g.init);
  });
  section(7, m_.exports, all, [&](const Export &e) {
    string(e.name);
    byte(unsigned(e.kind));
    unsigned_leb(e.index);
  });
  if (m_.start) {
    byte(8);
    sized([&] { unsigned_leb(m_.start->func); });
  }
  section(9, m_.elems, all, [&](const Elem &e) { elem(e); });
  byte(12); // always: code that names a segment, even one that is not there, asks for it
  sized([&] { unsigned_leb(m_.datas.size()); });
  section(10, m_.funcs, own, [&](const Func &f) { body(f); });
  section(11, m_.datas, all, [&](const Data &d) { data(d); });
  return std::move(out_);
}

} // namespace

std::string encode_binary(const Module &m) { return Encoder(m).module(); }

} // namespace wat
