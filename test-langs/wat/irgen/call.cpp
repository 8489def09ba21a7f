// Calls, in all their forms. Functions of the module are called directly; others through what a FuncRef says.
#include "irgen/gen.h"

namespace wat {
using namespace llvm;

void FuncGen::push_results(const SubType &t, Value *result) {
  if (t.results.size() == 1)
    push(result);
  else if (t.results.size() == 2) {
    push(b.CreateExtractValue(result, 0));
    push(b.CreateExtractValue(result, 1));
  } else if (!t.results.empty()) {
    Value *thread = b.CreateThreadLocalAddress(g.thread());
    for (size_t k = 0; k < t.results.size(); ++k)
      push(from_bits(b, b.CreateLoad(g.i64, b.CreateConstInBoundsGEP1_64(g.i64, thread, k + 1)),
                     g.type(t.results[k])));
  }
}

void FuncGen::call_code(const SubType &t, Value *code, Value *instance, bool tail, FunctionType *type) {
  std::vector<Value *> args = pop(t.params.size());
  args.insert(args.begin(), instance);
  if (!tail)
    return push_results(t, may_throw(FunctionCallee(type, code), args, CallingConv::Tail));
  auto *c = b.CreateCall(type, code, args);
  c->setCallingConv(CallingConv::Tail);
  c->setTailCallKind(CallInst::TCK_MustTail);
  if (type->getReturnType()->isVoidTy())
    b.CreateRetVoid();
  else
    b.CreateRet(c);
  dead();
}

void FuncGen::call_ref(const SubType &t, Value *ref, bool tail) {
  trap_if(b.CreateICmpEQ(ref, b.getInt64(0)), TrapCode::NullFunction);
  Value *f = pointer(ref);
  call_code(t, load_field(f, offsetof(FuncRef, code), g.ptr, true),
            load_field(f, offsetof(FuncRef, instance), g.ptr, true), tail, g.signature(t));
}

Value *FuncGen::indirect(const Instr &i) {
  Value *index = size64(pop());
  Value *t = slot(g.layout.tables + i.x, g.ptr);
  trap_if(b.CreateICmpUGE(index, header(t, offsetof(TableObject, size), g.i64)),
          TrapCode::UndefinedElement);
  Value *ref = apart(
      b.CreateLoad(g.i64, b.CreateGEP(g.i64, header(t, offsetof(TableObject, elements), g.ptr), index)),
      "element");
  auto *null = block("null"), *there = block(""), *differs = block("differs"), *same = block("");
  b.CreateCondBr(b.CreateICmpEQ(ref, b.getInt64(0)), null, there);
  b.SetInsertPoint(null);
  cast<CallInst>(rt("wat_trap_uninitialized", "vl", {index}))->setDoesNotReturn();
  b.CreateUnreachable();
  b.SetInsertPoint(there);
  Value *have = load_field(pointer(ref), offsetof(FuncRef, type), g.ptr, true);
  Value *want = slot(g.layout.types + i.y, g.ptr);
  b.CreateCondBr(b.CreateICmpEQ(have, want), same, differs);
  b.SetInsertPoint(differs);
  if (g.func_type(i.y).is_final) {
    trap(TrapCode::IndirectType);
  } else {
    trap_if(b.CreateICmpEQ(rt("wat_below", "ipp", {have, want}), b.getInt32(0)), TrapCode::IndirectType);
    b.CreateBr(same);
  }
  b.SetInsertPoint(same);
  return ref;
}

bool FuncGen::call(const Instr &i) {
  switch (i.op) {
  case Op::Call:
  case Op::ReturnCall: {
    bool tail = i.op == Op::ReturnCall;
    const SubType &t = g.func_type(g.source.funcs[i.x].type);
    if (Function *f = g.func(i.x))
      return call_code(t, f, instance_, tail, f->getFunctionType()), true;
    Value *f = slot(i.x, g.ptr);
    call_code(t, load_field(f, offsetof(FuncRef, code), g.ptr, true),
              load_field(f, offsetof(FuncRef, instance), g.ptr, true), tail, g.signature(t));
    return true;
  }
  case Op::CallIndirect:
  case Op::ReturnCallIndirect: {
    Value *ref = indirect(i);
    return call_ref(g.func_type(i.y), ref, i.op == Op::ReturnCallIndirect), true;
  }
  case Op::CallRef:
  case Op::ReturnCallRef: {
    Value *ref = pop();
    return call_ref(g.func_type(i.x), ref, i.op == Op::ReturnCallRef), true;
  }
  default:
    return false;
  }
}

} // namespace wat
