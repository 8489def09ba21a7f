// Type descriptors and method tables. A method is found by its selector, a number given to each
// (name, signature) that some interface has; every described type carries a dense table indexed by
// it, so a call through an interface is two loads. Tables are filled last, when all selectors are
// known; filling them may need new functions, so it goes round until nothing is new.
#include "irgen/gen.h"
#include "rt/types.h"

namespace minigo {

int Gen::selector(const std::string &name, Type *sig, Package *pkg) {
  bool exported = isupper((unsigned char)name[0]);
  std::string key = name + "|" + std::to_string(reinterpret_cast<uintptr_t>(sig)) + "|" +
                    (exported ? ""
                     : pkg    ? pkg->path
                              : "");
  auto [it, fresh] = selector_index_.emplace(key, int(selectors_.size()));
  if (fresh) {
    selectors_.push_back({name, sig, exported ? nullptr : pkg});
    selector_targets.emplace_back();
  }
  return it->second;
}

Constant *Gen::descriptor(Type *t) {
  if (is_untyped(t))
    t = t->kind == TK::UntypedBool ? types.basic(TK::Bool) : t;
  auto [it, fresh] = described_index_.emplace(t, described_.size());
  if (fresh) {
    auto *st = llvm::StructType::get(
        cx, {i32, i32, i64, ptr, i64, ptr, ptr, i64, ptr, i64, ptr, i64, ptr});
    auto *g = new llvm::GlobalVariable(m, st, true, llvm::GlobalValue::InternalLinkage, nullptr,
                                       "type." + type_text(t));
    described_.push_back({t, g, {}});
  }
  return described_[it->second].g;
}

static bool plain_bytes(Type *t) {
  switch (t->underlying()->kind) {
  case TK::Float32:
  case TK::Float64:
  case TK::String:
  case TK::Interface:
  case TK::Struct:
  case TK::Slice:
  case TK::Map:
  case TK::Func:
    return false;
  case TK::Array:
    return plain_bytes(t->underlying()->elem);
  default:
    return true;
  }
}

// The function an interface's method table holds: it takes the data word, which is the value where
// it is pointer-shaped, else a pointer to it.
llvm::Function *Gen::method_wrapper(Type *t, const std::string &name, Package *pkg) {
  Lookup l = lookup_member(t, name, pkg);
  if (l.kind != SK::Method && l.kind != SK::InterfaceMethod)
    return nullptr;
  if (l.kind == SK::Method && l.method->ptr_recv && !l.through_pointer && t->kind != TK::Pointer)
    return nullptr;
  if (l.kind == SK::Method && l.method->ptr_recv && l.path.empty())
    return function(l.method->info); // (*T).M takes just the data word
  std::string key = type_text(t) + "|" + name + std::to_string(reinterpret_cast<uintptr_t>(t));
  llvm::Function *&w = wrappers_[key];
  if (w)
    return w;
  Type *sig = l.kind == SK::Method ? l.method->type : l.type;
  Type *word = types.basic(TK::UnsafePointer);
  w = llvm::Function::Create(fn_type(sig, word, false), llvm::GlobalValue::InternalLinkage,
                             "wrap." + type_text(t) + "." + name, m);
  set_attrs(w);
  Fn fn(*this, w, nullptr);
  fn.start_thunk();
  bool mem = returns_in_memory(sig);
  Value *data = w->getArg(mem ? 1 : 0);
  Value *v = data;
  bool is_addr = false;
  Type *cur = t;
  if (!pointer_shaped(t))
    is_addr = true; // data points to the value
  Fn::Target tg;
  tg.sig = sig;
  bool now_addr = is_addr;
  v = fn.walk(v, is_addr, cur, l.path, l.path.size(), now_addr);
  if (l.kind == SK::InterfaceMethod) {
    Value *iface = now_addr ? fn.load(cur, v) : v;
    tg.selector = selector(name, sig, pkg);
    tg.recv = iface;
  } else {
    tg.fn = l.method->info;
    Type *named = l.recv;
    if (l.method->ptr_recv) {
      tg.recv_type = types.pointer(named);
      tg.recv = cur->kind == TK::Pointer ? (now_addr ? fn.load(cur, v) : v) : v;
    } else {
      tg.recv_type = named;
      if (cur->underlying()->kind == TK::Pointer && cur != named) {
        Value *p = now_addr ? fn.load(cur, v) : v;
        fn.panic_if(fn.b.CreateIsNull(p), "mg_panic_value_method",
                    {const_string(type_text(named)), const_string(name)});
        v = p;
        now_addr = true;
      }
      tg.recv = now_addr ? fn.load(named, v) : v;
    }
  }
  std::vector<Value *> args;
  for (unsigned k = mem ? 2 : 1; k < w->arg_size(); ++k)
    args.push_back(w->getArg(k));
  std::vector<Value *> r = fn.emit_call(tg, args);
  fn.finish_thunk(sig, r, mem ? w->getArg(0) : nullptr);
  return w;
}

// One round over all types and selectors; true if something was new.
bool Gen::add_methods() {
  bool progress = false;
  for (size_t k = 0; k < described_.size(); ++k) {
    while (described_[k].methods.size() < selectors_.size()) {
      progress = true;
      size_t s = described_[k].methods.size();
      described_[k].methods.push_back(nullptr);
      Sel sel = selectors_[s];
      Type *t = described_[k].t;
      if (is_interface(t) || (t->kind == TK::Pointer && is_interface(t->elem)))
        continue;
      Lookup l = lookup_member(t, sel.name, sel.pkg);
      Type *sig = l.kind == SK::Method ? l.method->type : l.type;
      if ((l.kind != SK::Method && l.kind != SK::InterfaceMethod) || sig != sel.sig)
        continue;
      llvm::Function *w = method_wrapper(t, sel.name, sel.pkg);
      described_[k].methods[s] = w;
      if (w)
        selector_targets[s].push_back(w);
    }
    Type *u = described_[k].t->underlying();
    size_t before = described_.size();
    if (u->elem)
      descriptor(u->elem);
    if (u->key)
      descriptor(u->key);
    for (auto &f : u->fields)
      descriptor(f.type);
    if (u->kind == TK::Interface)
      for (auto &me : u->methods)
        selector(me.name, me.sig, me.pkg);
    progress |= described_.size() != before;
  }
  return progress;
}

void Gen::fill_descriptors() {
  Constant *null = llvm::ConstantPointerNull::get(ptr);
  auto table = [&](llvm::ArrayRef<Constant *> elems, llvm::Type *t,
                   const char *name) -> Constant * {
    if (elems.empty())
      return null;
    auto *at = llvm::ArrayType::get(t, elems.size());
    return new llvm::GlobalVariable(m, at, true, llvm::GlobalValue::PrivateLinkage,
                                    llvm::ConstantArray::get(at, elems), name);
  };
  auto *field_t = llvm::StructType::get(cx, {ptr, i64, ptr, i64, i64});
  auto *method_t = llvm::StructType::get(cx, {i64, ptr, i64});
  for (auto &d : described_) {
    Type *t = d.t, *u = t->underlying();
    int64_t flags = 0;
    if (t->kind == TK::Named)
      flags |= rt::FNamed;
    if (pointer_shaped(t))
      flags |= rt::FDirect;
    if (not_comparable(t).empty())
      flags |= rt::FComparable;
    if (plain_bytes(t))
      flags |= rt::FPlainBytes;
    std::vector<Constant *> fields, methods, vtable;
    if (u->kind == TK::Struct && !u->fields.empty()) {
      auto *layout = dl().getStructLayout(llvm::cast<llvm::StructType>(type(u)));
      for (size_t k = 0; k < u->fields.size(); ++k) {
        auto &f = u->fields[k];
        fields.push_back(llvm::ConstantStruct::get(
            field_t, {c_string(f.name), i64v(int64_t(f.name.size())), descriptor(f.type),
                      i64v(int64_t(layout->getElementOffset(unsigned(k)))), i64v(f.embedded)}));
      }
    }
    if (u->kind == TK::Interface)
      for (auto &me : u->methods)
        methods.push_back(llvm::ConstantStruct::get(
            method_t, {i64v(selector(me.name, me.sig, me.pkg)), c_string(me.name),
                       i64v(int64_t(me.name.size()))}));
    for (auto *w : d.methods)
      vtable.push_back(w ? static_cast<Constant *>(w) : null);
    std::string name = type_text(t);
    d.g->setInitializer(llvm::ConstantStruct::get(
        llvm::cast<llvm::StructType>(d.g->getValueType()),
        {llvm::ConstantInt::get(i32, uint64_t(u->kind)),
         llvm::ConstantInt::get(i32, uint64_t(flags)), i64v(int64_t(size_of(t))), c_string(name),
         i64v(int64_t(name.size())), u->elem ? descriptor(u->elem) : null,
         u->key ? descriptor(u->key) : null, i64v(u->len), table(fields, field_t, "fields"),
         i64v(int64_t(fields.size())), table(methods, method_t, "methods"),
         i64v(int64_t(methods.size())), table(vtable, ptr, "vtable")}));
  }
}

} // namespace minigo
