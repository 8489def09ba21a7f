// Canonical types. A recursion group is written down as a string in which its own types are numbered from its
// start and others stand as their canonical addresses; equal strings are equal groups.
#include "rt/instance.h"
#include <unordered_map>

namespace wat {

bool below(const CanonType *sub, const CanonType *super) {
  for (; sub; sub = sub->super)
    if (sub == super)
      return true;
  return false;
}

extern "C" uint32_t wat_below(const CanonType *sub, const CanonType *super) { return below(sub, super); }

static std::vector<const CanonType *> canonical(const std::vector<SubType> &types,
                                                const std::vector<RecGroup> &all) {
  // Never destroyed: instances may be used while the process ends.
  static auto &groups = *new std::unordered_map<std::string, std::vector<const CanonType *>>;
  std::vector<const CanonType *> out(types.size());
  for (const RecGroup &group : all) {
    std::string key;
    auto heap = [&](HeapType h) {
      if (!h.is_index())
        key += 'a' + std::to_string(uint32_t(h.abstract()));
      else if (h.index() >= group.first && h.index() < group.first + group.count)
        key += 'r' + std::to_string(h.index() - group.first);
      else
        key += 'c' + std::to_string(reinterpret_cast<uintptr_t>(out[h.index()]));
      key += ' ';
    };
    auto value = [&](ValType t) {
      key += char('0' + t.kind);
      if (t.is_ref()) {
        key += t.nullable ? 'n' : 'x';
        heap(t.heap);
      }
    };
    for (Index i = group.first; i < group.first + group.count; ++i) {
      const SubType &t = types[i];
      key += char('A' + t.kind);
      key += t.is_final ? 'f' : 'o';
      for (Index s : t.supers)
        heap(HeapType(s));
      key += '(';
      for (ValType v : t.params)
        value(v);
      key += '>';
      for (ValType v : t.results)
        value(v);
      for (auto &f : t.fields) {
        key += char('p' + f.packed);
        key += f.is_mutable ? 'm' : 'c';
        value(f.type);
      }
      if (t.kind == SubType::Cont)
        heap(t.cont);
      key += ')';
    }
    auto [at, is_new] = groups.try_emplace(key);
    if (is_new) {
      std::vector<CanonType *> made;
      for (Index k = 0; k < group.count; ++k) {
        made.push_back(new CanonType{types[group.first + k], nullptr, {}});
        const auto &fields = made.back()->sub.fields;
        for (uint32_t f = 0; f < fields.size(); ++f)
          if (fields[f].packed == FieldType::NotPacked && fields[f].type.is_ref())
            made.back()->refs.push_back(f);
        at->second.push_back(made.back());
      }
      auto of = [&](Index i) -> const CanonType * {
        return i >= group.first && i < group.first + group.count ? made[i - group.first] : out[i];
      };
      for (CanonType *c : made)
        if (!c->sub.supers.empty())
          c->super = of(c->sub.supers[0]);
    }
    for (Index k = 0; k < group.count; ++k)
      out[group.first + k] = at->second[k];
  }
  return out;
}

std::vector<const CanonType *> canonical(List<TypeInfo> infos) {
  std::vector<SubType> types;
  std::vector<RecGroup> groups;
  for (const TypeInfo &t : infos) {
    if (t.group)
      groups.push_back({Index(types.size()), t.group});
    SubType &s = types.emplace_back();
    s.kind = SubType::Kind(t.kind);
    s.is_final = t.is_final;
    if (t.super != no_index)
      s.supers.push_back(t.super);
    s.params.assign(t.values.begin(), t.values.begin() + t.params);
    s.results.assign(t.values.begin() + t.params, t.values.end());
    s.fields.assign(t.fields.begin(), t.fields.end());
    if (s.kind == SubType::Cont)
      s.cont = HeapType(t.cont);
  }
  return canonical(types, groups);
}

const CanonType *canonical(std::vector<ValType> params, std::vector<ValType> results) {
  std::vector<SubType> one(1);
  one[0].params = std::move(params);
  one[0].results = std::move(results);
  return canonical(one, {{0, 1}})[0];
}

} // namespace wat
