// Which types are the same type. Recursive groups of one structure get one number each for their
// types, however often and in however many modules they are written down, so that comparing two
// defined types is comparing two numbers, and a subtype is found by walking declared supertypes. A
// group's references to its own members count relative to the group and all others by their numbers
// here (iso-recursive equality), which makes a byte string of the group its identity. Rejected:
// comparing structures on demand, as the reference interpreter does; linking and casts would do it
// at run time.
#pragma once
#include "syntax/module.h"
#include <deque>
#include <unordered_map>

namespace wat {

/// The canonical types of every module that was validated with it; a script or a process has one.
///
/// Thread: not synchronised.
/// State:  numbers stay for ever, also those of modules that turned out invalid later.
class CanonicalTypes {
public:
  /// Numbers the group of \p m whose types begin at \p first, given the numbers of all earlier
  /// types in \p numbers, to which it appends. The caller has checked that every index in the group
  /// is below its end and that supertypes come earlier.
  void add_group(const Module &m, const RecGroup &group, std::vector<Index> &numbers);

  /// A type whose every index is a number here.
  const SubType &operator[](Index number) const { return types_[number]; }
  Index size() const { return (Index)types_.size(); }
  /// The number of a type in the function types' spelling, for imports from the host: `params ->
  /// results`, no recursion.
  Index function(std::vector<ValType> params, std::vector<ValType> results);

  // Subtyping; types hold numbers of this table.
  bool matches(Index sub, Index super) const;
  bool matches(HeapType sub, HeapType super) const;
  bool matches(const ValType &sub, const ValType &super) const;
  bool matches(const std::vector<ValType> &sub, const std::vector<ValType> &super) const;
  bool matches(const FieldType &sub, const FieldType &super) const;
  /// The structures, without looking at declared supertypes.
  bool structure_matches(const SubType &sub, const SubType &super) const;
  bool function_matches(const std::vector<ValType> &params, const std::vector<ValType> &results,
                        const SubType &super) const;

  /// The abstract type at the top of a type's hierarchy.
  HeapType top(HeapType h) const;

private:
  Index intern(std::string key, std::vector<SubType> group);

  std::deque<SubType> types_; // references to elements stay valid
  std::unordered_map<std::string, Index> groups_;
};

/// \p t, written with a module's indices, with the numbers of its types.
inline HeapType canonical(HeapType h, const std::vector<Index> &numbers) {
  return h.is_index() ? HeapType(numbers[h.index()]) : h;
}
inline ValType canonical(ValType t, const std::vector<Index> &numbers) {
  if (t.is_ref())
    t.heap = canonical(t.heap, numbers);
  return t;
}

} // namespace wat
