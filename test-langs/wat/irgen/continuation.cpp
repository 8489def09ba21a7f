// Stack switching: each instruction is one of Weft's markers. A continuation reference is Weft's handle. Tags
// and handler tables belong to the instance, so both are computed; the compiler's Wire says how values go.
#include "irgen/gen.h"
#include "llvm/IR/CFG.h"
#include <utility>

namespace wat {
using namespace llvm;

/// Puts this stack's limit back where someone may look at it after a switch: before the next call that may lead to
/// WebAssembly code, and before returning. A loop that only switches restores nothing. Not right behind each switch,
/// where it cost a tenth of a suspension.
void FuncGen::restore_limits() {
  // The run-time library calls no WebAssembly code.
  auto looks = [](Instruction &i) {
    auto *c = dyn_cast<CallBase>(&i);
    return isa<ReturnInst>(i) || (c && c->getCallingConv() == CallingConv::Tail);
  };
  // Whether the limit may be another's at the end of a block that starts with `other`.
  auto walk = [&](BasicBlock &block, bool other, bool insert) {
    for (Instruction &i : block) {
      if (isa<LandingPadInst>(i))
        other = true;
      else if (other && looks(i)) {
        other = false;
        if (insert) {
          IRBuilder<> at(&i);
          at.CreateStore(limit_, at.CreateThreadLocalAddress(g.thread()));
        }
      }
      if (weft::isSwitch(i))
        other = true;
    }
    return other;
  };
  std::map<BasicBlock *, bool> starts_other;
  std::vector<BasicBlock *> work;
  for (BasicBlock &block : *f_)
    work.push_back(&block);
  while (!work.empty()) {
    BasicBlock *block = work.back();
    work.pop_back();
    if (walk(*block, starts_other[block], false))
      for (BasicBlock *next : successors(block))
        if (!std::exchange(starts_other[next], true))
          work.push_back(next);
  }
  for (BasicBlock &block : *f_)
    walk(block, starts_other[&block], true);
}

/// The function that a fresh continuation runs: R... thunk(FuncRef *, A...), both as they travel.
Function *ModuleGen::body_thunk(const SubType &t) {
  std::string key = "body.";
  for (ValType v : t.params)
    key += char('a' + v.kind + (is_cont(v) ? 8 : 0));
  key += '.';
  for (ValType v : t.results)
    key += char('a' + v.kind + (is_cont(v) ? 8 : 0));
  Function *&f = thunks_[key];
  if (f)
    return f;
  f = Function::Create(
      weft::MarkerBuilder::bodyType(cx, wire_types(t.results), bindable_types(t.params)),
      GlobalValue::InternalLinkage, prefix + "_" + key, m);
  set_attributes(f);
  Expr nothing;
  FuncGen gen(*this, f, nothing);
  IRBuilder<> &b = gen.b;
  Function *frame = Intrinsic::getOrInsertDeclaration(&m, Intrinsic::frameaddress, {ptr});
  Value *here = b.CreateCall(frame, {b.getInt32(0)});
  Value *usable = b.CreateLoad(i64, m.getOrInsertGlobal("wat_stack_usable", i64));
  b.CreateStore(b.CreateGEP(i8, here, b.CreateNeg(usable)), b.CreateThreadLocalAddress(thread()));
  std::vector<Value *> received;
  for (unsigned k = 1; k < f->arg_size(); ++k)
    received.push_back(f->getArg(k));
  gen.push(gen.receive_bindable(t.params, received));
  gen.call_code(t, gen.load_field(f->getArg(0), offsetof(FuncRef, code), ptr),
                gen.load_field(f->getArg(0), offsetof(FuncRef, instance), ptr), false, signature(t));
  weft::MarkerBuilder(b).returnFromBody(gen.send(t.results, gen.pop(t.results.size())));
  return f;
}

std::vector<Value *> FuncGen::send(const std::vector<ValType> &types, const std::vector<Value *> &values) {
  Wire w = g.wire(types);
  std::vector<Value *> out;
  if (w.direct) {
    for (Value *v : values)
      out.push_back(to_wire(b, v));
    return out;
  }
  // Fewer values than types: a switch sends all but the last, which Weft supplies.
  size_t n = types.size() - w.handle_apart;
  Value *buffer = rt("wat_buffer", "ll", {b.getInt64(n)});
  for (size_t k = 0; k < n; ++k)
    b.CreateStore(to_bits(b, values[k]), field(pointer(buffer), 8 * k));
  out.push_back(buffer);
  if (w.handle_apart && values.size() == types.size())
    out.push_back(values.back());
  return out;
}

void FuncGen::sort(ArrayRef<Value *> received, std::vector<Value *> &ints,
                   std::vector<Value *> &floats) {
  for (Value *v : received)
    (v->getType() == g.f64 ? floats : ints).push_back(v);
}

std::vector<Value *> FuncGen::receive(const std::vector<ValType> &types,
                                      ArrayRef<Value *> received) {
  std::vector<Value *> ints, floats;
  sort(received, ints, floats);
  Wire w = g.wire(types);
  std::vector<Value *> out;
  if (w.direct) {
    size_t next_int = 0, next_float = 0;
    for (ValType t : types)
      out.push_back(from_wire(b,
                              t.kind == ValType::F32 || t.kind == ValType::F64 ? floats[next_float++]
                                                                               : ints[next_int++],
                              g.type(t)));
    return out;
  }
  size_t n = types.size() - w.handle_apart;
  for (size_t k = 0; k < n; ++k)
    out.push_back(from_bits(b, b.CreateLoad(g.i64, field(pointer(ints[0]), 8 * k)), g.type(types[k])));
  if (w.handle_apart)
    out.push_back(ints[1]);
  return out;
}

Value *FuncGen::values_array(size_t count) {
  IRBuilder<> entry(&f_->getEntryBlock(), f_->getEntryBlock().begin());
  return entry.CreateAlloca(ArrayType::get(g.i64, count));
}

std::vector<Value *> FuncGen::receive_bindable(const std::vector<ValType> &types,
                                               ArrayRef<Value *> received) {
  if (g.wire(types).direct)
    return receive(types, received);
  std::vector<Value *> ints, floats;
  sort(received, ints, floats);
  std::string expected;
  for (ValType t : types)
    expected += t.kind == ValType::F32 || t.kind == ValType::F64 ? 'f' : 'i';
  if (g.is_cont(types.back()))
    expected.back() = 'c';
  Value *sent = values_array(WEFT_PAYLOAD_INTS + WEFT_PAYLOAD_FLOATS);
  for (size_t k = 0; k < ints.size(); ++k)
    b.CreateStore(ints[k], field(sent, 8 * k));
  for (size_t k = 0; k < floats.size(); ++k)
    b.CreateStore(floats[k], field(sent, 8 * (WEFT_PAYLOAD_INTS + k)));
  Value *buffer = rt("wat_received", "lpp", {b.CreateGlobalString(expected), sent});
  return receive(types, {buffer, b.CreateLoad(g.i64, field(sent, 8))});
}

weft::MarkerBuilder FuncGen::markers() {
  return weft::MarkerBuilder(b, dispatch_ ? pads_[dispatch_] : nullptr);
}

Value *FuncGen::live_cont() {
  Value *k = pop();
  trap_if(b.CreateICmpEQ(k, b.getInt64(0)), TrapCode::NullContinuation);
  return k;
}

static std::vector<Type *> types_of(ArrayRef<Value *> values) {
  std::vector<Type *> t;
  for (Value *v : values)
    t.push_back(v->getType());
  return t;
}

void FuncGen::resume(const Instr &i) {
  const SubType &t = g.cont_type(i.x);
  // A plain resume leaves null to Weft, for which no null is a live handle; wat's weft_trap tells them apart.
  Value *k = i.op == Op::Resume ? pop() : live_cont();
  std::vector<HandlerClause> table;
  std::vector<weft::Handler> entries;
  for (uint32_t n = 0; n < i.count; ++n) {
    const HandlerClause &c = code_.handlers[i.first + n];
    table.push_back(c);
    entries.push_back(
        c.is_switch ? weft::onSwitch()
                    : weft::onSuspend(g.wire_types(g.func_type(g.source.tags[c.tag].type).params)));
  }
  std::vector<Value *> args;
  AllocaInst *raise = nullptr;
  if (i.op == Op::Resume)
    args = send(t.params, pop(t.params.size()));
  else {
    Value *exn = i.op == Op::ResumeThrow ? new_exn(i.y) : pop();
    if (i.op == Op::ResumeThrowRef)
      trap_if(b.CreateICmpEQ(exn, b.getInt64(0)), TrapCode::NullException);
    IRBuilder<> entry(&f_->getEntryBlock(), f_->getEntryBlock().begin());
    raise = entry.CreateAlloca(ArrayType::get(g.i64, 3));
    raise->setAlignment(Align(16)); // as every exception's: Weft looks at its class
    b.CreateStore(b.getInt64(0x5745465452414953), raise); // WEFT_RAISE_CLASS
    b.CreateStore(g.rt("wat_throw", "vl").getCallee(), field(raise, 8));
    b.CreateStore(exn, field(raise, 16));
  }
  auto on = weft::Handlers::none(g.cx);
  if (!table.empty()) {
    on = weft::Handlers::computed(slot(g.layout.handlers + uint32_t(g.handlers.size()), g.ptr),
                                  entries);
    cast<LoadInst>(on.Table)->setMetadata(LLVMContext::MD_nonnull, MDNode::get(g.cx, {}));
    g.handlers.push_back(table);
  }
  auto r = raise ? markers().resumeThrow(k, on, g.wire_types(t.results), raise)
                 : markers().resume(k, on, g.wire_types(t.results), args);
  auto *returned = block("returned");
  auto *s = b.CreateSwitch(r.which(), returned, i.count);
  for (uint32_t n = 0; n < i.count; ++n) {
    const HandlerClause &c = table[n];
    if (c.is_switch)
      continue;
    auto *to = block("on");
    s->addCase(b.getInt32(n + 1), to);
    auto at = b.saveIP();
    b.SetInsertPoint(to);
    size_t height = stack_.size();
    push(receive(g.func_type(g.source.tags[c.tag].type).params, r.sentBy(n + 1)));
    push(r.next());
    add_edge(label(c.label));
    b.CreateBr(label(c.label).branch);
    stack_.resize(height);
    b.restoreIP(at);
  }
  b.SetInsertPoint(returned);
  push(receive(t.results, r.returned()));
}

void FuncGen::suspend(const Instr &i) {
  const SubType &t = g.func_type(g.source.tags[i.x].type);
  std::vector<Value *> args = send(t.params, pop(t.params.size()));
  auto tag = weft::TypedTag::computed(slot(g.layout.tags + i.x, g.ptr), types_of(args),
                                      g.bindable_types(t.results));
  push(receive_bindable(t.results, markers().suspend(tag, args)));
}

void FuncGen::switch_to(const Instr &i) {
  const SubType &t = g.cont_type(i.x);
  const SubType &other = g.cont_type(t.params.back().heap.index());
  Value *k = pop();
  std::vector<Value *> sent = pop(t.params.size() - 1), args;
  if (g.wire(t.params).direct) {
    for (Value *v : sent)
      args.push_back(to_wire(b, v));
  } else
    args = send(t.params, sent);
  auto tag = weft::TypedTag::computed(slot(g.layout.tags + i.y, g.ptr), types_of(args),
                                      g.bindable_types(other.params));
  push(receive_bindable(other.params, markers().switchTo(k, tag, args)));
}

void FuncGen::bind(const Instr &i) {
  const SubType &from = g.cont_type(i.x), &to = g.cont_type(i.y);
  Value *k = live_cont();
  std::vector<Value *> values = pop(from.params.size() - to.params.size());
  // What Weft does not carry waits in the run-time library, for the handle that the bind gives.
  bool direct = g.wire(from.params).direct;
  Value *kept = direct || values.empty() ? ConstantPointerNull::get(PointerType::getUnqual(g.cx))
                                         : values_array(values.size());
  std::vector<Value *> args;
  for (size_t n = 0; n < values.size(); ++n)
    if (direct)
      args.push_back(to_wire(b, values[n]));
    else
      b.CreateStore(to_bits(b, values[n]), field(kept, 8 * n));
  Value *bound = markers().contBind(k, args);
  rt("wat_bound", "vllpl", {k, bound, kept, b.getInt64(direct ? 0 : values.size())});
  push(bound);
}

bool FuncGen::continuation(const Instr &i) {
  switch (i.op) {
  case Op::ContNew: {
    Value *f = pop();
    trap_if(b.CreateICmpEQ(f, b.getInt64(0)), TrapCode::NullFunction);
    Value *env = pointer(f),
          *stack = b.CreateLoad(g.i32, g.m.getOrInsertGlobal("wat_stack_class", g.i32));
    Value *k = weft::MarkerBuilder(b).contNew(g.body_thunk(g.cont_type(i.x)), env, stack);
    trap_if(b.CreateICmpEQ(k, b.getInt64(0)), TrapCode::OutOfMemory);
    rt("wat_cont_made", "vl", {k});
    return push(k), true;
  }
  case Op::ContBind:
    return bind(i), true;
  case Op::Suspend:
    return suspend(i), true;
  case Op::Resume:
  case Op::ResumeThrow:
  case Op::ResumeThrowRef:
    return resume(i), true;
  case Op::Switch:
    return switch_to(i), true;
  default:
    return false;
  }
}

} // namespace wat
