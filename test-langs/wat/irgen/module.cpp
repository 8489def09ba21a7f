// What there is once in a module: types, functions' declarations, thunks, and the tables through which the
// run-time library finds the code.
#include "irgen/gen.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Verifier.h"

namespace wat {
using namespace llvm;

ModuleGen::ModuleGen(llvm::Module &module, const Module &source, std::string prefix, std::string file)
    : m(module), source(source),
      layout(source.funcs.size(), source.tables.size(), source.memories.size(), source.globals.size(),
             source.tags.size(), source.types.size()),
      prefix(std::move(prefix)), file(std::move(file)), cx(module.getContext()) {
  i1 = Type::getInt1Ty(cx);
  i8 = Type::getInt8Ty(cx);
  i16 = Type::getInt16Ty(cx);
  i32 = Type::getInt32Ty(cx);
  i64 = Type::getInt64Ty(cx);
  f32 = Type::getFloatTy(cx);
  f64 = Type::getDoubleTy(cx);
  ptr = PointerType::getUnqual(cx);
  none = Type::getVoidTy(cx);
}

Type *ModuleGen::type(ValType t) const {
  switch (t.kind) {
  case ValType::I32:
    return i32;
  case ValType::F32:
    return f32;
  case ValType::F64:
    return f64;
  default:
    return i64;
  }
}

bool ModuleGen::is_cont(ValType t) const {
  if (!t.is_ref())
    return false;
  if (t.heap.is_index())
    return source.types[t.heap.index()].sub.kind == SubType::Cont;
  return t.heap.is(HeapType::Cont) || t.heap.is(HeapType::NoCont);
}

Type *ModuleGen::result_type(const std::vector<ValType> &results) {
  if (results.empty() || results.size() > 2)
    return none; // more go through Thread::results
  if (results.size() == 1)
    return type(results[0]);
  return StructType::get(cx, {type(results[0]), type(results[1])});
}

FunctionType *ModuleGen::signature(const SubType &t) {
  std::vector<Type *> params{ptr};
  for (ValType p : t.params)
    params.push_back(type(p));
  return FunctionType::get(result_type(t.results), params, false);
}

FunctionCallee ModuleGen::rt(const char *name, const char *s) {
  auto of = [&](char c) -> Type * { return c == 'v' ? none : c == 'i' ? i32 : c == 'l' ? i64 : ptr; };
  std::vector<Type *> params;
  for (const char *p = s + 1; *p; ++p)
    params.push_back(of(*p));
  return m.getOrInsertFunction(name, FunctionType::get(of(*s), params, false));
}

GlobalVariable *ModuleGen::thread() {
  if (auto *t = m.getNamedGlobal("wat_thread"))
    return t;
  return new GlobalVariable(m, ArrayType::get(i64, 1025), false, GlobalValue::ExternalLinkage, nullptr,
                            "wat_thread", nullptr, GlobalValue::InitialExecTLSModel);
}

MDNode *ModuleGen::alias_kind(const char *name) {
  MDBuilder build(cx);
  MDNode *type = build.createTBAAScalarTypeNode(name, build.createTBAARoot("wat"));
  return build.createTBAAStructTagNode(type, type, 0);
}

Constant *ModuleGen::wasm_exception() {
  return m.getOrInsertGlobal("_ZTIN3wat13WasmExceptionE", ptr);
}

void ModuleGen::set_attributes(Function *f) {
  f->setUWTableKind(UWTableKind::Async);
  f->addFnAttr("frame-pointer", "non-leaf");
  f->addFnAttr("probe-stack", "wat_stack_probe"); // rt/stack.cpp
#ifdef WAT_SANITIZED // the run-time library is, and must hear of every switch
#if __has_feature(thread_sanitizer)
  f->addFnAttr(Attribute::SanitizeThread);
#else
  f->addFnAttr(Attribute::SanitizeAddress);
#endif
#endif
}

Wire ModuleGen::wire(const std::vector<ValType> &types) const {
  unsigned floats = 0;
  for (ValType t : types)
    floats += t.kind == ValType::F32 || t.kind == ValType::F64;
  return wire_of(unsigned(types.size()) - floats, floats, !types.empty() && is_cont(types.back()));
}

std::vector<Type *> ModuleGen::bindable_types(const std::vector<ValType> &types) const {
  if (wire(types).direct)
    return wire_types(types);
  std::vector<Type *> out(WEFT_PAYLOAD_INTS, i64);
  out.insert(out.end(), WEFT_PAYLOAD_FLOATS, f64);
  return out;
}

std::vector<Type *> ModuleGen::wire_types(const std::vector<ValType> &types) const {
  Wire w = wire(types);
  std::vector<Type *> out;
  if (!w.direct)
    out.assign(w.ints, i64);
  else
    for (ValType t : types)
      out.push_back(t.kind == ValType::F32 || t.kind == ValType::F64 ? f64 : i64);
  return out;
}

static std::string key(const char *what, const SubType &t) {
  std::string k = what;
  auto add = [&](const std::vector<ValType> &types) {
    for (ValType v : types)
      k += v.kind == ValType::I32   ? 'i'
           : v.kind == ValType::I64 ? 'l'
           : v.kind == ValType::F32 ? 'f'
           : v.kind == ValType::F64 ? 'd'
                                    : 'r';
    k += '.';
  };
  add(t.params);
  add(t.results);
  return k;
}

/// void entry(FuncRef *, uint64_t *values)
Function *ModuleGen::entry_thunk(const SubType &t) {
  Function *&f = thunks_[key("entry.", t)];
  if (f)
    return f;
  f = Function::Create(FunctionType::get(none, {ptr, ptr}, false), GlobalValue::InternalLinkage,
                       prefix + "_" + key("entry.", t), m);
  set_attributes(f);
  IRBuilder<> b(BasicBlock::Create(cx, "", f));
  Value *code = b.CreateLoad(ptr, f->getArg(0));
  Value *instance = b.CreateLoad(
      ptr, b.CreateConstInBoundsGEP1_64(i8, f->getArg(0), offsetof(FuncRef, instance)));
  std::vector<Value *> args{instance};
  for (size_t i = 0; i < t.params.size(); ++i)
    args.push_back(from_bits(
        b, b.CreateLoad(i64, b.CreateConstInBoundsGEP1_64(i64, f->getArg(1), i)), type(t.params[i])));
  auto *call = b.CreateCall(signature(t), code, args);
  call->setCallingConv(CallingConv::Tail);
  for (size_t i = 0; i < t.results.size(); ++i) {
    Value *v = t.results.size() == 1   ? static_cast<Value *>(call)
               : t.results.size() == 2 ? b.CreateExtractValue(call, unsigned(i))
                                       : b.CreateLoad(i64, b.CreateConstInBoundsGEP1_64(
                                                               i64, b.CreateThreadLocalAddress(thread()),
                                                               i + 1));
    b.CreateStore(to_bits(b, v), b.CreateConstInBoundsGEP1_64(i64, f->getArg(1), i));
  }
  b.CreateRetVoid();
  return f;
}

/// A host's function as generated code calls it: tailcc moves the stack even without arguments on it, so
/// C code cannot stand in its place. The instance is the host's FuncRef.
Function *ModuleGen::host_thunk(const SubType &t) {
  Function *&f = thunks_[key("host.", t)];
  if (f)
    return f;
  f = Function::Create(signature(t), GlobalValue::InternalLinkage, prefix + "_" + key("host.", t), m);
  f->setCallingConv(CallingConv::Tail);
  set_attributes(f);
  Expr nothing;
  FuncGen gen(*this, f, nothing);
  IRBuilder<> &b = gen.b;
  size_t n = std::max({size_t(1), t.params.size(), t.results.size()});
  Value *values = b.CreateAlloca(ArrayType::get(i64, n));
  for (size_t k = 0; k < t.params.size(); ++k)
    b.CreateStore(to_bits(b, f->getArg(unsigned(k) + 1)), gen.field(values, 8 * k));
  b.CreateCall(rt("wat_call_host", "vpp"), {f->getArg(0), values});
  std::vector<Value *> results;
  for (size_t k = 0; k < t.results.size(); ++k)
    results.push_back(from_bits(b, b.CreateLoad(i64, gen.field(values, 8 * k)), type(t.results[k])));
  gen.ret_values(results);
  return f;
}

void ModuleGen::generate() {
  for (size_t i = 0; i < source.funcs.size(); ++i) {
    const Func &f = source.funcs[i];
    if (f.import != no_index) {
      funcs_.push_back(nullptr);
      continue;
    }
    auto *fn = Function::Create(signature(func_type(f.type)), GlobalValue::InternalLinkage,
                                prefix + "_" + (f.name.empty() ? "f" + std::to_string(i) : f.name), m);
    fn->setCallingConv(CallingConv::Tail);
    set_attributes(fn);
    funcs_.push_back(fn);
  }
  for (size_t i = 0; i < source.funcs.size(); ++i)
    if (funcs_[i] && debug) {
      const Func &f = source.funcs[i];
      debug->function(funcs_[i], f, func_type(f.type), f.name.empty() ? shown_name(Index(i)) : f.name);
    }
  for (size_t i = 0; i < source.funcs.size(); ++i)
    if (funcs_[i])
      FuncGen(*this, funcs_[i], source.funcs[i].body).body(source.funcs[i]);
  describe();
  if (debug)
    debug->finish();
}

std::string ModuleGen::shown_name(Index i) const {
  if (!source.funcs[i].name.empty())
    return "$" + source.funcs[i].name;
  for (const Export &e : source.exports)
    if (e.kind == ExternKind::Func && e.index == i)
      return "\"" + e.name + "\"";
  return "function " + std::to_string(i);
}

Value *to_bits(IRBuilder<> &b, Value *v) {
  Type *t = v->getType();
  if (t->isFloatTy())
    v = b.CreateBitCast(v, b.getInt32Ty());
  else if (t->isDoubleTy())
    return b.CreateBitCast(v, b.getInt64Ty());
  return b.CreateZExt(v, b.getInt64Ty());
}

Value *from_bits(IRBuilder<> &b, Value *bits, Type *t) {
  if (t->isFloatTy())
    return b.CreateBitCast(b.CreateTrunc(bits, b.getInt32Ty()), t);
  if (t->isDoubleTy())
    return b.CreateBitCast(bits, t);
  return b.CreateTrunc(bits, t);
}

Value *to_wire(IRBuilder<> &b, Value *v) {
  Value *bits = to_bits(b, v);
  return v->getType()->isFloatingPointTy() ? b.CreateBitCast(bits, b.getDoubleTy()) : bits;
}

Value *from_wire(IRBuilder<> &b, Value *v, Type *t) {
  if (t->isFloatingPointTy())
    v = b.CreateBitCast(v, b.getInt64Ty());
  return from_bits(b, v, t);
}

} // namespace wat
