// Functions: which LLVM function stands for which Go function, their bodies' frames, globals, and
// the program's start.
#include "irgen/gen.h"

namespace minigo {

llvm::Function *Gen::function(FuncInfo *fi) {
  llvm::Function *&f = functions_[fi];
  if (f)
    return f;
  Type *recv = fi->obj->recv_named;
  if (recv && fi->obj->ptr_recv)
    recv = types.pointer(recv);
  f = llvm::Function::Create(fn_type(fi->sig, recv, false), llvm::GlobalValue::InternalLinkage,
                             fi->name, m);
  set_attrs(f);
  pending_.push_back(fi);
  return f;
}

llvm::Function *Gen::literal_function(FuncInfo *fi) {
  llvm::Function *&f = functions_[fi];
  if (f)
    return f;
  f = llvm::Function::Create(fn_type(fi->sig, nullptr, true), llvm::GlobalValue::InternalLinkage,
                             fi->name, m);
  set_attrs(f);
  pending_.push_back(fi);
  return f;
}

llvm::Function *Gen::native(FuncInfo *fi, bool *sret) {
  auto scalar = [&](Type *t) {
    llvm::Type *lt = type(t);
    return !lt->isStructTy() && !lt->isArrayTy();
  };
  auto &rs = fi->sig->results;
  *sret = rs.size() > 1 || (rs.size() == 1 && !scalar(rs[0]));
  llvm::Function *&f = functions_[fi];
  if (f)
    return f;
  std::vector<llvm::Type *> ps;
  if (*sret)
    ps.push_back(ptr);
  std::string name = "mg_" + fi->pkg->name + "_";
  if (fi->obj->recv_named) {
    ps.push_back(fi->obj->ptr_recv || !scalar(fi->obj->recv_named) ? ptr
                                                                   : type(fi->obj->recv_named));
    name += fi->obj->recv_named->obj->name + "_";
  }
  for (Type *t : fi->sig->params)
    ps.push_back(scalar(t) ? type(t) : ptr);
  auto *ft = llvm::FunctionType::get(*sret || rs.empty() ? void_ : type(rs[0]), ps, false);
  f = llvm::cast<llvm::Function>(m.getOrInsertFunction(name + fi->obj->name, ft).getCallee());
  // C++ expects bools and small integers extended.
  for (unsigned k = 0; k < ps.size(); ++k)
    if (ps[k]->isIntegerTy() && ps[k]->getIntegerBitWidth() < 32)
      f->addParamAttr(k, ps[k] == i1 ? llvm::Attribute::ZExt : llvm::Attribute::SExt);
  return f;
}

// A declared function as a func value: a constant closure around a function that ignores it.
Constant *Gen::function_value(Object *o) {
  Constant *&c = function_values_[o];
  if (c)
    return c;
  auto *th = llvm::Function::Create(fn_type(o->type, nullptr, true),
                                    llvm::GlobalValue::InternalLinkage, o->info->name + "-fv", m);
  set_attrs(th);
  auto *st = llvm::StructType::get(cx, llvm::ArrayRef<llvm::Type *>{ptr});
  c = new llvm::GlobalVariable(m, st, true, llvm::GlobalValue::PrivateLinkage,
                               llvm::ConstantStruct::get(st, {th}), "closure");
  Fn fn(*this, th, nullptr);
  fn.start_thunk();
  bool mem = returns_in_memory(o->type);
  std::vector<Value *> args;
  for (unsigned k = mem ? 2 : 1; k < th->arg_size(); ++k)
    args.push_back(th->getArg(k));
  Fn::Target t;
  t.fn = o->info;
  t.sig = o->type;
  fn.finish_thunk(o->type, fn.emit_call(t, args), mem ? th->getArg(1) : nullptr);
  return c;
}

llvm::GlobalVariable *Gen::global(Object *v) {
  llvm::GlobalVariable *&gv = globals_[v];
  if (!gv)
    gv = new llvm::GlobalVariable(m, type(v->type), false, llvm::GlobalValue::InternalLinkage,
                                  Constant::getNullValue(type(v->type)),
                                  v->pkg->name + "." + v->name);
  return gv;
}

void Gen::drain() {
  while (!pending_.empty()) {
    FuncInfo *fi = pending_.front();
    pending_.pop_front();
    Fn(*this, functions_[fi], fi).body();
  }
}

llvm::DIFile *Gen::debug_file(int file) {
  llvm::DIFile *&f = dbg.files[file];
  if (!f)
    f = dbg.b->createFile(diag.file_name(uint16_t(file)), opts.directory);
  return f;
}

void Gen::generate(const std::vector<Package *> &packages,
                   const std::vector<FuncInfo *> &functions) {
  for (FuncInfo *f : functions)
    program_recovers |= f->has_recover;
  if (opts.debug) {
    dbg.b = std::make_unique<llvm::DIBuilder>(m);
    int main_file = packages.back()->files[0]->id;
    dbg.unit = dbg.b->createCompileUnit(llvm::DISourceLanguageName(llvm::dwarf::DW_LANG_Go),
                                        debug_file(main_file), "minigo", true, "", 0);
    dbg.sig = dbg.b->createSubroutineType(dbg.b->getOrCreateTypeArray({}));
    m.addModuleFlag(llvm::Module::Warning, "Debug Info Version", llvm::DEBUG_METADATA_VERSION);
  }
  make_init(packages);
  do
    drain();
  while (add_methods() || !pending_.empty());
  fill_descriptors();
  choose_stack_classes();
  if (dbg.b)
    dbg.b->finalize();
}

// mg_program(ctx): what the task "main" runs. Its first stack class is the run-time library's
// choice.
void Gen::make_init(const std::vector<Package *> &packages) {
  auto *f = llvm::Function::Create(llvm::FunctionType::get(void_, {ptr}, false),
                                   llvm::GlobalValue::ExternalLinkage, "mg_program", m);
  set_attrs(f);
  Fn fn(*this, f, nullptr);
  fn.init_body(packages);
}

void Fn::init_body(const std::vector<Package *> &packages) {
  start_thunk();
  for (Package *p : packages) {
    for (Spec *s : p->init_order) {
      if (p->is_library) { // a library variable nobody reads costs nothing
        bool wanted = !s->values.empty();
        if (!wanted)
          continue;
      }
      var_spec(s);
    }
    for (FuncInfo *i : p->inits)
      b.CreateCall(g.function(i));
  }
  Object *mainf = packages.back()->scope->names["main"];
  b.CreateCall(g.function(mainf->info));
  b.CreateRetVoid();
}

void Fn::start_thunk() {
  entry = BasicBlock::Create(g.cx, "entry", f);
  BasicBlock *start = block("start");
  b.SetInsertPoint(entry);
  b.CreateBr(start);
  at(start);
}

void Fn::body() {
  entry = BasicBlock::Create(g.cx, "entry", f);
  BasicBlock *start = block("start");
  b.SetInsertPoint(entry);
  b.CreateBr(start);
  at(start);
  if (g.opts.debug) {
    Pos p = info->body->pos;
    subprogram = g.dbg.b->createFunction(
        g.debug_file(p.file), info->name, f->getName(), g.debug_file(p.file), p.line, g.dbg.sig,
        p.line, llvm::DINode::FlagPrototyped, llvm::DISubprogram::SPFlagDefinition);
    f->setSubprogram(subprogram);
    location(p);
  }
  if (info->has_recover)
    f->addFnAttr(llvm::Attribute::NoInline);
  unsigned k = 0;
  if (!info->obj) { // a literal: its captured variables, in func_lit's order
    Value *ctx = f->getArg(k++);
    std::vector<llvm::Type *> ts{g.ptr};
    for (Object *o : info->captures)
      ts.push_back(o->reassigned || o->addr_taken || g.in_memory(o->type) ? g.ptr
                                                                          : g.type(o->type));
    auto *st = llvm::StructType::get(g.cx, ts);
    for (unsigned c = 0; c < info->captures.size(); ++c) {
      Object *o = info->captures[c];
      Value *v = b.CreateLoad(ts[c + 1], b.CreateStructGEP(st, ctx, c + 1));
      if (o->reassigned || o->addr_taken || g.in_memory(o->type))
        vars[o] = v;
      else {
        Value *p = temp(ts[c + 1], o->name.c_str());
        b.CreateStore(v, p);
        vars[o] = p;
      }
    }
  }
  if (g.returns_in_memory(info->sig))
    ret_ptr = f->getArg(k++);
  auto param = [&](Object *o) {
    Value *a = f->getArg(k++);
    if (o->name == "" || o->name == "_")
      return;
    if (o->heap()) {
      Value *p = alloc(g.type(o->type));
      store(o->type, a, p);
      vars[o] = p;
    } else if (g.in_memory(o->type))
      vars[o] = a; // the caller made this copy for us
    else {
      Value *p = temp(a->getType(), o->name.c_str());
      b.CreateStore(a, p);
      vars[o] = p;
    }
  };
  if (info->recv)
    param(info->recv);
  for (Object *p : info->params)
    param(p);
  if (info->named_results || info->has_defer)
    for (Object *r : info->results) {
      Value *p = r->heap() ? alloc(g.type(r->type)) : temp(g.type(r->type), "result");
      if (!r->heap())
        zero_at(r->type, p);
      vars[r] = p;
      result_slots.push_back(p);
    }
  if (info->has_defer)
    enter_defers();
  stmts(info->body->list);
  if (!done()) {
    if (info->sig->results.empty())
      leave();
    else
      b.CreateUnreachable();
  }
}

} // namespace minigo
