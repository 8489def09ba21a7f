// Decodes a binary module, section by section in their one order. A section's contents are read
// without looking at its end; that they end where its size says is compared afterwards, because
// that is the order in which the texts are expected. Where the reference tries one reading after
// another, the last one's complaint is what counts.
#include "syntax/binary.h"
#include "syntax/binary_code.h"
#include "syntax/bytes.h"

namespace wat {

namespace {

enum Section : uint8_t {
  Custom,
  Types,
  Imports,
  Functions,
  Tables,
  Memories,
  Globals,
  Exports,
  StartFunction,
  Elements,
  Code,
  Datas,
  DataCount,
  Tags,
};

class ModuleDecoder {
public:
  explicit ModuleDecoder(std::string_view bytes) : in_(bytes), code_(in_) {}

  Module decode() {
    in_.require(in_.word32() == 0x6d736100, 0, "magic header not detected");
    in_.require(in_.word32() == 1, 4, "unknown binary version");
    section(Types, [&] { vec([&] { rec_type(); }); });
    section(Imports, [&] { vec([&] { import(); }); });
    const size_t imported = m_.funcs.size();
    section(Functions, [&] { vec([&] { function(); }); });
    section(Tables, [&] { vec([&] { table(); }); });
    section(Memories, [&] { vec([&] { memory(); }); });
    section(Tags, [&] { vec([&] { tag(); }); });
    section(Globals, [&] { vec([&] { global(); }); });
    section(Exports, [&] { vec([&] { export_(); }); });
    section(StartFunction, [&] {
      Pos at = in_.here();
      m_.start = Start{in_.u32(), at};
    });
    section(Elements, [&] { vec([&] { elem(); }); });
    std::optional<uint32_t> data_count;
    section(DataCount, [&] { data_count = in_.u32(); });
    std::vector<Func> bodies;
    section(Code, [&] { vec([&] { sized([&](size_t) { bodies.push_back(body()); }); }); });
    section(Datas, [&] { vec([&] { data(); }); });

    const size_t end = in_.size();
    in_.require(in_.ended(), end, "unexpected content after last section");
    in_.require(m_.funcs.size() - imported == bodies.size(), end,
                "function and code section have inconsistent lengths");
    in_.require(!data_count || *data_count == m_.datas.size(), end,
                "data count and data section have inconsistent lengths");
    in_.require(data_count || !code_.names_data(), end, "data count section required");
    for (size_t i = 0; i < bodies.size(); i++) {
      Func &f = m_.funcs[imported + i];
      f.locals = std::move(bodies[i].locals);
      f.body = std::move(bodies[i].body);
      f.pos = bodies[i].pos;
    }
    return std::move(m_);
  }

private:
  template <class Read> void vec(Read read) {
    for (uint32_t n = in_.length(); n > 0; n--)
      read();
  }

  template <class Read> void sized(Read read) {
    size_t size = in_.length(), start = in_.at();
    read(size);
    in_.require(in_.at() == start + size, start, "section size mismatch");
  }

  bool next_is(Section id) {
    int b = in_.peek();
    in_.require(b <= Tags, in_.at(), "malformed section id");
    return b == id;
  }

  template <class Read> void section(Section id, Read read) {
    skip_customs();
    if (next_is(id)) {
      in_.byte();
      sized([&](size_t) { read(); });
    }
    skip_customs();
  }

  void skip_customs() {
    while (next_is(Custom)) {
      in_.byte();
      sized([&](size_t size) {
        size_t start = in_.at();
        in_.name();
        size_t name = in_.at() - start;
        in_.take(name <= size ? size - name
                              : ~size_t(0)); // a name longer than its section is an end too early
      });
    }
  }

  // Types

  void rec_type() {
    RecGroup group{(Index)m_.types.size(), 0};
    if (in_.peek() == 0x4e) {
      in_.byte();
      vec([&] { sub_type(); });
    } else {
      sub_type();
    }
    group.count = (Index)m_.types.size() - group.first;
    m_.groups.push_back(group);
  }

  void sub_type() {
    TypeDef def;
    def.pos = in_.here();
    def.group = (Index)m_.groups.size();
    SubType &sub = def.sub;
    if (int b = in_.peek(); b == 0x50 || b == 0x4f) {
      in_.byte();
      sub.is_final = b == 0x4f;
      vec([&] { sub.supers.push_back(in_.u32()); });
    }
    switch (in_.s7()) {
    case -0x20:
      sub.kind = SubType::Func;
      vec([&] { sub.params.push_back(code_.val_type()); });
      vec([&] { sub.results.push_back(code_.val_type()); });
      break;
    case -0x21:
      sub.kind = SubType::Struct;
      vec([&] { sub.fields.push_back(field()); });
      break;
    case -0x22:
      sub.kind = SubType::Array;
      sub.fields.push_back(field());
      break;
    case -0x23:
      sub.kind = SubType::Cont;
      sub.cont = code_.heap_type();
      break;
    default:
      in_.fail(in_.at() - 1, "malformed definition type");
    }
    m_.types.push_back(std::move(def));
  }

  FieldType field() {
    FieldType f;
    const size_t start = in_.at();
    if (int b = in_.peek(); b == 0x78 || b == 0x77) {
      in_.byte();
      f.packed = b == 0x78 ? FieldType::I8 : FieldType::I16;
      f.type = ValType::I32;
    } else if (b == 0x7b) {
      code_.val_type(); // says what it says of SIMD
    } else {
      try {
        f.type = code_.val_type();
      } catch (const Error &e) {
        if (e.kind != Error::Malformed)
          throw;
        in_.go_back(start);
        in_.s7();
        in_.fail(start, "malformed storage type");
      }
    }
    f.is_mutable = mutability();
    return f;
  }

  bool mutability() {
    uint8_t b = in_.byte();
    in_.require(b <= 1, in_.at() - 1, "malformed mutability");
    return b == 1;
  }

  Limits limits(bool &addr64) {
    uint8_t flags = in_.byte();
    in_.require((flags & 0xfa) == 0, in_.at() - 1, "malformed limits flags");
    addr64 = flags & 4;
    Limits l;
    l.min = in_.u64();
    if (flags & 1)
      l.max = in_.u64();
    return l;
  }

  TableType table_type() {
    TableType t;
    t.elem = code_.ref_type();
    t.limits = limits(t.addr64);
    return t;
  }

  MemoryType memory_type() {
    MemoryType t;
    t.limits = limits(t.addr64);
    return t;
  }

  GlobalType global_type() {
    GlobalType t;
    t.type = code_.val_type();
    t.is_mutable = mutability();
    return t;
  }

  Index tag_type() {
    in_.expect(0, "zero byte expected");
    return in_.u32();
  }

  // Imports and exports

  ExternKind extern_kind(const char *text) {
    uint8_t b = in_.byte();
    in_.require(b <= 4, in_.at() - 1, text);
    return ExternKind(b);
  }

  /// Adds an item with where it stands and, for imports, by what it comes.
  template <class Item> Item &add(std::vector<Item> &items, Index import) {
    Item &item = items.emplace_back();
    item.pos = in_.here();
    item.import = import;
    return item;
  }

  void import() {
    Import i;
    i.pos = in_.here();
    i.module = in_.name();
    i.field = in_.name();
    i.kind = extern_kind("malformed import kind");
    const Index by = (Index)m_.imports.size();
    switch (i.kind) {
    case ExternKind::Func:
      i.index = (Index)m_.funcs.size();
      add(m_.funcs, by).type = in_.u32();
      break;
    case ExternKind::Table:
      i.index = (Index)m_.tables.size();
      add(m_.tables, by).type = table_type();
      break;
    case ExternKind::Memory:
      i.index = (Index)m_.memories.size();
      add(m_.memories, by).type = memory_type();
      break;
    case ExternKind::Global:
      i.index = (Index)m_.globals.size();
      add(m_.globals, by).type = global_type();
      break;
    case ExternKind::Tag:
      i.index = (Index)m_.tags.size();
      add(m_.tags, by).type = tag_type();
      break;
    }
    m_.imports.push_back(std::move(i));
  }

  void export_() {
    Export e;
    e.pos = in_.here();
    e.name = in_.name();
    e.kind = extern_kind("malformed export kind");
    e.index = in_.u32();
    m_.exports.push_back(std::move(e));
  }

  // Definitions

  void function() { add(m_.funcs, no_index).type = in_.u32(); }
  void memory() { add(m_.memories, no_index).type = memory_type(); }
  void tag() { add(m_.tags, no_index).type = tag_type(); }

  void table() {
    Table &t = add(m_.tables, no_index);
    const size_t start = in_.at();
    if (in_.peek() != 0x40) {
      t.type = table_type();
      return;
    }
    try {
      in_.byte();
      in_.expect(0, "");
      t.type = table_type();
      t.init = code_.expr();
      t.has_init = true;
    } catch (const Error &e) {
      if (e.kind != Error::Malformed)
        throw;
      in_.fail(start, "malformed reference type");
    }
  }

  void global() {
    Global &g = add(m_.globals, no_index);
    g.type = global_type();
    g.init = code_.expr();
  }

  Func body() {
    Func f;
    f.pos = in_.here();
    const size_t start = in_.at();
    uint64_t count = 0;
    std::vector<std::pair<uint32_t, ValType>> runs;
    vec([&] {
      uint32_t n = in_.u32();
      count += n;
      runs.push_back({n, code_.val_type()});
    });
    in_.require(count <= 50000, start, "too many locals");
    for (auto &[n, t] : runs)
      f.locals.insert(f.locals.end(), n, t);
    code_.watch_data(true);
    f.body = code_.expr();
    code_.watch_data(false);
    return f;
  }

  void elem() {
    Elem e;
    e.pos = in_.here();
    const uint32_t flags = in_.u32();
    in_.require(flags <= 7, in_.at() - 1, "malformed elements segment kind");
    // Bit 0: not active; bit 1: with a table, or declarative; bit 2: expressions instead of
    // functions.
    e.mode = !(flags & 1) ? SegmentMode::Active
             : flags & 2  ? SegmentMode::Declarative
                          : SegmentMode::Passive;
    if (e.mode == SegmentMode::Active) {
      e.table = flags & 2 ? in_.u32() : 0;
      e.offset = code_.expr();
    }
    e.type = ValType::ref(flags & 4, HeapType::Func);
    if (flags & 3) {
      if (flags & 4)
        e.type = code_.ref_type();
      else
        in_.expect(0, "malformed element kind");
    }
    vec([&] { e.items.push_back(flags & 4 ? code_.expr() : function_item()); });
    m_.elems.push_back(std::move(e));
  }

  Expr function_item() {
    Expr item;
    item.code.resize(2);
    item.code[0].op = Op::RefFunc;
    item.code[1].op = Op::End;
    item.code[0].pos = item.code[1].pos = in_.here();
    item.code[0].x = in_.u32();
    return item;
  }

  void data() {
    Data d;
    d.pos = in_.here();
    const uint32_t flags = in_.u32();
    in_.require(flags <= 2, in_.at() - 1, "malformed data segment kind");
    d.mode = flags == 1 ? SegmentMode::Passive : SegmentMode::Active;
    if (d.mode == SegmentMode::Active) {
      d.memory = flags == 2 ? in_.u32() : 0;
      d.offset = code_.expr();
    }
    d.bytes = in_.string();
    m_.datas.push_back(std::move(d));
  }

  Bytes in_;
  CodeDecoder code_;
  Module m_;
};

} // namespace

Module decode_binary(std::string_view bytes) { return ModuleDecoder(bytes).decode(); }

} // namespace wat
