// Structured control: each block's label and end have phis for their values, made when the block opens.
// Code after an unconditional branch is skipped up to the end of its block: the validator has seen it.
#include "irgen/gen.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/Transforms/Utils/Local.h"

namespace wat {
using namespace llvm;

FuncGen::FuncGen(ModuleGen &gen, Function *f, const Expr &code)
    : g(gen), f_(f), b(gen.cx), code_(code), instance_(f->getArg(0)) {
  b.SetInsertPoint(BasicBlock::Create(g.cx, "entry", f));
}

BasicBlock *FuncGen::block(const char *name) { return BasicBlock::Create(g.cx, name, f_); }

Value *FuncGen::pop() {
  Value *v = stack_.back();
  stack_.pop_back();
  return v;
}

std::vector<Value *> FuncGen::pop(size_t n) {
  std::vector<Value *> v(stack_.end() - ptrdiff_t(n), stack_.end());
  stack_.resize(stack_.size() - n);
  return v;
}

Value *FuncGen::field(Value *base, size_t offset) {
  return b.CreateConstInBoundsGEP1_64(g.i8, base, offset);
}

Value *FuncGen::load_field(Value *base, size_t offset, Type *t, bool invariant) {
  auto *l = b.CreateLoad(t, field(base, offset));
  if (invariant)
    l->setMetadata(LLVMContext::MD_invariant_load, MDNode::get(g.cx, {}));
  return l;
}

Value *FuncGen::slot(uint32_t index, Type *t) {
  return load_field(instance_, sizeof(Instance) + 8 * size_t(index), t, true);
}

Value *FuncGen::rt(const char *name, const char *signature, ArrayRef<Value *> args) {
  return b.CreateCall(g.rt(name, signature), args);
}

void FuncGen::trap(TrapCode code) {
  auto *c = b.CreateCall(g.rt("wat_trap", "vi"), {b.getInt32(uint32_t(code))});
  c->setDoesNotReturn();
  if (g.debug)
    c->addFnAttr(Attribute::NoMerge); // one call for two places would have neither's line
  b.CreateUnreachable();
}

void FuncGen::trap_if(Value *condition, TrapCode code) {
  BasicBlock *&to = traps_[code];
  auto *on = block("");
  if (!to || g.debug) {
    to = block("trap");
    IRBuilder<>::InsertPointGuard guard(b);
    b.SetInsertPoint(to);
    trap(code);
  }
  static const uint32_t weights[] = {1, 1 << 20};
  MDNode *unlikely = MDNode::get(
      g.cx, {MDString::get(g.cx, "branch_weights"),
             ConstantAsMetadata::get(b.getInt32(weights[0])),
             ConstantAsMetadata::get(b.getInt32(weights[1]))});
  b.CreateCondBr(condition, to, on, unlikely);
  b.SetInsertPoint(on);
}

void FuncGen::unsupported(const Instr &i, const char *what) {
  throw Error{Error::NotSupported, i.pos,
              std::string("not supported yet: ") + op_info(i.op).text + what};
}

std::vector<ValType> FuncGen::block_params(const Instr &i) {
  return i.type_use == no_index ? std::vector<ValType>{} : g.func_type(i.type_use).params;
}

std::vector<ValType> FuncGen::block_results(const Instr &i) {
  if (i.type_use != no_index)
    return g.func_type(i.type_use).results;
  return i.t.kind == ValType::Bot ? std::vector<ValType>{} : std::vector<ValType>{i.t};
}

std::vector<PHINode *> FuncGen::phis(BasicBlock *to, const std::vector<ValType> &types) {
  std::vector<PHINode *> out;
  for (ValType t : types)
    out.push_back(PHINode::Create(g.type(t), 2, "", to));
  return out;
}

void FuncGen::add_edge(Control &to) {
  size_t n = to.labels.size();
  for (size_t k = 0; k < n; ++k)
    to.labels[k]->addIncoming(stack_[stack_.size() - n + k], b.GetInsertBlock());
}

void FuncGen::dead() { dead_ = true; }

void FuncGen::branch(Control &to) {
  add_edge(to);
  b.CreateBr(to.branch);
  dead();
}

void FuncGen::branch_if(Value *condition, Control &to) {
  add_edge(to);
  auto *on = block("");
  b.CreateCondBr(condition, to.branch, on);
  b.SetInsertPoint(on);
}

void FuncGen::table(const Instr &i) {
  Value *index = pop();
  Control &other = label(i.x);
  add_edge(other);
  auto *s = b.CreateSwitch(index, other.branch, i.count);
  for (uint32_t k = 0; k < i.count; ++k) {
    Control &to = label(code_.labels[i.first + k]);
    if (to.branch == other.branch)
      continue; // the default's edge does
    add_edge(to);
    s->addCase(b.getInt32(k), to.branch);
  }
  dead();
}

void FuncGen::open(const Instr &i) {
  Value *condition = i.op == Op::If ? pop() : nullptr;
  std::vector<ValType> params = block_params(i);
  Control c{};
  c.open = &i;
  c.height = stack_.size() - params.size();
  c.next = block("end");
  c.results = phis(c.next, block_results(i));
  c.branch = c.next;
  c.labels = c.results;
  c.outer_dispatch = dispatch_;
  if (i.op == Op::Loop) {
    c.branch = block("loop");
    c.labels = phis(c.branch, params);
    add_edge(c);
    b.CreateBr(c.branch);
    b.SetInsertPoint(c.branch);
    stack_.resize(c.height);
    for (auto *p : c.labels)
      push(p);
  } else if (i.op == Op::If) {
    c.params.assign(stack_.begin() + ptrdiff_t(c.height), stack_.end());
    auto *then = block("then");
    c.otherwise = block("else");
    b.CreateCondBr(b.CreateICmpNE(condition, b.getInt32(0)), then, c.otherwise);
    b.SetInsertPoint(then);
  } else if (i.op == Op::TryTable)
    open_try(i, c);
  controls_.push_back(std::move(c));
}

void FuncGen::otherwise(const Instr &) {
  Control &c = controls_.back();
  if (!dead_)
    branch(c);
  dead_ = false;
  b.SetInsertPoint(c.otherwise);
  c.otherwise = nullptr;
  stack_.resize(c.height);
  push(c.params);
}

void FuncGen::close(const Instr &) {
  Control c = std::move(controls_.back());
  controls_.pop_back();
  dispatch_ = c.outer_dispatch;
  c.labels = c.results;
  c.branch = c.next;
  if (!dead_)
    branch(c);
  if (c.otherwise) {
    b.SetInsertPoint(c.otherwise);
    stack_.resize(c.height);
    push(c.params);
    branch(c);
  }
  stack_.resize(c.height);
  if (pred_empty(c.next)) {
    c.next->eraseFromParent();
    dead_ = true;
    return;
  }
  dead_ = false;
  b.SetInsertPoint(c.next);
  for (auto *p : c.results)
    push(p);
}

void FuncGen::stack_check(const Func &f) {
  Function *frame = Intrinsic::getOrInsertDeclaration(&g.m, Intrinsic::frameaddress, {g.ptr});
  Value *thread = b.CreateThreadLocalAddress(g.thread());
  limit_ = b.CreateLoad(g.ptr, thread, "limit");
  bool leaf = f.locals.size() < 32;
  for (const Instr &i : code_.code)
    if (i.op >= Op::Call && i.op <= Op::ReturnCallRef)
      leaf = false;
    else if (i.op >= Op::ContNew && i.op <= Op::Switch)
      leaf = false;
  if (leaf)
    return;
  // What is left below a limit holds an ordinary frame, so only large ones are subtracted.
  Value *need = b.CreateCall(frame, {b.getInt32(0)});
  if (f.locals.size() > 32)
    need = b.CreateConstGEP1_64(g.i8, need, uint64_t(-int64_t(8 * f.locals.size())));
  BasicBlock *entry = b.GetInsertBlock();
  trap_if(b.CreateICmpULT(need, limit_), TrapCode::Exhausted);
  entry->getTerminator()->setMetadata("wat.stack_check", MDNode::get(g.cx, {}));
}

void FuncGen::body(const Func &f) {
  type_ = &g.func_type(f.type);
  std::vector<ValType> locals = type_->params;
  locals.insert(locals.end(), f.locals.begin(), f.locals.end());
  for (size_t k = 0; k < locals.size(); ++k) {
    auto *a = b.CreateAlloca(g.type(locals[k]));
    locals_.push_back(a);
    b.CreateStore(k < type_->params.size() ? f_->getArg(unsigned(k) + 1)
                                           : static_cast<Value *>(Constant::getNullValue(g.type(locals[k]))),
                  a);
  }
  if (g.debug) { // only now: what has no place is the prologue, which debuggers pass
    b.SetCurrentDebugLocation(DebugInfo::at(f_, f.pos));
    g.debug->locals(f_, f, type_->params.size(), locals, locals_, b.GetInsertBlock());
  }
  stack_check(f);
  Control c{};
  c.next = c.branch = block("return");
  c.results = c.labels = phis(c.next, type_->results);
  controls_.push_back(std::move(c));
  run();
  if (!dead_)
    ret_values(stack_);
  removeUnreachableBlocks(*f_);
  restore_limits();
}

void FuncGen::constant() {
  Control c{};
  c.next = c.branch = block("return");
  ValType t = ValType::I64; // a phi is not needed: constant expressions do not branch
  (void)t;
  controls_.push_back(std::move(c));
  for (const Instr &i : code_.code)
    if (i.op != Op::End)
      step(i);
  b.CreateRet(to_bits(b, pop()));
  controls_.back().next->eraseFromParent();
}

void FuncGen::run() {
  unsigned skipped = 0;
  for (const Instr &i : code_.code) {
    if (g.debug)
      b.SetCurrentDebugLocation(DebugInfo::at(f_, i.pos));
    bool opens = i.op == Op::Block || i.op == Op::Loop || i.op == Op::If || i.op == Op::TryTable;
    if (dead_ && opens)
      ++skipped;
    else if (dead_ && skipped) {
      if (i.op == Op::End)
        --skipped;
    } else if (i.op == Op::End)
      close(i);
    else if (i.op == Op::Else)
      otherwise(i);
    else if (!dead_)
      step(i);
  }
}

void FuncGen::ret_values(const std::vector<Value *> &values) {
  if (values.empty()) {
    b.CreateRetVoid();
  } else if (values.size() == 1) {
    b.CreateRet(values[0]);
  } else if (values.size() == 2) {
    b.CreateAggregateRet(values.data(), 2);
  } else {
    Value *thread = b.CreateThreadLocalAddress(g.thread());
    for (size_t k = 0; k < values.size(); ++k)
      b.CreateStore(to_bits(b, values[k]), b.CreateConstInBoundsGEP1_64(g.i64, thread, k + 1));
    b.CreateRetVoid();
  }
}

void FuncGen::step(const Instr &i) {
  switch (i.op) {
  case Op::Unreachable:
    trap(TrapCode::Unreachable);
    return dead();
  case Op::Nop:
    return;
  case Op::Block:
  case Op::Loop:
  case Op::If:
  case Op::TryTable:
    return open(i);
  case Op::Br:
    return branch(label(i.x));
  case Op::BrIf: {
    Value *c = b.CreateICmpNE(pop(), b.getInt32(0));
    return branch_if(c, label(i.x));
  }
  case Op::BrTable:
    return table(i);
  case Op::Return:
    ret_values(pop(type_->results.size()));
    return dead();
  case Op::Drop:
    pop();
    return;
  case Op::Select:
  case Op::SelectT: {
    Value *c = pop(), *y = pop(), *x = pop();
    return push(b.CreateSelect(b.CreateICmpNE(c, b.getInt32(0)), x, y));
  }
  default:
    if (!numeric(i) && !variable(i) && !memory(i) && !call(i) && !reference(i) && !aggregate(i) &&
        !exception(i) && !continuation(i))
      unsupported(i);
  }
}

} // namespace wat
