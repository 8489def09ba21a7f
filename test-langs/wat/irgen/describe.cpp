// The module's description (rt/compiled.h) as constant data. Each function here writes one struct of it, with
// its fields in its order; sizes are compared, so that a field added there is not forgotten here.
#include "irgen/gen.h"
#include "rt/compiled.h"

namespace wat {
using namespace llvm;

namespace {

class Writer {
public:
  explicit Writer(ModuleGen &gen) : g(gen) {}

  Constant *i32(uint64_t v) { return ConstantInt::get(g.i32, v); }
  Constant *i64(uint64_t v) { return ConstantInt::get(g.i64, v); }
  Constant *null() { return ConstantPointerNull::get(PointerType::getUnqual(g.cx)); }

  template <class T> Constant *row(std::vector<Constant *> fields) {
    auto *s = ConstantStruct::getAnon(g.cx, fields);
    if (g.m.getDataLayout().getTypeAllocSize(s->getType()) != sizeof(T))
      report_fatal_error("wat: describe.cpp and compiled.h differ");
    return s;
  }

  Constant *data(Constant *c) {
    auto *v = new GlobalVariable(g.m, c->getType(), true, GlobalValue::PrivateLinkage, c, g.prefix + "_data");
    v->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    return v;
  }

  /// A List or a Text.
  Constant *list(const std::vector<Constant *> &elements) {
    Constant *at = null();
    if (!elements.empty())
      at = data(ConstantArray::get(ArrayType::get(elements[0]->getType(), elements.size()), elements));
    return row<List<int>>({at, i64(elements.size())});
  }
  template <class V, class F> Constant *list_of(const V &all, F make) {
    std::vector<Constant *> rows;
    for (auto &x : all)
      rows.push_back(make(x));
    return list(rows);
  }
  Constant *c_string(const std::string &s) { return data(ConstantDataArray::getString(g.cx, s)); }
  Constant *text(const std::string &s) {
    return row<Text>({s.empty() ? null() : data(ConstantDataArray::getString(g.cx, s, false)), i64(s.size())});
  }

  Constant *value_type(const ValType &t) {
    uint32_t heap = t.heap.is_index() ? t.heap.index() : uint32_t(t.heap.abstract());
    return row<ValType>({ConstantInt::get(g.i8, t.kind), ConstantInt::get(g.i8, t.nullable), i32(heap)});
  }
  Constant *pos(Pos p) { return row<Pos>({i32(p.line), i32(p.column)}); }

  Constant *type(const TypeDef &t, uint32_t group) {
    std::vector<Constant *> values, fields;
    for (auto *types : {&t.sub.params, &t.sub.results})
      for (const ValType &v : *types)
        values.push_back(value_type(v));
    for (const FieldType &f : t.sub.fields)
      fields.push_back(row<FieldType>({ConstantInt::get(g.i8, f.packed), ConstantInt::get(g.i8, f.is_mutable),
                                       value_type(f.type)}));
    return row<TypeInfo>({i32(t.sub.kind), i32(t.sub.is_final),
                          i32(t.sub.supers.empty() ? no_index : t.sub.supers[0]),
                          i32(t.sub.kind == SubType::Cont ? t.sub.cont.index() : no_index), i32(group),
                          i32(t.sub.params.size()), list(values), list(fields)});
  }

  Constant *init(const Expr *e) {
    if (!e)
      return row<Init>({i32(Init::None), i32(0), i64(0)});
    if (e->code.size() == 2)
      switch (const Instr &i = e->code[0]; i.op) {
      case Op::I32Const:
      case Op::I64Const:
      case Op::F32Const:
      case Op::F64Const:
        return row<Init>({i32(Init::Bits), i32(0), i64(i.value)});
      case Op::RefNull:
        return row<Init>({i32(Init::Bits), i32(0), i64(0)});
      case Op::RefFunc:
        return row<Init>({i32(Init::Func), i32(i.x), i64(0)});
      default:
        break;
      }
    auto *f = Function::Create(FunctionType::get(g.i64, {g.ptr}, false), GlobalValue::InternalLinkage,
                               g.prefix + "_expr", g.m);
    g.set_attributes(f);
    FuncGen(g, f, *e).constant();
    return row<Init>({i32(Init::Code), i32(0), ConstantExpr::getPtrToInt(f, g.i64)});
  }

  Constant *func(Index k, Function *code) {
    const Func &f = g.source.funcs[k];
    const SubType &t = g.func_type(f.type);
    return row<FuncInfo>({code ? code : g.host_thunk(t), g.entry_thunk(t), i32(f.type),
                          i32(f.import != no_index), text(g.shown_name(k)), pos(f.pos),
                          pos(f.body.code.empty() ? f.pos : f.body.code.back().pos)});
  }

  Constant *table(const Table &t) {
    auto &l = t.type.limits;
    return row<TableInfo>({i32(t.import != no_index), i32(t.type.addr64), i32(l.max.has_value()), i32(0),
                           i64(l.min), i64(l.max.value_or(0)), value_type(t.type.elem),
                           init(t.has_init ? &t.init : nullptr)});
  }

  Constant *memory(const Memory &m) {
    auto &l = m.type.limits;
    return row<MemoryInfo>({i32(m.import != no_index), i32(m.type.addr64), i32(l.max.has_value()), i32(0),
                            i64(l.min), i64(l.max.value_or(0))});
  }

  Constant *global(const Global &x) {
    return row<GlobalInfo>({i32(x.import != no_index), i32(x.type.is_mutable), value_type(x.type.type),
                            init(x.import == no_index ? &x.init : nullptr)});
  }

  Constant *tag(const Tag &t) {
    const SubType &type = g.func_type(t.type);
    std::string signature;
    for (auto *types : {&type.params, &type.results}) {
      if (types == &type.results)
        signature += "->";
      for (size_t k = 0; k < types->size(); ++k) {
        ValType::Kind kind = (*types)[k].kind;
        signature += k ? "," : "";
        signature += kind == ValType::F32 || kind == ValType::F64 ? "double" : "i64";
      }
    }
    return row<TagInfo>({i32(t.import != no_index), i32(t.type), c_string(t.name), c_string(signature)});
  }

  Constant *elem(const Elem &e) {
    Constant *items = list_of(e.items, [&](const Expr &x) { return init(&x); });
    return row<ElemInfo>({i32(uint32_t(e.mode)), i32(e.table), items,
                          init(e.mode == SegmentMode::Active ? &e.offset : nullptr)});
  }

  Constant *segment(const Data &d) {
    return row<DataInfo>({i32(uint32_t(d.mode)), i32(d.memory), text(d.bytes),
                          init(d.mode == SegmentMode::Active ? &d.offset : nullptr)});
  }

private:
  ModuleGen &g;
};

} // namespace

void ModuleGen::describe() {
  Writer w(*this);
  std::vector<Constant *> types, funcs;
  for (size_t k = 0; k < source.types.size(); ++k) {
    const RecGroup &group = source.groups[source.types[k].group];
    types.push_back(w.type(source.types[k], group.first == k ? group.count : 0));
  }
  for (size_t k = 0; k < source.funcs.size(); ++k)
    funcs.push_back(w.func(Index(k), funcs_[k]));
  Constant *all = w.row<Compiled>(
      {w.text(file), w.i32(source.start ? source.start->func : no_index), w.i32(0), w.list(types),
       w.list(funcs), w.list_of(source.tables, [&](auto &t) { return w.table(t); }),
       w.list_of(source.memories, [&](auto &m) { return w.memory(m); }),
       w.list_of(source.globals, [&](auto &x) { return w.global(x); }),
       w.list_of(source.tags, [&](auto &t) { return w.tag(t); }),
       w.list_of(handlers,
                 [&](auto &clauses) {
                   return w.list_of(clauses, [&](const HandlerClause &c) {
                     return w.row<ClauseInfo>({w.i32(c.tag), w.i32(c.is_switch)});
                   });
                 }),
       w.list_of(source.imports,
                 [&](auto &x) {
                   return w.row<ImportInfo>(
                       {w.text(x.module), w.text(x.field), w.i32(uint32_t(x.kind)), w.i32(x.index)});
                 }),
       w.list_of(source.exports,
                 [&](auto &x) {
                   return w.row<ExportInfo>({w.text(x.name), w.i32(uint32_t(x.kind)), w.i32(x.index)});
                 }),
       w.list_of(source.elems, [&](auto &e) { return w.elem(e); }),
       w.list_of(source.datas, [&](auto &d) { return w.segment(d); })});
  new GlobalVariable(m, all->getType(), true, GlobalValue::ExternalLinkage, all, prefix);
}

} // namespace wat
