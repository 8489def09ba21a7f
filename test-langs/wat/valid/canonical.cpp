// Numbers recursive groups and compares types by number; see canonical.h for the idea.
#include "valid/canonical.h"

namespace wat {

namespace {

/// Applies \p f to every type index in a type.
template <class F> void each_index(SubType &t, F f) {
  auto heap = [&](HeapType &h) {
    if (h.is_index())
      h = f(h.index());
  };
  auto val = [&](ValType &v) {
    if (v.is_ref())
      heap(v.heap);
  };
  for (Index &s : t.supers)
    s = f(s).index();
  for (ValType &v : t.params)
    val(v);
  for (ValType &v : t.results)
    val(v);
  for (FieldType &v : t.fields)
    val(v.type);
  if (t.kind == SubType::Cont)
    heap(t.cont);
}

// The identity of a group: all that SubType's equality looks at, with lengths in front.
class Key {
public:
  void number(uint32_t v) { text_.append((const char *)&v, sizeof v); }
  void value(const ValType &t) {
    number(t.kind | t.nullable << 8);
    if (t.is_ref())
      heap(t.heap);
  }
  void heap(HeapType h) { number(h.is_index() ? h.index() : h.abstract()); }
  void type(const SubType &t) {
    number(t.kind | t.is_final << 8);
    number((uint32_t)t.supers.size());
    for (Index s : t.supers)
      number(s);
    number((uint32_t)t.params.size());
    for (auto &v : t.params)
      value(v);
    number((uint32_t)t.results.size());
    for (auto &v : t.results)
      value(v);
    number((uint32_t)t.fields.size());
    for (auto &f : t.fields) {
      number(f.packed | f.is_mutable << 8);
      value(f.type);
    }
    if (t.kind == SubType::Cont)
      heap(t.cont);
  }
  std::string take() { return std::move(text_); }

private:
  std::string text_;
};

// An index inside the group, while its number is not known. Numbers stay far below.
constexpr Index relative = 0x80000000;

} // namespace

void CanonicalTypes::add_group(const Module &m, const RecGroup &group,
                               std::vector<Index> &numbers) {
  std::vector<SubType> types;
  Key key;
  for (Index i = 0; i < group.count; i++) {
    SubType t = m.types[group.first + i].sub;
    each_index(t, [&](Index x) {
      return HeapType(x >= group.first ? relative + (x - group.first) : numbers[x]);
    });
    key.type(t);
    types.push_back(std::move(t));
  }
  const Index first = intern(key.take(), std::move(types));
  for (Index i = 0; i < group.count; i++)
    numbers.push_back(first + i);
}

Index CanonicalTypes::function(std::vector<ValType> params, std::vector<ValType> results) {
  SubType t;
  t.params = std::move(params);
  t.results = std::move(results);
  Key key;
  key.type(t);
  return intern(key.take(), {std::move(t)});
}

Index CanonicalTypes::intern(std::string key, std::vector<SubType> group) {
  auto [at, is_new] = groups_.emplace(std::move(key), size());
  const Index first = at->second;
  if (is_new)
    for (SubType &t : group) {
      each_index(t, [&](Index x) { return HeapType(x >= relative ? first + (x - relative) : x); });
      types_.push_back(std::move(t));
    }
  return first;
}

bool CanonicalTypes::matches(Index sub, Index super) const {
  while (sub != super) {
    const SubType &t = types_[sub];
    if (t.supers.empty())
      return false;
    sub = t.supers[0];
  }
  return true;
}

static HeapType abstract_of(const SubType &t) {
  switch (t.kind) {
  case SubType::Func:
    return HeapType::Func;
  case SubType::Struct:
    return HeapType::Struct;
  case SubType::Array:
    return HeapType::Array;
  case SubType::Cont:
    return HeapType::Cont;
  }
  return HeapType::Bot;
}

HeapType CanonicalTypes::top(HeapType h) const {
  switch ((h.is_index() ? abstract_of(types_[h.index()]) : h).abstract()) {
  case HeapType::Func:
  case HeapType::NoFunc:
    return HeapType::Func;
  case HeapType::Extern:
  case HeapType::NoExtern:
    return HeapType::Extern;
  case HeapType::Exn:
  case HeapType::NoExn:
    return HeapType::Exn;
  case HeapType::Cont:
  case HeapType::NoCont:
    return HeapType::Cont;
  case HeapType::Bot:
    return HeapType::Bot;
  default:
    return HeapType::Any;
  }
}

bool CanonicalTypes::matches(HeapType sub, HeapType super) const {
  if (sub == super || sub.is(HeapType::Bot))
    return true;
  if (sub.is_index() && super.is_index())
    return matches(sub.index(), super.index());
  if (super.is_index() || super.is(HeapType::Bot))
    switch (super.is_index() ? sub.abstract() : HeapType::Bot) {
    case HeapType::None:
    case HeapType::NoFunc:
    case HeapType::NoExtern:
    case HeapType::NoExn:
    case HeapType::NoCont:
      return top(sub) == top(super);
    default:
      return false;
    }
  const HeapType s = sub.is_index() ? abstract_of(types_[sub.index()]) : sub;
  if (s == super)
    return true;
  switch (s.abstract()) {
  case HeapType::None:
  case HeapType::NoFunc:
  case HeapType::NoExtern:
  case HeapType::NoExn:
  case HeapType::NoCont:
    return top(s) == top(super);
  case HeapType::Eq:
    return super.is(HeapType::Any);
  case HeapType::I31:
  case HeapType::Struct:
  case HeapType::Array:
    return super.is(HeapType::Eq) || super.is(HeapType::Any);
  default:
    return false;
  }
}

bool CanonicalTypes::matches(const ValType &sub, const ValType &super) const {
  if (sub.kind == ValType::Bot)
    return true;
  if (sub.kind != super.kind)
    return false;
  return !sub.is_ref() || ((!sub.nullable || super.nullable) && matches(sub.heap, super.heap));
}

bool CanonicalTypes::matches(const std::vector<ValType> &sub,
                             const std::vector<ValType> &super) const {
  if (sub.size() != super.size())
    return false;
  for (size_t i = 0; i < sub.size(); i++)
    if (!matches(sub[i], super[i]))
      return false;
  return true;
}

bool CanonicalTypes::matches(const FieldType &sub, const FieldType &super) const {
  return sub.is_mutable == super.is_mutable && sub.packed == super.packed &&
         matches(sub.type, super.type) && (!sub.is_mutable || matches(super.type, sub.type));
}

bool CanonicalTypes::function_matches(const std::vector<ValType> &params,
                                      const std::vector<ValType> &results,
                                      const SubType &super) const {
  return matches(super.params, params) && matches(results, super.results);
}

bool CanonicalTypes::structure_matches(const SubType &sub, const SubType &super) const {
  if (sub.kind != super.kind)
    return false;
  switch (sub.kind) {
  case SubType::Func:
    return function_matches(sub.params, sub.results, super);
  case SubType::Cont:
    return matches(sub.cont, super.cont);
  case SubType::Array:
    return matches(sub.fields[0], super.fields[0]);
  case SubType::Struct:
    if (sub.fields.size() < super.fields.size())
      return false;
    for (size_t i = 0; i < super.fields.size(); i++)
      if (!matches(sub.fields[i], super.fields[i]))
        return false;
    return true;
  }
  return false;
}

} // namespace wat
