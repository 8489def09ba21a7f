// Instantiation and linking: imports are matched by type, then globals, tables, segments and the start function
// run in the specification's order.
#include "rt/instance.h"
#include "rt/backtrace.h"
#include "rt/call.h"
#include "rt/collect.h"
#include "rt/storage.h"
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

template <class Info> static bool limits_fit(const Limits &have, uint64_t size, const Info &want) {
  return size >= want.min && (!want.has_max || (have.max && *have.max <= want.max));
}

template <class Info> static Limits limits(const Info &t) {
  return {t.min, t.has_max ? std::optional<uint64_t>(t.max) : std::nullopt};
}

Extern host_function(std::vector<ValType> params, void (*entry)(FuncRef *, uint64_t *)) {
  return {ExternKind::Func, new FuncRef{nullptr, nullptr, canonical(std::move(params), {}), entry}};
}

namespace {

/// One instantiation, in the specification's order.
class Maker {
public:
  explicit Maker(const Compiled &c) : c(c), at(c), types(canonical(c.types)) {
    i = static_cast<Instance *>(calloc(1, sizeof(Instance) + 8 * size_t(at.count)));
    if (!i)
      raise_trap("out of memory");
    i->compiled = &c;
    i->elems = new std::vector<Segment>(c.elems.count);
    i->datas = new std::vector<Segment>(c.datas.count);
    i->hosts = new std::vector<FuncRef *>;
    add_roots(i);
    for (size_t k = 0; k < types.size(); ++k)
      slot<const CanonType>(at.types, k) = types[k];
  }
  void link(const ImportInfo &im, Extern e);
  void define();
  void fill();
  Instance *i;

private:
  template <class T> T *&slot(uint32_t first, size_t k) { return i->at<T>(first + uint32_t(k)); }
  Canon canon(ValType t) const {
    return {t, t.is_ref() && t.heap.is_index() ? types[t.heap.index()] : nullptr};
  }
  uint64_t value(const Init &x) {
    switch (x.kind) {
    case Init::None:
      return 0;
    case Init::Bits:
      return x.bits;
    case Init::Func:
      return i->slots[x.func];
    case Init::Code:
      break;
    }
    return x.code(i);
  }

  const Compiled &c;
  Layout at;
  std::vector<const CanonType *> types;
};

void Maker::link(const ImportInfo &im, Extern e) {
  auto name = [&] {
    return ": \"" + std::string(im.module.view()) + "\" \"" + std::string(im.field.view()) + "\"";
  };
  if (!e.object)
    throw Unlinkable{"unknown import" + name()};
  bool ok = uint32_t(e.kind) == im.kind;
  uint32_t first = 0;
  if (ok)
    switch (e.kind) {
    case ExternKind::Func:
      ok = below(static_cast<FuncRef *>(e.object)->type, types[c.funcs[im.index].type]);
      break;
    case ExternKind::Table: {
      auto *t = static_cast<TableObject *>(e.object);
      const TableInfo &want = c.tables[im.index];
      ok = t->type.addr64 == bool(want.addr64) && limits_fit(t->type.limits, t->size, want) &&
           same({t->type.elem, t->heap}, canon(want.elem));
      first = at.tables;
      break;
    }
    case ExternKind::Memory: {
      auto *o = static_cast<MemoryObject *>(e.object);
      const MemoryInfo &want = c.memories[im.index];
      ok = o->type.addr64 == bool(want.addr64) && limits_fit(o->type.limits, o->bytes >> 16, want);
      first = at.memories;
      break;
    }
    case ExternKind::Global: {
      auto *o = static_cast<GlobalObject *>(e.object);
      const GlobalInfo &want = c.globals[im.index];
      Canon have{o->type.type, o->heap};
      ok = o->type.is_mutable == bool(want.is_mutable) &&
           (want.is_mutable ? same(have, canon(want.type)) : fits(have, canon(want.type)));
      first = at.globals;
      break;
    }
    case ExternKind::Tag:
      ok = static_cast<TagObject *>(e.object)->type == types[c.tags[im.index].type];
      first = at.tags;
      break;
    }
  if (!ok)
    throw Unlinkable{"incompatible import type" + name()};
  if (auto *host = static_cast<FuncRef *>(e.object); e.kind == ExternKind::Func && !host->code) {
    const FuncInfo &f = c.funcs[im.index];
    e.object = i->hosts->emplace_back(new FuncRef{f.code, reinterpret_cast<Instance *>(host), host->type, f.entry});
  }
  slot<void>(first, im.index) = e.object;
}

/// What the module defines: in its functions, tags and memories nothing runs; globals and tables have
/// constant expressions, which may name earlier globals.
void Maker::define() {
  for (size_t k = 0; k < c.funcs.count; ++k)
    if (const FuncInfo &f = c.funcs[k]; !f.imported)
      slot<FuncRef>(at.funcs, k) = new FuncRef{f.code, i, types[f.type], f.entry};
  for (size_t k = 0; k < c.tags.count; ++k)
    if (const TagInfo &t = c.tags[k]; !t.imported)
      slot<TagObject>(at.tags, k) = new TagObject{{t.name, t.signature}, types[t.type]};
  for (size_t k = 0; k < c.handlers.count; ++k) {
    auto &clauses = c.handlers[k];
    auto *on = static_cast<weft_handlers *>(
        calloc(1, sizeof(weft_handlers) + clauses.count * sizeof(weft_handler)));
    on->count = uint32_t(clauses.count);
    for (size_t n = 0; n < clauses.count; ++n)
      on->entry[n] = {&slot<TagObject>(at.tags, clauses[n].tag)->tag, clauses[n].is_switch, 0};
    slot<weft_handlers>(at.handlers, k) = on;
  }
  for (size_t k = 0; k < c.memories.count; ++k)
    if (const MemoryInfo &m = c.memories[k]; !m.imported)
      if (!(slot<MemoryObject>(at.memories, k) = make_memory({bool(m.addr64), limits(m)})))
        raise_trap("out of memory");
  for (size_t k = 0; k < c.globals.count; ++k)
    if (const GlobalInfo &x = c.globals[k]; !x.imported) {
      auto *o = new GlobalObject{0, {bool(x.is_mutable), x.type}, canon(x.type).heap};
      slot<GlobalObject>(at.globals, k) = o;
      o->bits = value(x.init);
    }
  for (size_t k = 0; k < c.tables.count; ++k)
    if (const TableInfo &t = c.tables[k]; !t.imported) {
      TableObject *o = make_table({bool(t.addr64), limits(t), t.elem}, value(t.init));
      if (!o)
        raise_trap("out of memory");
      o->heap = canon(t.elem).heap;
      slot<TableObject>(at.tables, k) = o;
    }
}

/// Segments, and what of them goes into tables and memories at once.
void Maker::fill() {
  std::vector<uint64_t> offsets;
  for (size_t k = 0; k < c.elems.count; ++k) {
    for (const Init &item : c.elems[k].items)
      (*i->elems)[k].elements.push_back(value(item));
    offsets.push_back(value(c.elems[k].offset));
  }
  for (size_t k = 0; k < c.elems.count; ++k) {
    Segment &s = (*i->elems)[k];
    auto mode = SegmentMode(c.elems[k].mode);
    if (mode == SegmentMode::Active)
      wat_table_init(i, slot<TableObject>(at.tables, c.elems[k].table), uint32_t(k), offsets[k], 0,
                     s.elements.size());
    if (mode != SegmentMode::Passive)
      s.elements.clear();
  }
  for (size_t k = 0; k < c.datas.count; ++k)
    (*i->datas)[k] = {{}, c.datas[k].bytes.at, c.datas[k].bytes.size};
  for (size_t k = 0; k < c.datas.count; ++k)
    if (const DataInfo &d = c.datas[k]; SegmentMode(d.mode) == SegmentMode::Active) {
      wat_memory_init(i, slot<MemoryObject>(at.memories, d.memory), uint32_t(k), value(d.offset), 0,
                      d.bytes.size);
      (*i->datas)[k].size = 0;
    }
}

} // namespace

Instance *instantiate(const Compiled &c, Extern (*import)(void *, const ImportInfo &), void *context, HostTags *tags) {
  register_functions(c);
  Maker maker(c);
  struct Guard {
    Instance *i;
    ~Guard() {
      if (i)
        destroy(i);
    }
  } guard{tags ? maker.i : nullptr};
  for (const ImportInfo &im : c.imports)
    maker.link(im, import(context, im));
  maker.define();
  maker.fill();
  if (c.start != no_index)
    call(maker.i->func(c.start), nullptr, tags);
  guard.i = nullptr;
  return maker.i;
}

void destroy(Instance *i) {
  remove_roots(i);
  const Compiled &c = *i->compiled;
  Layout at(c);
  // What was not made yet is null.
  auto each = [&](auto &infos, uint32_t first, auto release) {
    for (size_t k = 0; k < infos.count; ++k)
      if (i->slots[first + k] && !infos[k].imported)
        release(first + uint32_t(k));
  };
  each(c.funcs, at.funcs, [&](uint32_t k) { delete i->at<FuncRef>(k); });
  each(c.tags, at.tags, [&](uint32_t k) { delete i->at<TagObject>(k); });
  each(c.globals, at.globals, [&](uint32_t k) { delete i->at<GlobalObject>(k); });
  each(c.memories, at.memories, [&](uint32_t k) { free_memory(i->at<MemoryObject>(k)); });
  each(c.tables, at.tables, [&](uint32_t k) {
    free(i->at<TableObject>(k)->elements);
    delete i->at<TableObject>(k);
  });
  for (uint32_t k = 0; k < c.handlers.count; ++k)
    free(i->at<weft_handlers>(at.handlers + k));
  for (FuncRef *f : *i->hosts)
    delete f;
  delete i->hosts;
  delete i->elems;
  delete i->datas;
  free(i);
}

Extern exported(Instance *i, std::string_view name) {
  Layout at(*i->compiled);
  const uint32_t first[] = {at.funcs, at.tables, at.memories, at.globals, at.tags}; // as ExternKind
  for (const ExportInfo &e : i->compiled->exports)
    if (e.name.view() == name)
      return {ExternKind(e.kind), i->at<void>(first[e.kind] + e.index)};
  return {};
}

} // namespace wat
