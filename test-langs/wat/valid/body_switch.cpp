// Rules of exceptions and of stack switching. A tag's parameters are what an exception carries and
// what a suspension passes to its handler; a tag's results are what the resumed suspension gets
// back.
#include "valid/body.h"

namespace wat {

bool BodyChecker::switching(const Instr &i) {
  switch (i.op) {
  case Op::Throw:
    pop(c_.tag(i.x, i.pos).params);
    never_continues();
    return true;
  case Op::ThrowRef:
    pop({ValType::ref(true, HeapType::Exn)});
    never_continues();
    return true;
  case Op::ContNew: {
    c_.cont_type(i.x, i.pos);
    const Index cont = c_.numbers[i.x];
    pop({ValType::ref(true, c_.types[cont].cont)});
    push(ValType::ref(false, HeapType(cont)));
    return true;
  }
  case Op::ContBind:
    cont_bind(i);
    return true;
  case Op::Suspend: {
    const SubType &tag = c_.tag(i.x, i.pos);
    pop(tag.params);
    push(tag.results);
    return true;
  }
  case Op::Resume:
  case Op::ResumeThrow:
  case Op::ResumeThrowRef: {
    const SubType &f = c_.cont_type(i.x, i.pos);
    const ValType exn = ValType::ref(true, HeapType::Exn);
    const Types passed = i.op == Op::Resume        ? Types(f.params)
                         : i.op == Op::ResumeThrow ? Types(c_.tag(i.y, i.pos).params)
                                                   : Types(&exn, 1);
    handlers(i, f.results);
    pop(passed, {ValType::ref(true, HeapType(c_.numbers[i.x]))});
    push(f.results);
    return true;
  }
  case Op::Switch:
    switch_(i);
    return true;
  default:
    return false;
  }
}

/// try_table's clauses; labels are counted outside of it, where its frame is not yet open.
void BodyChecker::catches(const Instr &i) {
  for (uint32_t k = 0; k < i.count; k++) {
    const CatchClause &c = e_.catches[i.first + k];
    std::vector<ValType> caught;
    if (c.kind == CatchClause::Catch || c.kind == CatchClause::CatchRef)
      caught = c_.tag(c.tag, c.pos).params;
    if (c.kind == CatchClause::CatchRef || c.kind == CatchClause::CatchAllRef)
      caught.push_back(ValType::ref(false, HeapType::Exn));
    const Types to = label(c.label, c.pos);
    if (!c_.types.matches(caught, std::vector<ValType>(to.begin(), to.end())))
      Context::fail(c.pos, "type mismatch: catch handler requires " + c_.spelt(to) +
                               " but label has " + c_.spelt(caught));
  }
}

/// The clauses of a resume whose continuation ends with \p results.
void BodyChecker::handlers(const Instr &i, Types results) {
  const std::vector<ValType> ends(results.begin(), results.end());
  for (uint32_t k = 0; k < i.count; k++) {
    const HandlerClause &h = e_.handlers[i.first + k];
    const SubType &tag = c_.tag(h.tag, h.pos);
    if (h.is_switch) {
      // Whoever is switched to ends in place of the resumed one. The proposal's interpreter forgets to ask.
      Context::require(tag.params.empty() && c_.types.matches(ends, tag.results) &&
                           c_.types.matches(tag.results, ends),
                       h.pos, "type mismatch: switch tag does not match continuation");
      continue;
    }
    const Types to = label(h.label, h.pos);
    if (to.empty() || !to.back().is_ref() || !to.back().heap.is_index())
      Context::fail(h.pos, "type mismatch: instruction requires concrete continuation reference "
                           "type but label has " +
                               c_.spelt(to));
    // What the handler gets is resumed with the tag's results and ends as the one that suspended
    // would have.
    const SubType &rest = c_.cont_type_of(to.back().heap, h.pos);
    Context::require(c_.types.function_matches(tag.results, ends, rest), h.pos,
                     "type mismatch in continuation type");
    std::vector<ValType> handed = tag.params;
    handed.push_back(to.back());
    match_stack(handed, to, h.pos);
  }
}

void BodyChecker::cont_bind(const Instr &i) {
  const SubType &from = c_.cont_type(i.x, i.pos);
  const SubType &to = c_.cont_type(i.y, i.pos);
  require(from.params.size() >= to.params.size(), "type mismatch in continuation arguments");
  const size_t bound = from.params.size() - to.params.size();
  const std::vector<ValType> left(from.params.begin() + bound, from.params.end());
  require(c_.types.function_matches(left, from.results, to), "type mismatch in continuation types");
  pop(Types(from.params).first(bound), {ValType::ref(true, HeapType(c_.numbers[i.x]))});
  push(ValType::ref(false, HeapType(c_.numbers[i.y])));
}

/// switch $to $tag: leaves for $to, whose last parameter is how it can come back to us; both of
/// them, and the tag, end with the same types, because any of them may be the one that ends below
/// the handler.
void BodyChecker::switch_(const Instr &i) {
  const SubType &to = c_.cont_type(i.x, i.pos);
  if (to.params.empty() || !to.params.back().is_ref() || !to.params.back().heap.is_index())
    fail("type mismatch: instruction requires continuation reference type but the type annotation "
         "has " +
         c_.spelt(to.params));
  const SubType &back = c_.cont_type_of(to.params.back().heap, i.pos);
  const SubType &tag = c_.tag(i.y, i.pos);
  require(tag.params.empty(), "type mismatch in switch tag");
  require(c_.types.matches(to.results, tag.results) && c_.types.matches(tag.results, back.results),
          "type mismatch in continuation types");
  pop(Types(to.params).first(to.params.size() - 1),
      {ValType::ref(true, HeapType(c_.numbers[i.x]))});
  push(back.params);
}

} // namespace wat
