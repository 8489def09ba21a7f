// How Go's types look in LLVM, and constants. The layout of strings, slices and interfaces is the
// run-time library's (rt/types.h).
#include "irgen/gen.h"

namespace minigo {

Gen::Gen(llvm::Module &m, TypeTable &types, Diagnostics &diag, const GenOptions &opts)
    : m(m), cx(m.getContext()), types(types), diag(diag), opts(opts) {
  i1 = llvm::Type::getInt1Ty(cx);
  i8 = llvm::Type::getInt8Ty(cx);
  i16 = llvm::Type::getInt16Ty(cx);
  i32 = llvm::Type::getInt32Ty(cx);
  i64 = llvm::Type::getInt64Ty(cx);
  f32 = llvm::Type::getFloatTy(cx);
  f64 = llvm::Type::getDoubleTy(cx);
  void_ = llvm::Type::getVoidTy(cx);
  ptr = llvm::PointerType::get(cx, 0);
  string_t = llvm::StructType::get(cx, {ptr, i64});
  slice_t = llvm::StructType::get(cx, {ptr, i64, i64});
  iface_t = llvm::StructType::get(cx, {ptr, ptr});
  // The run-time library's own selectors come first, in the order of rt/types.h.
  Type *str = types.basic(TK::String), *err = types.error_type;
  selector("Error", types.func({}, {str}, false), nullptr);
  selector("String", types.func({}, {str}, false), nullptr);
  selector("Unwrap", types.func({}, {err}, false), nullptr);
  selector("Is", types.func({err}, {types.basic(TK::Bool)}, false), nullptr);
}

llvm::Type *Gen::type(Type *t) {
  if (auto it = lowered_.find(t); it != lowered_.end())
    return it->second;
  llvm::Type *r = nullptr;
  switch (t->kind) {
  case TK::Named:
    r = type(t->under);
    break;
  case TK::Bool:
  case TK::UntypedBool:
    r = i1;
    break;
  case TK::Int8:
  case TK::Uint8:
    r = i8;
    break;
  case TK::Int16:
  case TK::Uint16:
    r = i16;
    break;
  case TK::Int32:
  case TK::Uint32:
  case TK::UntypedRune:
    r = i32;
    break;
  case TK::Int:
  case TK::Uint:
  case TK::Int64:
  case TK::Uint64:
  case TK::Uintptr:
  case TK::UntypedInt:
    r = i64;
    break;
  case TK::Float32:
    r = f32;
    break;
  case TK::Float64:
  case TK::UntypedFloat:
    r = f64;
    break;
  case TK::String:
  case TK::UntypedString:
    r = string_t;
    break;
  case TK::Slice:
    r = slice_t;
    break;
  case TK::Interface:
    r = iface_t;
    break;
  case TK::Array:
    r = llvm::ArrayType::get(type(t->elem), uint64_t(t->len));
    break;
  case TK::Struct: {
    std::vector<llvm::Type *> fs;
    for (auto &f : t->fields)
      fs.push_back(type(f.type));
    r = llvm::StructType::get(cx, fs);
    break;
  }
  case TK::Tuple:
    r = tuple_struct(t->results);
    break;
  default:
    r = ptr;
    break;
  }
  lowered_[t] = r;
  return r;
}

bool Gen::in_memory(Type *t) {
  Type *u = t->underlying();
  if (u->kind != TK::Array && u->kind != TK::Struct)
    return false;
  auto [it, fresh] = memory_.emplace(u, 0);
  if (!fresh)
    return it->second != 0;
  bool mem = size_of(u) > 32;
  if (u->kind == TK::Array)
    mem |= u->len > 4 || (u->len > 0 && in_memory(u->elem));
  else
    for (auto &f : u->fields)
      mem |= in_memory(f.type);
  memory_[u] = mem;
  return mem;
}

bool Gen::pointer_shaped(Type *t) {
  switch (t->underlying()->kind) {
  case TK::Pointer:
  case TK::Map:
  case TK::Chan:
  case TK::Func:
  case TK::UnsafePointer:
    return true;
  default:
    return false;
  }
}

llvm::StructType *Gen::tuple_struct(const std::vector<Type *> &ts) {
  std::vector<llvm::Type *> fs;
  for (Type *t : ts)
    fs.push_back(type(t));
  return llvm::StructType::get(cx, fs);
}

bool Gen::returns_in_memory(Type *sig) {
  sig = sig->underlying();
  if (sig->results.empty())
    return false;
  for (Type *t : sig->results)
    if (in_memory(t))
      return true;
  return sig->results.size() > 1 && dl().getTypeAllocSize(tuple_struct(sig->results)) > 32;
}

// (ctx) (result pointer) (receiver) parameters...
llvm::FunctionType *Gen::fn_type(Type *sig, Type *recv, bool with_ctx) {
  sig = sig->underlying();
  std::vector<llvm::Type *> ps;
  if (with_ctx)
    ps.push_back(ptr);
  bool mem = returns_in_memory(sig);
  if (mem)
    ps.push_back(ptr);
  auto param = [&](Type *t) { ps.push_back(in_memory(t) ? ptr : type(t)); };
  if (recv)
    param(recv);
  for (Type *t : sig->params)
    param(t);
  llvm::Type *r = void_;
  if (!mem && sig->results.size() == 1)
    r = type(sig->results[0]);
  else if (!mem && !sig->results.empty())
    r = tuple_struct(sig->results);
  return llvm::FunctionType::get(r, ps, false);
}

Constant *Gen::c_string(const std::string &s) {
  Constant *&c = strings_[s];
  if (!c) {
    auto *data = llvm::ConstantDataArray::getString(cx, s, true);
    auto *gv = new llvm::GlobalVariable(m, data->getType(), true, llvm::GlobalValue::PrivateLinkage,
                                        data, "str");
    gv->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    gv->setAlignment(llvm::Align(1));
    c = gv;
  }
  return c;
}

Constant *Gen::const_string(const std::string &s) {
  if (s.empty())
    return Constant::getNullValue(string_t);
  return llvm::ConstantStruct::get(string_t, {c_string(s), i64v(int64_t(s.size()))});
}

Constant *Gen::constant(const ConstVal &v, Type *t) {
  switch (v.kind) {
  case ConstVal::Bool:
    return llvm::ConstantInt::get(i1, v.b);
  case ConstVal::String:
    return const_string(v.s);
  default:
    break;
  }
  if (is_float(t)) {
    llvm::APFloat f = v.to_float().f;
    bool lost;
    f.convert(type(t) == f32 ? llvm::APFloat::IEEEsingle() : llvm::APFloat::IEEEdouble(),
              llvm::APFloat::rmNearestTiesToEven, &lost);
    return llvm::ConstantFP::get(cx, f);
  }
  auto i = v.to_int();
  llvm::Type *ty = type(t);
  return llvm::ConstantInt::get(ty, (i ? i->i : v.i).trunc(ty->getIntegerBitWidth()));
}

void Gen::set_attrs(llvm::Function *f) {
  f->addFnAttr("frame-pointer", "all");
  f->addFnAttr("probe-stack", "inline-asm");
  // Go never turns a call into a jump: recursion has a depth, and recover looks at frames.
  f->addFnAttr("disable-tail-calls", "true");
  f->setUWTableKind(llvm::UWTableKind::Async);
}

llvm::FunctionCallee Gen::rt(const char *name, llvm::Type *ret, llvm::ArrayRef<llvm::Type *> args,
                             bool noreturn) {
  auto c = m.getOrInsertFunction(name, llvm::FunctionType::get(ret, args, false));
  if (auto *fn = llvm::dyn_cast<llvm::Function>(c.getCallee());
      fn && noreturn && !fn->doesNotReturn()) {
    fn->setDoesNotReturn();
    fn->addFnAttr(llvm::Attribute::Cold);
  }
  return c;
}

} // namespace minigo
