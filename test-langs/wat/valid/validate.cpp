// Modules: types in order of their groups, then each index space in the reference interpreter's
// order, then bodies.
#include "valid/body.h"
#include <algorithm>
#include <unordered_set>

namespace wat {

namespace {

class ModuleChecker {
public:
  ModuleChecker(const Module &m, CanonicalTypes &types) : c_(m, types), m_(m) {}

  Validated check() {
    for (const RecGroup &g : m_.groups)
      rec_group(g);
    for (const Import &i : m_.imports)
      import(i);
    c_.globals = std::count_if(m_.globals.begin(), m_.globals.end(),
                               [](const Global &g) { return g.import != no_index; });
    for (const Func &f : m_.funcs)
      if (f.import == no_index)
        c_.func_type(f.type, f.pos);
    declare_functions();
    for (const Tag &t : m_.tags)
      if (t.import == no_index)
        c_.func_type(t.type, t.pos);
    for (const Table &t : m_.tables)
      if (t.import == no_index)
        table(t);
    for (const Memory &x : m_.memories)
      if (x.import == no_index)
        memory_type(x.type, x.pos);
    for (const Global &g : m_.globals)
      if (g.import == no_index)
        global(g);
    for (const Elem &e : m_.elems)
      elem(e);
    for (const Data &d : m_.datas)
      data(d);
    Validated v;
    v.funcs.resize(m_.funcs.size());
    for (size_t i = 0; i < m_.funcs.size(); i++)
      if (m_.funcs[i].import == no_index)
        body(m_.funcs[i], v.funcs[i]);
    if (m_.start)
      start(*m_.start);
    exports();
    v.numbers = std::move(c_.numbers);
    return v;
  }

private:
  // Types

  void rec_group(const RecGroup &g) {
    const Index end = g.first + g.count;
    for (Index x = g.first; x < end; x++)
      indices(m_.types[x], end);
    for (Index x = g.first; x < end; x++) {
      const TypeDef &def = m_.types[x];
      for (Index super : def.sub.supers)
        if (super >= x)
          Context::fail(def.pos,
                        "forward use of type " + std::to_string(super) + " in sub type definition");
      if (def.sub.supers.size() > 1)
        Context::fail(def.pos, "sub type " + std::to_string(x) + " has more than one super type");
    }
    c_.types.add_group(m_, g, c_.numbers);
    for (Index x = g.first; x < end; x++)
      structure(x);
  }

  /// That a definition names only types before \p end, and function types where it must.
  void indices(const TypeDef &def, Index end) const {
    auto known = [&](Index x) { Context::known(x < end, def.pos, "type", x); };
    auto value = [&](const ValType &t) {
      if (t.is_ref() && t.heap.is_index())
        known(t.heap.index());
    };
    const SubType &t = def.sub;
    for (Index x : t.supers)
      known(x);
    for (auto &v : t.params)
      value(v);
    for (auto &v : t.results)
      value(v);
    for (auto &f : t.fields)
      value(f.type);
    if (t.kind != SubType::Cont)
      return;
    if (!t.cont.is_index())
      Context::fail(def.pos, "non-function type " + c_.spelt(t.cont));
    known(t.cont.index());
    if (m_.types[t.cont.index()].sub.kind != SubType::Func)
      Context::fail(def.pos, "non-function type " + std::to_string(t.cont.index()));
  }

  void structure(Index x) const {
    const TypeDef &def = m_.types[x];
    for (Index super : def.sub.supers) {
      const std::string text = "sub type " + std::to_string(x);
      if (m_.types[super].sub.is_final)
        Context::fail(def.pos, text + " has final super type " + std::to_string(super));
      if (!c_.types.structure_matches(c_.types[c_.numbers[x]], c_.types[c_.numbers[super]]))
        Context::fail(def.pos, text + " does not match super type " + std::to_string(super));
    }
  }

  static void limits(const Limits &l, uint64_t most, Pos at, const char *text) {
    Context::require(l.min <= most, at, text);
    if (!l.max)
      return;
    Context::require(*l.max <= most, at, text);
    Context::require(l.min <= *l.max, at, "size minimum must not be greater than maximum");
  }

  void table_type(const TableType &t, Pos at) const {
    c_.value(t.elem, at);
    if (t.addr64)
      limits(t.limits, ~uint64_t(0), at, "table size must be at most 2^64-1 for i64");
    else
      limits(t.limits, 0xffffffff, at, "table size must be at most 2^32-1 for i32");
  }

  static void memory_type(const MemoryType &t, Pos at) {
    if (t.addr64)
      limits(t.limits, uint64_t(1) << 48, at,
             "memory size must be at most 2^48 pages (256 TiB) for i64");
    else
      limits(t.limits, 0x10000, at, "memory size must be at most 2^16 pages (4 GiB) for i32");
  }

  // Definitions

  void import(const Import &i) const {
    switch (i.kind) {
    case ExternKind::Func:
      c_.func_type(m_.funcs[i.index].type, i.pos);
      break;
    case ExternKind::Table:
      table_type(m_.tables[i.index].type, i.pos);
      break;
    case ExternKind::Memory:
      memory_type(m_.memories[i.index].type, i.pos);
      break;
    case ExternKind::Global:
      c_.value(m_.globals[i.index].type.type, i.pos);
      break;
    case ExternKind::Tag:
      c_.func_type(m_.tags[i.index].type, i.pos);
      break;
    }
  }

  /// Functions that appear outside of bodies, which are those that ref.func may take inside.
  void declare_functions() {
    c_.declared_funcs.resize(m_.funcs.size());
    auto declare = [&](Index f) {
      if (f < c_.declared_funcs.size())
        c_.declared_funcs[f] = true;
    };
    auto scan = [&](const Expr &e) {
      for (const Instr &i : e.code)
        if (i.op == Op::RefFunc)
          declare(i.x);
    };
    for (const Table &t : m_.tables)
      scan(t.init);
    for (const Global &g : m_.globals)
      scan(g.init);
    for (const Elem &e : m_.elems) {
      scan(e.offset);
      for (const Expr &item : e.items)
        scan(item);
    }
    for (const Data &d : m_.datas)
      scan(d.offset);
    for (const Export &e : m_.exports)
      if (e.kind == ExternKind::Func)
        declare(e.index);
  }

  bool is_constant(const Instr &i) const {
    switch (i.op) {
    case Op::I32Const:
    case Op::I64Const:
    case Op::F32Const:
    case Op::F64Const:
    case Op::I32Add:
    case Op::I32Sub:
    case Op::I32Mul:
    case Op::I64Add:
    case Op::I64Sub:
    case Op::I64Mul:
    case Op::RefNull:
    case Op::RefFunc:
    case Op::RefI31:
    case Op::StructNew:
    case Op::StructNewDefault:
    case Op::ArrayNew:
    case Op::ArrayNewDefault:
    case Op::ArrayNewFixed:
    case Op::AnyConvertExtern:
    case Op::ExternConvertAny:
      return true;
    case Op::GlobalGet:
      return !c_.global(i.x, i.pos).is_mutable;
    default:
      return false;
    }
  }

  void constant(const Expr &e, ValType result) const {
    for (size_t k = 0; k + 1 < e.code.size(); k++)
      Context::require(is_constant(e.code[k]), e.code[k].pos, "constant expression required");
    BodyChecker(c_, e, {}, 0, Types(&result, 1)).check();
  }

  void table(const Table &t) const {
    table_type(t.type, t.pos);
    const ValType elem = c_.elem_type(t.type);
    if (t.has_init) {
      constant(t.init, elem);
    } else if (!elem.nullable) {
      const ValType null = ValType::ref(true, elem.heap);
      Context::fail(t.pos, "type mismatch: instruction requires " + c_.spelt(Types(&elem, 1)) +
                               " but stack has " + c_.spelt(Types(&null, 1)));
    }
  }

  void global(const Global &g) {
    constant(g.init, c_.value(g.type.type, g.pos));
    c_.globals++;
  }

  void elem(const Elem &e) const {
    const ValType t = c_.value(e.type, e.pos);
    for (const Expr &item : e.items)
      constant(item, t);
    if (e.mode != SegmentMode::Active)
      return;
    const TableType &table = c_.table(e.table, e.pos);
    const ValType to = c_.elem_type(table);
    if (!c_.types.matches(t, to))
      Context::fail(e.pos, "type mismatch: element segment's type " + c_.spelt(t) +
                               " does not match table's element type " + c_.spelt(to));
    constant(e.offset, Context::address(table.addr64));
  }

  void data(const Data &d) const {
    if (d.mode != SegmentMode::Active)
      return;
    const MemoryType &memory = c_.memory(d.memory, d.pos);
    constant(d.offset, Context::address(memory.addr64));
  }

  void body(const Func &f, FuncFacts &facts) const {
    const SubType &t = c_.func_type(f.type, f.pos);
    std::vector<ValType> locals = t.params;
    for (const ValType &l : f.locals)
      locals.push_back(c_.value(l, f.pos));
    BodyChecker(c_, f.body, std::move(locals), t.params.size(), t.results).check(&facts);
  }

  void start(const Start &s) const {
    const SubType &t = c_.func(s.func, s.pos);
    Context::require(t.params.empty() && t.results.empty(), s.pos,
                     "start function must not have parameters or results");
  }

  void exports() const {
    std::unordered_set<std::string_view> names;
    for (const Export &e : m_.exports) {
      switch (e.kind) {
      case ExternKind::Func:
        c_.func(e.index, e.pos);
        break;
      case ExternKind::Table:
        c_.table(e.index, e.pos);
        break;
      case ExternKind::Memory:
        c_.memory(e.index, e.pos);
        break;
      case ExternKind::Global:
        c_.global(e.index, e.pos);
        break;
      case ExternKind::Tag:
        c_.tag(e.index, e.pos);
        break;
      }
      Context::require(names.insert(e.name).second, e.pos, "duplicate export name");
    }
  }

  Context c_;
  const Module &m_;
};

} // namespace

Validated validate(const Module &m, CanonicalTypes &types) {
  return ModuleChecker(m, types).check();
}

} // namespace wat
