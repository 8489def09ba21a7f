// Exceptions are C++ exceptions of type wat::WasmException, so that they cross continuations as Weft's do. A
// try_table has one landing pad, whose clause is that type: traps are another type and pass. Nested
// try_tables of one function hand an exception over by a branch.
#include "irgen/gen.h"

namespace wat {
using namespace llvm;

Value *FuncGen::may_throw(FunctionCallee f, ArrayRef<Value *> args, CallingConv::ID cc) {
  if (!dispatch_) {
    auto *c = b.CreateCall(f, args);
    c->setCallingConv(cc);
    if (cc == CallingConv::Tail) // else a call at the end becomes a jump, and endless recursion a loop
      c->setTailCallKind(CallInst::TCK_NoTail);
    return c;
  }
  auto *on = block("");
  auto *c = b.CreateInvoke(f, on, pads_[dispatch_], args);
  c->setCallingConv(cc);
  b.SetInsertPoint(on);
  return c;
}

void FuncGen::open_try(const Instr &i, Control &c) {
  // One slot for the exception on its way to each dispatch: an alloca, as its predecessors come later.
  BasicBlock *outer = dispatch_;
  IRBuilder<> entry(&f_->getEntryBlock(), f_->getEntryBlock().begin());
  AllocaInst *slot_of = entry.CreateAlloca(g.i64, nullptr, "caught");
  auto *pad = block("pad"), *dispatch = block("dispatch");
  auto *body = b.GetInsertBlock();
  caught_[dispatch] = slot_of;
  pads_[dispatch] = pad;
  if (!f_->hasPersonalityFn())
    f_->setPersonalityFn(cast<Constant>(
        g.m.getOrInsertFunction("wat_personality", FunctionType::get(g.i32, true)).getCallee()));
  b.SetInsertPoint(pad);
  auto *landed = b.CreateLandingPad(StructType::get(g.cx, {g.ptr, g.i32}), 1);
  landed->addClause(g.wasm_exception());
  b.CreateStore(rt("wat_caught", "lp", {b.CreateExtractValue(landed, 0)}), slot_of);
  b.CreateBr(dispatch);
  b.SetInsertPoint(dispatch);
  Value *exn = b.CreateLoad(g.i64, slot_of);
  Value *tag = load_field(pointer(exn), offsetof(Exn, tag), g.ptr, true);
  bool all = false;
  for (uint32_t k = 0; k < i.count && !all; ++k) {
    const CatchClause &clause = code_.catches[i.first + k];
    bool by_tag = clause.kind == CatchClause::Catch || clause.kind == CatchClause::CatchRef;
    auto *next = block("");
    if (by_tag) {
      auto *match = block("catch");
      b.CreateCondBr(b.CreateICmpEQ(tag, slot(g.layout.tags + clause.tag, g.ptr)), match, next);
      b.SetInsertPoint(match);
    } else
      all = true;
    size_t height = stack_.size();
    if (by_tag) {
      const SubType &t = g.func_type(g.source.tags[clause.tag].type);
      for (size_t p = 0; p < t.params.size(); ++p)
        push(from_bits(b, load_field(pointer(exn), offsetof(Exn, values) + 8 * p, g.i64),
                       g.type(t.params[p])));
    }
    if (clause.kind == CatchClause::CatchRef || clause.kind == CatchClause::CatchAllRef)
      push(exn);
    Control &to = label(clause.label);
    add_edge(to);
    b.CreateBr(to.branch);
    stack_.resize(height);
    if (all)
      next->eraseFromParent();
    else
      b.SetInsertPoint(next);
  }
  if (!all) {
    dispatch_ = outer;
    raise(exn);
  }
  dead_ = false;
  dispatch_ = dispatch;
  (void)c;
  b.SetInsertPoint(body);
}

Value *FuncGen::new_exn(Index tag) {
  const SubType &t = g.func_type(g.source.tags[tag].type);
  auto values = pop(t.params.size());
  Value *exn = rt("wat_new_exn", "lpl", {slot(g.layout.tags + tag, g.ptr), b.getInt64(values.size())});
  for (size_t k = 0; k < values.size(); ++k)
    b.CreateStore(to_bits(b, values[k]), field(pointer(exn), offsetof(Exn, values) + 8 * k));
  return exn;
}

void FuncGen::raise(Value *exn) {
  if (dispatch_) {
    b.CreateStore(exn, caught_[dispatch_]);
    b.CreateBr(dispatch_);
  } else {
    cast<CallInst>(rt("wat_throw", "vl", {exn}))->setDoesNotReturn();
    b.CreateUnreachable();
  }
  dead();
}

bool FuncGen::exception(const Instr &i) {
  switch (i.op) {
  case Op::Throw:
    return raise(new_exn(i.x)), true;
  case Op::ThrowRef: {
    Value *exn = pop();
    trap_if(b.CreateICmpEQ(exn, b.getInt64(0)), TrapCode::NullException);
    return raise(exn), true;
  }
  default:
    return false;
  }
}

} // namespace wat
