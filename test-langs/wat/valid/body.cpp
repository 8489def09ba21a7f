// The stack machine of the rules and the control instructions.
#include "valid/body.h"
#include <algorithm>

namespace wat {

BodyChecker::BodyChecker(const Context &c, const Expr &e, std::vector<ValType> locals, size_t set,
                         Types results)
    : c_(c), e_(e), locals_(std::move(locals)), set_(locals_.size()) {
  for (size_t i = 0; i < locals_.size(); i++)
    set_[i] = i < set || Context::defaultable(locals_[i]);
  Frame body{};
  body.results = results;
  frames_.push_back(body);
}

void BodyChecker::check(FuncFacts *facts) {
  if (facts)
    facts->code.resize(e_.code.size());
  for (size_t k = 0; k < e_.code.size(); k++) {
    const Instr &i = e_.code[k];
    at_ = i.pos;
    operand_ = ValType();
    InstrFacts before;
    before.height = (uint32_t)stack_.size();
    before.reachable = !frames_.back().unreachable && !frames_.back().dead;
    instr(i);
    if (facts) {
      before.operand = operand_;
      facts->code[k] = before;
      facts->max_height =
          std::max(facts->max_height, std::max(before.height, (uint32_t)stack_.size()));
    }
  }
}

void BodyChecker::instr(const Instr &i) {
  if (control(i) || data(i) || refs(i) || switching(i))
    return;
  number(i);
}

// The machine

Types BodyChecker::label(Index depth, Pos at) const {
  Context::known(depth < frames_.size(), at, "label", depth);
  return label_of(frames_[frames_.size() - 1 - depth]);
}

ValType BodyChecker::peek_ref() const {
  ValType t = peek(0);
  if (t.kind == ValType::Bot)
    return ValType::ref(false, HeapType::Bot);
  if (!t.is_ref())
    fail("type mismatch: instruction requires reference type but stack has " + c_.spelt(t));
  return t;
}

void BodyChecker::match_stack(Types have, Types want, Pos at) const {
  bool ok = have.size() == want.size();
  for (size_t i = 0; ok && i < have.size(); i++)
    ok = c_.types.matches(have[i], want[i]);
  if (!ok)
    Context::fail(at, "type mismatch: instruction requires " + c_.spelt(want) + " but stack has " +
                          c_.spelt(have));
}

void BodyChecker::pop(Types want) {
  const size_t n = std::min(want.size(), available());
  const Types have = top(n);
  bool ok = n == want.size() || frames_.back().unreachable;
  for (size_t i = 0; ok && i < n; i++)
    ok = c_.types.matches(have[i], want[want.size() - n + i]);
  if (!ok) {
    std::vector<ValType> padded(frames_.back().unreachable ? want.size() - n : 0);
    padded.insert(padded.end(), have.begin(), have.end());
    match_stack(padded, want, at_);
  }
  stack_.resize(stack_.size() - n);
}

void BodyChecker::pop(Types before, std::initializer_list<ValType> above) {
  std::vector<ValType> all(before.begin(), before.end());
  all.insert(all.end(), above);
  pop(all);
}

void BodyChecker::never_continues() {
  stack_.resize(frames_.back().height);
  frames_.back().unreachable = true;
}

// Blocks

void BodyChecker::open(const Instr &i) {
  Frame f{};
  f.opener = &i;
  if (i.type_use != no_index) {
    const SubType &t = c_.func_type(i.type_use, i.pos);
    f.params = t.params;
    f.results = t.results;
  } else if (i.t.kind != ValType::Bot) {
    f.one = c_.value(i.t, i.pos);
    f.is_one = true;
  }
  if (i.op == Op::If)
    pop(f.params, {ValType::I32});
  else
    pop(f.params);
  f.dead = frames_.back().dead || frames_.back().unreachable;
  f.height = stack_.size();
  f.sets = set_here_.size();
  if (i.op == Op::TryTable)
    catches(i);
  frames_.push_back(f);
  push(f.params);
}

/// The end of a block's instructions: results and nothing else, and what it set is unset.
void BodyChecker::close_arm(const Instr &i) {
  Frame &f = frames_.back();
  at_ = f.opener ? f.opener->pos : i.pos;
  std::vector<ValType> all; // for the message, if there will be one
  if (available() > results_of(f).size())
    all.assign(stack_.begin() + f.height, stack_.end());
  pop(results_of(f));
  if (available() != 0)
    fail("type mismatch: block requires " + c_.spelt(results_of(f)) + " but stack has " +
         c_.spelt(all));
  for (; set_here_.size() > f.sets; set_here_.pop_back())
    set_[set_here_.back()] = false;
}

void BodyChecker::close(const Instr &i) {
  close_arm(i);
  Frame &f = frames_.back();
  if (f.opener && f.opener->op == Op::If && i.op == Op::Else) {
    f.unreachable = false;
    f.in_else = true;
    push(f.params);
    return;
  }
  if (f.opener && f.opener->op == Op::If && !f.in_else) { // the empty else
    f.unreachable = false;
    push(f.params);
    close_arm(i);
  }
  const Frame closed = frames_.back();
  frames_.pop_back();
  push(results_of(closed));
}

// Control

bool BodyChecker::control(const Instr &i) {
  switch (i.op) {
  case Op::Unreachable:
    never_continues();
    return true;
  case Op::Nop:
    return true;
  case Op::Block:
  case Op::Loop:
  case Op::If:
  case Op::TryTable:
    open(i);
    return true;
  case Op::Else:
  case Op::End:
    if (frames_.size() == 1) { // the body's own end: its frame stays for whoever looks at it
      close_arm(i);
      return true;
    }
    close(i);
    return true;
  case Op::Br:
    pop(label(i.x, i.pos));
    never_continues();
    return true;
  case Op::BrIf: {
    Types ts = label(i.x, i.pos);
    pop(ts, {ValType::I32});
    push(ts);
    return true;
  }
  case Op::BrTable:
    branch_table(i);
    return true;
  case Op::BrOnNull: {
    ValType t = peek_ref();
    operand(t);
    Types ts = label(i.x, i.pos);
    pop(ts, {ValType::ref(true, t.heap)});
    push(ts);
    push(ValType::ref(false, t.heap));
    return true;
  }
  case Op::BrOnNonNull: {
    ValType t = peek_ref();
    operand(t);
    t.nullable = false;
    Types ts = label(i.x, i.pos);
    if (ts.empty() || !c_.types.matches(t, ts.back()))
      fail("type mismatch: instruction requires type " + c_.spelt(t) + " but label has " +
           c_.spelt(ts));
    ts = ts.first(ts.size() - 1);
    pop(ts, {ValType::ref(true, t.heap)});
    push(ts);
    return true;
  }
  case Op::BrOnCast:
  case Op::BrOnCastFail:
    cast_branch(i, i.op == Op::BrOnCastFail);
    return true;
  case Op::Return:
    pop(frames_[0].results);
    never_continues();
    return true;
  case Op::Call: {
    const SubType &f = c_.func(i.x, i.pos);
    pop(f.params);
    push(f.results);
    return true;
  }
  case Op::ReturnCall: {
    const SubType &f = c_.func(i.x, i.pos);
    return_call(f);
    pop(f.params);
    never_continues();
    return true;
  }
  case Op::CallRef:
  case Op::ReturnCallRef: {
    const SubType &f = c_.func_type(i.x, i.pos);
    if (i.op == Op::ReturnCallRef)
      return_call(f);
    pop(f.params, {ValType::ref(true, HeapType(c_.numbers[i.x]))});
    if (i.op == Op::ReturnCallRef)
      never_continues();
    else
      push(f.results);
    return true;
  }
  case Op::CallIndirect:
  case Op::ReturnCallIndirect: {
    const TableType &table = c_.table(i.x, i.pos);
    const SubType &f = c_.func_type(i.y, i.pos);
    ValType elem = c_.elem_type(table);
    if (i.op == Op::ReturnCallIndirect)
      return_call(f);
    if (!c_.types.matches(elem, ValType::ref(true, HeapType::Func)))
      fail(
          "type mismatch: instruction requires table of function type but table has element type " +
          c_.spelt(elem));
    pop(f.params, {Context::address(table.addr64)});
    if (i.op == Op::ReturnCallIndirect)
      never_continues();
    else
      push(f.results);
    return true;
  }
  case Op::Drop:
    operand(peek(0));
    pop({peek(0)});
    return true;
  case Op::Select:
  case Op::SelectT:
    select(i);
    return true;
  default:
    return false;
  }
}

void BodyChecker::branch_table(const Instr &i) {
  const Types last = label(i.x, i.pos);
  // What is below the index, as many as the labels take; unknown where the stack has fewer.
  std::vector<ValType> ts(last.size());
  for (size_t k = 0; k < ts.size(); k++)
    ts[k] = peek(ts.size() - k);
  match_stack(ts, last, i.pos);
  for (uint32_t k = 0; k < i.count; k++)
    match_stack(ts, label(e_.labels[i.first + k], i.pos), i.pos);
  pop(ts, {ValType::I32});
  never_continues();
}

void BodyChecker::return_call(const SubType &callee) {
  if (!c_.types.matches(callee.results,
                        std::vector<ValType>(frames_[0].results.begin(), frames_[0].results.end())))
    fail("type mismatch: current function requires result type " + c_.spelt(frames_[0].results) +
         " but callee returns " + c_.spelt(callee.results));
}

void BodyChecker::select(const Instr &i) {
  if (i.op == Op::SelectT) {
    require(i.count == 1, "invalid result arity other than 1 is not (yet) allowed");
    ValType t = c_.value(e_.types[i.first], i.pos);
    operand(t);
    pop({t, t, ValType::I32});
    push(t);
    return;
  }
  ValType t = peek(1);
  if (t.kind == ValType::Bot)
    t = peek(2); // any operand will do for one that unreachable code does not say
  if (t.is_ref())
    fail("type mismatch: instruction requires numeric or vector type but stack has " + c_.spelt(t));
  operand(t);
  pop({t, t, ValType::I32});
  push(t);
}

void BodyChecker::cast_branch(const Instr &i, bool on_fail) {
  const ValType from = c_.value(i.t, i.pos);
  const ValType to = cast_target(i.t2);
  ValType rest = from; // what from is when it is not a to
  if (to.nullable)
    rest.nullable = false;
  const ValType jumps = on_fail ? rest : to, stays = on_fail ? to : rest;
  if (!c_.types.matches(to, from))
    fail("type mismatch on cast: type " + c_.spelt(to) + " does not match " + c_.spelt(from));
  Types ts = label(i.x, i.pos);
  if (ts.empty() || !c_.types.matches(jumps, ts.back()))
    fail("type mismatch: instruction requires type " + c_.spelt(jumps) + " but label has " +
         c_.spelt(ts));
  operand(peek(0));
  ts = ts.first(ts.size() - 1);
  pop(ts, {from});
  push(ts);
  push(stays);
}

} // namespace wat
