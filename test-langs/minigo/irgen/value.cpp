// Storage: temporaries, heap cells, loads and stores, and the branches to panics.
#include "irgen/gen.h"
#include "llvm/IR/MDBuilder.h"

namespace minigo {

Value *Fn::temp(llvm::Type *t, const char *name) {
  llvm::IRBuilder<> eb(entry, entry->begin());
  return eb.CreateAlloca(t, nullptr, name);
}

Value *Fn::call_rt(const char *name, llvm::Type *ret, llvm::ArrayRef<Value *> args, bool noreturn) {
  std::vector<llvm::Type *> ts;
  for (Value *a : args)
    ts.push_back(a->getType());
  return b.CreateCall(g.rt(name, ret, ts, noreturn), args);
}

Value *Fn::alloc_bytes(Value *n) {
  auto *c = llvm::cast<llvm::CallInst>(call_rt("mg_alloc", g.ptr, {n}));
  c->getCalledFunction()->setReturnDoesNotAlias();
  c->addRetAttr(llvm::Attribute::getWithAlignment(g.cx, llvm::Align(16)));
  c->addRetAttr(llvm::Attribute::NonNull);
  return c;
}

Value *Fn::alloc(llvm::Type *t) { return alloc_bytes(g.i64v(int64_t(g.dl().getTypeAllocSize(t)))); }

Value *Fn::zero(Type *t) {
  if (!g.in_memory(t))
    return g.zero(t);
  Value *p = temp(g.type(t));
  zero_at(t, p);
  return p;
}

void Fn::zero_at(Type *t, Value *p) {
  if (g.in_memory(t))
    b.CreateMemSet(p, llvm::ConstantInt::get(g.i8, 0), g.size_of(t),
                   llvm::MaybeAlign(g.align_of(t)));
  else
    b.CreateStore(g.zero(t), p);
}

Value *Fn::load(Type *t, Value *p) { return g.in_memory(t) ? p : b.CreateLoad(g.type(t), p); }

void Fn::store(Type *t, Value *v, Value *p) {
  if (g.in_memory(t)) {
    if (v != p)
      b.CreateMemMove(p, llvm::MaybeAlign(g.align_of(t)), v, llvm::MaybeAlign(g.align_of(t)),
                      g.size_of(t));
  } else
    b.CreateStore(v, p);
}

Value *Fn::keep(Type *t, Value *v) {
  if (!g.in_memory(t))
    return v;
  Value *p = temp(g.type(t));
  store(t, v, p);
  return p;
}

Value *Fn::spill(Type *t, Value *v) {
  if (g.in_memory(t))
    return v;
  Value *p = temp(g.type(t));
  b.CreateStore(v, p);
  return p;
}

void Fn::location(Pos p) {
  if (!subprogram || !p.valid())
    return;
  b.SetCurrentDebugLocation(llvm::DILocation::get(g.cx, p.line, p.col, subprogram));
}

void Fn::panic_if(Value *bad, const char *fn, llvm::ArrayRef<Value *> args) {
  if (auto *c = llvm::dyn_cast<llvm::ConstantInt>(bad); c && c->isZero())
    return;
  BasicBlock *pb = block("panic"), *ok = block("ok");
  auto *br = b.CreateCondBr(bad, pb, ok);
  br->setMetadata(llvm::LLVMContext::MD_prof,
                  llvm::MDBuilder(g.cx).createBranchWeights(1, 1 << 20));
  at(pb);
  call_rt(fn, g.void_, args, true);
  b.CreateUnreachable();
  at(ok);
}

void Fn::nil_check(Value *p) {
  Value *base = p->stripPointerCasts();
  if (llvm::isa<llvm::AllocaInst>(base) || llvm::isa<llvm::GlobalValue>(base) ||
      llvm::isa<llvm::GetElementPtrInst>(base))
    return;
  if (auto *c = llvm::dyn_cast<llvm::CallInst>(base); c && c->hasRetAttr(llvm::Attribute::NonNull))
    return;
  panic_if(b.CreateIsNull(p), "mg_panic_nil", {});
}

Value *Fn::make_string(Value *p, Value *n) {
  Value *s = llvm::PoisonValue::get(g.string_t);
  return b.CreateInsertValue(b.CreateInsertValue(s, p, 0), n, 1);
}
Value *Fn::make_slice(Value *p, Value *n, Value *c) {
  Value *s = llvm::PoisonValue::get(g.slice_t);
  return b.CreateInsertValue(b.CreateInsertValue(b.CreateInsertValue(s, p, 0), n, 1), c, 2);
}
Value *Fn::make_iface(Value *td, Value *data) {
  Value *s = llvm::PoisonValue::get(g.iface_t);
  return b.CreateInsertValue(b.CreateInsertValue(s, td, 0), data, 1);
}

} // namespace minigo
