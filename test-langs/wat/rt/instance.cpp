// Instantiation and linking: imports are matched by type, then globals, tables, segments and the start function
// run in the specification's order.
#include "rt/instance.h"
#include <cstring>

namespace wat {

extern "C" void wat_table_init(Instance *, TableObject *, uint32_t, uint64_t, uint64_t, uint64_t);
extern "C" void wat_memory_init(Instance *, MemoryObject *, uint32_t, uint64_t, uint64_t, uint64_t);

static bool abstract_below(HeapType::Abstract a, HeapType::Abstract b) {
  if (a == b)
    return true;
  using H = HeapType;
  switch (b) {
  case H::Any:
    return a == H::Eq || a == H::I31 || a == H::Struct || a == H::Array || a == H::None;
  case H::Eq:
    return a == H::I31 || a == H::Struct || a == H::Array || a == H::None;
  case H::I31:
  case H::Struct:
  case H::Array:
    return a == H::None;
  case H::Func:
    return a == H::NoFunc;
  case H::Extern:
    return a == H::NoExtern;
  case H::Exn:
    return a == H::NoExn;
  case H::Cont:
    return a == H::NoCont;
  default:
    return false;
  }
}

static HeapType::Abstract top(const CanonType *c) {
  switch (c->sub.kind) {
  case SubType::Func:
    return HeapType::Func;
  case SubType::Struct:
    return HeapType::Struct;
  case SubType::Array:
    return HeapType::Array;
  default:
    return HeapType::Cont;
  }
}

// A value type with what its index means.
struct Canon {
  ValType type;
  const CanonType *heap;
};

static bool same(Canon a, Canon b) {
  return a.type.kind == b.type.kind &&
         (!a.type.is_ref() || (a.type.nullable == b.type.nullable && a.heap == b.heap &&
                               (a.heap || a.type.heap == b.type.heap)));
}

static bool fits(Canon a, Canon b) {
  if (a.type.kind != b.type.kind)
    return false;
  if (!a.type.is_ref())
    return true;
  if (a.type.nullable && !b.type.nullable)
    return false;
  if (a.heap)
    return b.heap ? below(a.heap, b.heap) : abstract_below(top(a.heap), b.type.heap.abstract());
  if (!b.heap)
    return abstract_below(a.type.heap.abstract(), b.type.heap.abstract());
  using H = HeapType;
  H::Abstract bottom = a.type.heap.abstract();
  H::Abstract t = top(b.heap);
  return (bottom == H::None && (t == H::Struct || t == H::Array)) || (bottom == H::NoFunc && t == H::Func) ||
         (bottom == H::NoCont && t == H::Cont);
}

static bool limits_fit(const Limits &have, uint64_t size, const Limits &want) {
  return size >= want.min && (!want.max || (have.max && *have.max <= *want.max));
}

// The canonical element type of tables, beside them.
static std::vector<std::pair<const TableObject *, const CanonType *>> &table_heaps() {
  static std::vector<std::pair<const TableObject *, const CanonType *>> v;
  return v;
}

static const CanonType *table_heap(const TableObject *t) {
  for (auto &[table, heap] : table_heaps())
    if (table == t)
      return heap;
  return nullptr;
}

Extern host_function(std::vector<ValType> params, void (*entry)(FuncRef *, uint64_t *)) {
  Module m;
  m.types.emplace_back();
  m.types[0].sub.params = std::move(params);
  m.groups.push_back({0, 1});
  return {ExternKind::Func, new FuncRef{nullptr, nullptr, canonical(m)[0], entry}};
}

static std::string signature(const Module &m, const SubType &t) {
  std::string s;
  auto add = [&](const std::vector<ValType> &types) {
    for (size_t k = 0; k < types.size(); ++k) {
      if (k)
        s += ',';
      s += types[k].kind == ValType::F32 || types[k].kind == ValType::F64 ? "double" : "i64";
    }
  };
  (void)m;
  add(t.params);
  s += "->";
  add(t.results);
  return s;
}

Instance *instantiate(const Compiled &c, Extern (*import)(void *, const Import &), void *context) {
  const Module &m = *c.module;
  Layout at(m, uint32_t(c.handlers.size()));
  auto *i = static_cast<Instance *>(calloc(1, sizeof(Instance) + 8 * size_t(at.count)));
  i->compiled = &c;
  i->elems = new std::vector<Segment>(m.elems.size());
  i->datas = new std::vector<Segment>(m.datas.size());
  std::vector<const CanonType *> types = canonical(m);
  for (size_t k = 0; k < types.size(); ++k)
    i->at<const CanonType>(at.types + uint32_t(k)) = types[k];
  auto canon = [&](ValType t) {
    return Canon{t, t.is_ref() && t.heap.is_index() ? types[t.heap.index()] : nullptr};
  };

  for (const Import &im : m.imports) {
    Extern e = import(context, im);
    if (!e.object)
      throw Unlinkable{"unknown import"};
    bool ok = e.kind == im.kind;
    uint32_t slot = 0;
    if (ok)
      switch (im.kind) {
      case ExternKind::Func:
        ok = below(static_cast<FuncRef *>(e.object)->type, types[m.funcs[im.index].type]);
        slot = im.index;
        break;
      case ExternKind::Table: {
        auto *t = static_cast<TableObject *>(e.object);
        const TableType &want = m.tables[im.index].type;
        ok = t->type.addr64 == want.addr64 && limits_fit(t->type.limits, t->size, want.limits) &&
             same({t->type.elem, table_heap(t)}, canon(want.elem));
        slot = at.tables + im.index;
        break;
      }
      case ExternKind::Memory: {
        auto *o = static_cast<MemoryObject *>(e.object);
        const MemoryType &want = m.memories[im.index].type;
        ok = o->type.addr64 == want.addr64 && limits_fit(o->type.limits, o->bytes >> 16, want.limits);
        slot = at.memories + im.index;
        break;
      }
      case ExternKind::Global: {
        auto *o = static_cast<GlobalObject *>(e.object);
        const GlobalType &want = m.globals[im.index].type;
        Canon have{o->type.type, o->heap};
        ok = o->type.is_mutable == want.is_mutable &&
             (want.is_mutable ? same(have, canon(want.type)) : fits(have, canon(want.type)));
        slot = at.globals + im.index;
        break;
      }
      case ExternKind::Tag:
        ok = static_cast<TagObject *>(e.object)->type == types[m.tags[im.index].type];
        slot = at.tags + im.index;
        break;
      }
    if (!ok)
      throw Unlinkable{"incompatible import type"};
    if (auto *host = static_cast<FuncRef *>(e.object); e.kind == ExternKind::Func && !host->code)
      e.object = new FuncRef{c.funcs[im.index].code, reinterpret_cast<Instance *>(host), host->type,
                             host->entry};
    i->at<void>(slot) = e.object;
  }

  for (Index k = 0; k < m.funcs.size(); ++k)
    if (m.funcs[k].import == no_index)
      i->at<FuncRef>(k) = new FuncRef{c.funcs[k].code, i, types[m.funcs[k].type], c.funcs[k].entry};
  for (Index k = 0; k < m.tags.size(); ++k)
    if (m.tags[k].import == no_index) {
      auto *t = new TagObject{{}, m.tags[k].name, signature(m, m.types[m.tags[k].type].sub),
                              types[m.tags[k].type]};
      t->tag = {t->name.c_str(), t->signature.c_str()};
      i->at<TagObject>(at.tags + k) = t;
    }
  for (size_t k = 0; k < c.handlers.size(); ++k) {
    auto &clauses = c.handlers[k].clauses;
    auto *on = static_cast<weft_handlers *>(
        calloc(1, sizeof(weft_handlers) + clauses.size() * sizeof(weft_handler)));
    on->count = uint32_t(clauses.size());
    for (size_t n = 0; n < clauses.size(); ++n)
      on->entry[n] = {&i->at<TagObject>(at.tags + clauses[n].tag)->tag, clauses[n].is_switch, 0};
    i->at<weft_handlers>(at.handlers + uint32_t(k)) = on;
  }
  for (Index k = 0; k < m.memories.size(); ++k)
    if (m.memories[k].import == no_index) {
      i->at<MemoryObject>(at.memories + k) = make_memory(m.memories[k].type);
      if (!i->at<MemoryObject>(at.memories + k))
        throw Trap{"out of memory"};
    }

  // Constant expressions come in the order of const_exprs: those of tables first, yet they may name globals.
  size_t table_inits = 0, next = 0;
  for (auto &t : m.tables)
    table_inits += t.has_init;
  next = table_inits;
  for (Index k = 0; k < m.globals.size(); ++k)
    if (m.globals[k].import == no_index) {
      ValType t = m.globals[k].type.type;
      auto *o = new GlobalObject{0, m.globals[k].type, canon(t).heap};
      i->at<GlobalObject>(at.globals + k) = o;
      o->bits = c.exprs[next++](i);
    }
  size_t rest = next;
  next = 0;
  for (Index k = 0; k < m.tables.size(); ++k) {
    uint64_t init = m.tables[k].has_init ? c.exprs[next++](i) : 0;
    if (m.tables[k].import == no_index) {
      TableObject *t = make_table(m.tables[k].type, init);
      if (!t)
        throw Trap{"out of memory"};
      i->at<TableObject>(at.tables + k) = t;
      if (const CanonType *heap = canon(t->type.elem).heap)
        table_heaps().push_back({t, heap});
    }
  }
  next = rest;
  std::vector<uint64_t> offsets;
  for (size_t k = 0; k < m.elems.size(); ++k) {
    for (size_t n = 0; n < m.elems[k].items.size(); ++n)
      (*i->elems)[k].elements.push_back(c.exprs[next++](i));
    offsets.push_back(m.elems[k].mode == SegmentMode::Active ? c.exprs[next++](i) : 0);
  }
  for (size_t k = 0; k < m.elems.size(); ++k) {
    Segment &s = (*i->elems)[k];
    if (m.elems[k].mode == SegmentMode::Active)
      wat_table_init(i, i->at<TableObject>(at.tables + m.elems[k].table), uint32_t(k), offsets[k], 0,
                     s.elements.size());
    if (m.elems[k].mode != SegmentMode::Passive)
      s.elements.clear();
  }
  for (size_t k = 0; k < m.datas.size(); ++k)
    (*i->datas)[k] = {{}, m.datas[k].bytes.data(), m.datas[k].bytes.size()};
  for (size_t k = 0; k < m.datas.size(); ++k)
    if (m.datas[k].mode == SegmentMode::Active) {
      wat_memory_init(i, i->at<MemoryObject>(at.memories + m.datas[k].memory), uint32_t(k),
                      c.exprs[next++](i), 0, m.datas[k].bytes.size());
      (*i->datas)[k].size = 0;
    }
  if (m.start)
    call(i->func(m.start->func), nullptr);
  return i;
}

Extern exported(Instance *i, const std::string &name) {
  const Module &m = *i->compiled->module;
  Layout at(m);
  for (const Export &e : m.exports)
    if (e.name == name)
      switch (e.kind) {
      case ExternKind::Func:
        return {e.kind, i->at<void>(e.index)};
      case ExternKind::Table:
        return {e.kind, i->at<void>(at.tables + e.index)};
      case ExternKind::Memory:
        return {e.kind, i->at<void>(at.memories + e.index)};
      case ExternKind::Global:
        return {e.kind, i->at<void>(at.globals + e.index)};
      case ExternKind::Tag:
        return {e.kind, i->at<void>(at.tags + e.index)};
      }
  return {};
}

} // namespace wat
