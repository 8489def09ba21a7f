// Calls: of known functions, through func values and interfaces, and of the run-time library.
//
// A function without a body is the library's, in C++: scalars are passed as they are, everything
// else by pointer, and a result that is not scalar comes back through a leading pointer, so that no
// C++ compiler's struct passing matters.
#include "irgen/gen.h"
#include "llvm/IR/Intrinsics.h"

namespace minigo {

// later: the call happens later (go, defer), and so does looking at what a func value points to.
Fn::Target Fn::target(CallExpr *e, bool later) {
  Target t;
  Expr *f = unparen(e->fun);
  t.sig = f->type->underlying();
  if (f->kind == EK::Ident && static_cast<Ident *>(f)->obj->kind == OK::Func) {
    t.fn = static_cast<Ident *>(f)->obj->info;
    return t;
  }
  if (f->kind == EK::Selector) {
    auto *s = static_cast<Selector *>(f);
    auto &sel = s->selection;
    if (sel.kind == SK::Package && s->sel->obj->kind == OK::Func) {
      t.fn = s->sel->obj->info;
      return t;
    }
    if (sel.kind == SK::Method || sel.kind == SK::InterfaceMethod) {
      Type *cur = s->x->type;
      bool pointer = cur->underlying()->kind == TK::Pointer;
      bool want_addr = sel.kind == SK::Method && sel.method->ptr_recv;
      bool is_addr = !pointer && (want_addr || s->x->mode == Mode::Variable || g.in_memory(cur)),
           now_addr;
      Value *v = is_addr ? addr_or_temp(s->x) : expr(s->x);
      if (pointer && sel.path.empty()) {
        if (cur != sel.recv) { // a method of *T or T through a pointer
          if (want_addr) {
            t.recv = v;
            t.recv_type = g.types.pointer(sel.recv);
            t.fn = sel.method->info;
            return t;
          }
          nil_check(v);
          cur = cur->underlying()->elem;
          is_addr = true;
        }
      }
      v = walk(v, is_addr, cur, sel.path, sel.path.size(), now_addr);
      if (sel.path.empty())
        now_addr = is_addr;
      if (sel.kind == SK::InterfaceMethod) {
        auto &m = sel.recv->underlying()->methods[size_t(sel.index)];
        t.selector = g.selector(m.name, m.sig, m.pkg);
        t.recv = now_addr ? load(cur, v) : v;
        return t;
      }
      t.fn = sel.method->info;
      if (want_addr) {
        t.recv_type = g.types.pointer(sel.recv);
        bool through = cur->underlying()->kind == TK::Pointer && cur != sel.recv;
        t.recv = through && now_addr ? load(cur, v) : v;
      } else {
        if (cur->underlying()->kind == TK::Pointer && cur != sel.recv) {
          v = now_addr ? load(cur, v) : v;
          nil_check(v);
          now_addr = true;
        }
        t.recv_type = sel.recv;
        t.recv = keep(sel.recv, now_addr ? load(sel.recv, v) : v);
      }
      return t;
    }
  }
  if (f->kind == EK::FuncLit) {
    auto *lit = static_cast<FuncLit *>(f);
    t.ctx = func_lit(lit, lit->info->stays_in_frame);
    t.code = g.literal_function(lit->info);
    return t;
  }
  t.ctx = expr(f);
  if (later)
    return t;
  location(start_pos(e));
  nil_check(t.ctx);
  t.code = b.CreateLoad(g.ptr, t.ctx);
  return t;
}

std::vector<Value *> Fn::arguments(CallExpr *e, Type *sig, bool noescape) {
  size_t np = sig->params.size();
  std::vector<Value *> vals;
  std::vector<Type *> ts;
  bool spread = e->args.size() == 1 && e->args[0]->type && e->args[0]->type->kind == TK::Tuple &&
                e->args[0]->mode != Mode::CommaOk;
  if (spread)
    vals = multi(e->args[0], ts);
  size_t n = spread ? vals.size() : e->args.size();
  auto arg = [&](size_t k, Type *t) {
    Value *v;
    if (noescape && is_interface(t)) {
      Type *from = spread ? ts[k] : e->args[k]->type;
      if (!spread && e->args[k]->mode == Mode::Nil)
        return static_cast<Value *>(g.zero(t));
      v = spread ? vals[k] : expr(e->args[k]);
      if (is_interface(from))
        return v;
      if (is_untyped(from))
        from = g.types.basic(TK::Bool);
      return make_iface(g.descriptor(from), box(v, from, true));
    }
    v = spread ? convert(vals[k], ts[k], t) : expr_as(e->args[k], t);
    return keep(t, v);
  };
  std::vector<Value *> out;
  for (size_t k = 0; k < np; ++k) {
    if (!(sig->variadic && k + 1 == np && !e->ellipsis)) {
      out.push_back(arg(k, sig->params[k]));
      continue;
    }
    Type *et = sig->params[k]->elem;
    size_t count = n - k;
    if (!count) {
      out.push_back(g.zero(sig->params[k]));
      continue;
    }
    std::vector<Value *> elems;
    for (size_t j = k; j < n; ++j)
      elems.push_back(arg(j, et));
    auto *at = llvm::ArrayType::get(g.type(et), count);
    Value *p = noescape ? temp(at, "args") : alloc(at);
    for (size_t j = 0; j < count; ++j)
      store(et, elems[j], b.CreateInBoundsGEP(at, p, {g.i64v(0), g.i64v(int64_t(j))}));
    out.push_back(make_slice(p, g.i64v(int64_t(count)), g.i64v(int64_t(count))));
  }
  return out;
}

std::vector<Value *> Fn::emit_call(const Target &t, llvm::ArrayRef<Value *> args) {
  if (t.fn && !t.fn->body)
    return call_native(t.fn, t.recv, t.recv_type, args);
  Type *sig = t.sig ? t.sig->underlying() : t.fn->sig;
  bool mem = g.returns_in_memory(sig);
  std::vector<Value *> as;
  Value *ret = nullptr;
  llvm::StructType *tuple = g.tuple_struct(sig->results);
  if (t.ctx)
    as.push_back(t.ctx);
  if (mem) {
    ret = temp(tuple, "result");
    as.push_back(ret);
  }
  llvm::CallInst *call;
  llvm::FunctionType *ft;
  if (t.selector >= 0) {
    Value *td = part(t.recv, 0);
    panic_if(b.CreateIsNull(td), "mg_panic_nil", {});
    as.push_back(part(t.recv, 1));
    as.insert(as.end(), args.begin(), args.end());
    ft = g.fn_type(sig, g.types.basic(TK::UnsafePointer), false);
    // rt::TypeDesc::vtable
    Value *vt = b.CreateLoad(g.ptr, b.CreateConstInBoundsGEP1_64(g.i8, td, 88));
    Value *code =
        b.CreateLoad(g.ptr, b.CreateConstInBoundsGEP1_64(g.ptr, vt, uint64_t(t.selector)));
    call = b.CreateCall(ft, code, as);
    g.iface_calls[call] = t.selector;
  } else {
    if (t.recv)
      as.push_back(t.recv);
    as.insert(as.end(), args.begin(), args.end());
    ft = g.fn_type(sig, t.recv ? t.recv_type : nullptr, t.ctx != nullptr);
    Value *code = t.fn ? g.function(t.fn) : t.code;
    if (!code) {
      nil_check(t.ctx);
      code = b.CreateLoad(g.ptr, t.ctx);
    }
    call = b.CreateCall(ft, code, as);
  }
  if (t.fn && t.fn->has_recover)
    call->setTailCallKind(llvm::CallInst::TCK_NoTail);
  std::vector<Value *> out;
  auto &rs = sig->results;
  if (mem)
    for (size_t k = 0; k < rs.size(); ++k)
      out.push_back(load(rs[k], b.CreateStructGEP(tuple, ret, unsigned(k))));
  else if (rs.size() == 1)
    out.push_back(call);
  else
    for (size_t k = 0; k < rs.size(); ++k)
      out.push_back(b.CreateExtractValue(call, unsigned(k)));
  return out;
}

// Functions of package math that are one instruction.
static llvm::Intrinsic::ID math_intrinsic(const std::string &name) {
  static const std::map<std::string, llvm::Intrinsic::ID> table = {
      {"math.Sqrt", llvm::Intrinsic::sqrt},   {"math.Abs", llvm::Intrinsic::fabs},
      {"math.Floor", llvm::Intrinsic::floor}, {"math.Ceil", llvm::Intrinsic::ceil},
      {"math.Trunc", llvm::Intrinsic::trunc}, {"math.Copysign", llvm::Intrinsic::copysign}};
  auto it = table.find(name);
  return it == table.end() ? llvm::Intrinsic::not_intrinsic : it->second;
}

std::vector<Value *> Fn::call_native(FuncInfo *fn, Value *recv, Type *recv_type,
                                     llvm::ArrayRef<Value *> args) {
  if (auto id = math_intrinsic(fn->name); id != llvm::Intrinsic::not_intrinsic)
    return {b.CreateIntrinsic(id, {g.f64}, args)};
  if (fn->name == "runtime.Gosched") {
    yield();
    return {};
  }
  bool sret;
  llvm::Function *callee = g.native(fn, &sret);
  std::vector<Value *> as;
  auto &rs = fn->sig->results;
  llvm::StructType *tuple = g.tuple_struct(rs);
  Value *ret = sret ? temp(tuple, "result") : nullptr;
  if (ret)
    as.push_back(ret);
  auto pass = [&](Value *v, Type *t) {
    as.push_back(v->getType()->isStructTy() || v->getType()->isArrayTy() ? spill(t, v) : v);
  };
  if (recv)
    pass(recv, recv_type);
  for (size_t k = 0; k < args.size(); ++k)
    pass(args[k], fn->sig->params[k]);
  auto *call = b.CreateCall(callee, as);
  std::vector<Value *> out;
  if (sret)
    for (size_t k = 0; k < rs.size(); ++k)
      out.push_back(load(rs[k], b.CreateStructGEP(tuple, ret, unsigned(k))));
  else if (!rs.empty())
    out.push_back(call);
  return out;
}

// Nothing that these are given outlives the call.
static bool no_escape(FuncInfo *f) {
  if (!f || f->body)
    return false;
  static const std::set<std::string> names = {"fmt.Println", "fmt.Printf", "fmt.Print",
                                              "fmt.Sprintf", "fmt.Sprint", "fmt.Sprintln",
                                              "fmt.fprint",  "fmt.sprintf"};
  return names.count(f->name) != 0;
}

std::vector<Value *> Fn::call_multi(CallExpr *e) {
  Target t = target(e);
  std::vector<Value *> args = arguments(e, t.sig, no_escape(t.fn));
  location(start_pos(e));
  return emit_call(t, args);
}

// A bound method as a func value: its closure holds the receiver.
Value *Fn::method_value(Selector *e) {
  CallExpr call;
  call.fun = e;
  Target t = target(&call);
  if (t.selector >= 0)
    panic_if(b.CreateIsNull(part(t.recv, 0)), "mg_panic_nil", {});
  std::string name = (t.fn ? t.fn->name : expr_text(e)) + "-fm";
  auto *th = llvm::Function::Create(g.fn_type(t.sig, nullptr, true),
                                    llvm::GlobalValue::InternalLinkage, name, g.m);
  g.set_attrs(th);
  Type *held_type = t.selector >= 0 ? e->selection.recv : t.recv_type;
  Value *held = t.recv;
  bool mem = g.in_memory(held_type);
  if (mem) {
    Value *p = alloc(g.type(held_type));
    store(held_type, held, p);
    held = p;
  }
  Fn fn(g, th, nullptr);
  fn.start_thunk();
  auto *st = llvm::StructType::get(g.cx, {g.ptr, held->getType()});
  Target inner = t;
  inner.ctx = nullptr;
  inner.recv = fn.b.CreateLoad(held->getType(), fn.b.CreateStructGEP(st, th->getArg(0), 1));
  if (mem)
    inner.recv = fn.keep(held_type, inner.recv);
  bool ret_mem = g.returns_in_memory(t.sig);
  std::vector<Value *> args;
  for (unsigned k = ret_mem ? 2 : 1; k < th->arg_size(); ++k)
    args.push_back(th->getArg(k));
  fn.finish_thunk(t.sig, fn.emit_call(inner, args), ret_mem ? th->getArg(1) : nullptr);
  return closure(th, {held}, false);
}

Value *Fn::method_expr(Selector *e) {
  auto &s = e->selection;
  Type *sig = e->type->underlying(), *first = sig->params[0];
  auto *th = llvm::Function::Create(g.fn_type(sig, nullptr, true),
                                    llvm::GlobalValue::InternalLinkage, expr_text(e), g.m);
  g.set_attrs(th);
  Fn fn(g, th, nullptr);
  fn.start_thunk();
  bool ret_mem = g.returns_in_memory(sig);
  unsigned k0 = ret_mem ? 2 : 1;
  Value *v = th->getArg(k0);
  Type *cur = first;
  bool is_addr = g.in_memory(cur), now_addr;
  v = fn.walk(v, is_addr, cur, s.path, s.path.size(), now_addr);
  Target t;
  if (s.method) {
    t.fn = s.method->info;
    t.sig = s.method->type;
    bool through = cur->underlying()->kind == TK::Pointer && cur != s.recv;
    if (s.method->ptr_recv) {
      t.recv_type = g.types.pointer(s.recv);
      t.recv = through && now_addr ? fn.load(cur, v) : v;
    } else {
      t.recv_type = s.recv;
      if (through) {
        v = now_addr ? fn.load(cur, v) : v;
        fn.nil_check(v);
        now_addr = true;
      }
      t.recv = fn.keep(s.recv, now_addr ? fn.load(s.recv, v) : v);
    }
  } else {
    auto &m = s.recv->underlying()->methods[size_t(s.index)];
    t.selector = g.selector(m.name, m.sig, m.pkg);
    t.sig = m.sig;
    t.recv = now_addr ? fn.load(cur, v) : v;
  }
  std::vector<Value *> args;
  for (unsigned k = k0 + 1; k < th->arg_size(); ++k)
    args.push_back(th->getArg(k));
  fn.finish_thunk(sig, fn.emit_call(t, args), ret_mem ? th->getArg(1) : nullptr);
  return closure(th, {}, false);
}

void Fn::finish_thunk(Type *sig, const std::vector<Value *> &r, Value *ret) {
  auto &rs = sig->underlying()->results;
  if (ret) {
    auto *st = g.tuple_struct(rs);
    for (size_t k = 0; k < rs.size(); ++k)
      store(rs[k], r[k], b.CreateStructGEP(st, ret, unsigned(k)));
    b.CreateRetVoid();
  } else if (rs.empty())
    b.CreateRetVoid();
  else if (rs.size() == 1)
    b.CreateRet(r[0]);
  else {
    Value *agg = llvm::PoisonValue::get(f->getReturnType());
    for (size_t k = 0; k < rs.size(); ++k)
      agg = b.CreateInsertValue(agg, r[k], unsigned(k));
    b.CreateRet(agg);
  }
}

} // namespace minigo
