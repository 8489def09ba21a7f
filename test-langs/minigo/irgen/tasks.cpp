// go, defer and select: what becomes calls of Weft's tasks and channels and of the run-time
// library's defer frames (rt/panic.cpp, which has the picture).
#include "irgen/gen.h"
#include "weft/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"

namespace minigo {

// The call as a closure to be run later, its operands evaluated now. *code: the function it runs;
// *thunk: whether that is one of ours that calls the real one.
Value *Fn::pack_call(CallExpr *e, bool on_stack, llvm::Function **code, bool *thunk) {
  *thunk = true;
  *code = nullptr;
  if (e->call_kind == CallKind::Builtin || e->call_kind == CallKind::Conversion) {
    // Rare; becomes a literal of the call: operands into captured temporaries.
    std::vector<Value *> held;
    std::vector<Object *> objs;
    std::vector<Expr *> names;
    static Arena keep_alive;
    for (Expr *a : e->args) {
      if (a->mode == Mode::Constant || a->mode == Mode::Nil || a->mode == Mode::TypeExpr) {
        names.push_back(a);
        continue;
      }
      Type *t = e->builtin == B_panic ? g.types.empty_interface : a->type;
      Value *v = expr_as(a, t);
      auto *o = keep_alive.make<Object>();
      o->name = "operand";
      o->type = t;
      auto *id = keep_alive.make<Ident>();
      id->name = o->name;
      id->obj = o;
      id->type = t;
      id->mode = Mode::Variable;
      if (g.in_memory(t)) {
        Value *c = alloc(g.type(t));
        store(t, v, c);
        v = c;
      }
      held.push_back(v);
      objs.push_back(o);
      names.push_back(id);
    }
    auto *f2 = llvm::Function::Create(llvm::FunctionType::get(g.void_, {g.ptr}, false),
                                      llvm::GlobalValue::InternalLinkage, "deferred", g.m);
    g.set_attrs(f2);
    Fn fn(g, f2, info);
    fn.start_thunk();
    std::vector<llvm::Type *> ts{g.ptr};
    for (Value *v : held)
      ts.push_back(v->getType());
    auto *st = llvm::StructType::get(g.cx, ts);
    for (unsigned k = 0; k < held.size(); ++k) {
      Value *v = fn.b.CreateLoad(ts[k + 1], fn.b.CreateStructGEP(st, f2->getArg(0), k + 1));
      if (g.in_memory(objs[k]->type))
        fn.vars[objs[k]] = v;
      else
        fn.vars[objs[k]] = fn.spill(objs[k]->type, v);
    }
    CallExpr call = *e;
    call.args = names;
    fn.builtin(&call);
    if (!fn.done())
      fn.b.CreateRetVoid();
    *code = f2;
    return closure(f2, held, on_stack);
  }
  Target t = target(e, true);
  if (t.selector >= 0)
    panic_if(b.CreateIsNull(part(t.recv, 0)), "mg_panic_nil", {});
  std::vector<Value *> args = arguments(e, t.sig, false);
  if (t.ctx && args.empty() && t.sig->results.empty()) { // a func() value is such a closure already
    *thunk = false;
    *code = llvm::dyn_cast_or_null<llvm::Function>(t.code);
    return t.ctx;
  }
  std::vector<Value *> held;
  std::vector<Type *> held_types; // null: a plain pointer-sized value
  auto hold = [&](Value *v, Type *ty) {
    if (ty && g.in_memory(ty)) {
      Value *c = on_stack ? temp(g.type(ty)) : alloc(g.type(ty));
      store(ty, v, c);
      v = c;
    }
    held.push_back(v);
    held_types.push_back(ty);
  };
  bool known_code = t.fn || llvm::isa_and_nonnull<llvm::Function>(t.code);
  if (t.ctx)
    hold(t.ctx, nullptr);
  if (t.code && !known_code)
    hold(t.code, nullptr);
  if (t.recv)
    hold(t.recv, t.selector >= 0 ? nullptr : t.recv_type);
  for (size_t k = 0; k < args.size(); ++k)
    hold(args[k], t.sig->params[k]);
  auto *th = llvm::Function::Create(llvm::FunctionType::get(g.void_, {g.ptr}, false),
                                    llvm::GlobalValue::InternalLinkage,
                                    (t.fn   ? t.fn->name
                                     : info ? info->name
                                            : "func") +
                                        "-call",
                                    g.m);
  g.set_attrs(th);
  Fn fn(g, th, info);
  fn.start_thunk();
  std::vector<llvm::Type *> ts{g.ptr};
  for (Value *v : held)
    ts.push_back(v->getType());
  auto *st = llvm::StructType::get(g.cx, ts);
  std::vector<Value *> vs;
  for (unsigned k = 0; k < held.size(); ++k)
    vs.push_back(fn.b.CreateLoad(ts[k + 1], fn.b.CreateStructGEP(st, th->getArg(0), k + 1)));
  size_t k = 0;
  Target inner = t;
  if (t.ctx)
    inner.ctx = vs[k++];
  if (t.code && !known_code)
    inner.code = vs[k++];
  if (t.recv)
    inner.recv = vs[k++];
  fn.emit_call(inner, llvm::ArrayRef<Value *>(vs).drop_front(k));
  if (auto *last = llvm::dyn_cast<llvm::CallInst>(&fn.b.GetInsertBlock()->back()))
    last->setTailCallKind(llvm::CallInst::TCK_NoTail);
  fn.b.CreateRetVoid();
  *code = th;
  return closure(th, held, on_stack);
}

// A yield is an effect like any other (DESIGN 2.4): the marker suspends right here, with the tag
// that weft_yield performs, and the pass makes the switch of it.
void Fn::yield() { weft::MarkerBuilder(b).yield(); }

void Fn::go_stmt(GoStmt *s) {
  auto *e = static_cast<CallExpr *>(unparen(s->call));
  llvm::Function *code;
  bool thunk;
  Value *c = pack_call(e, false, &code, &thunk);
  location(s->pos);
  std::string name = code ? code->getName().str() : "func";
  if (size_t thunk_at = name.rfind("-call"); thunk_at != name.npos) // a second one of that name has a number behind it
    name.resize(thunk_at);
  // The stack class is filled in by choose_stack_classes.
  auto *call =
      llvm::cast<llvm::CallInst>(call_rt("mg_go", g.void_, {c, g.c_string(name), b.getInt32(0)}));
  g.go_sites.push_back({call, code, llvm::FunctionType::get(g.void_, {g.ptr}, false)});
}

// A frame record on the stack, linked for the panic machinery while the function runs. If anything
// in the program recovers, the frame also remembers where to come back to.
void Fn::enter_defers() {
  auto *ft = llvm::ArrayType::get(g.i64, 32); // rt/panic.h: DeferFrame
  defer_frame = temp(ft, "defers");
  llvm::cast<llvm::AllocaInst>(defer_frame)->setAlignment(llvm::Align(16));
  call_rt("mg_defer_enter", g.void_, {defer_frame});
  // Results must live in memory across the second return of setjmp.
  auto *at_ = llvm::FunctionType::get(g.void_, {g.ptr}, false);
  for (Value *slot : result_slots)
    b.CreateCall(at_, llvm::InlineAsm::get(at_, "", "r,~{memory}", true), {slot});
  if (!g.program_recovers)
    return;
  Value *jb = b.CreateConstInBoundsGEP1_64(g.i8, defer_frame, 32);
  auto *call = llvm::cast<llvm::CallInst>(call_rt("_setjmp", g.i32, {jb}));
  call->getCalledFunction()->addFnAttr(llvm::Attribute::ReturnsTwice);
  call->addFnAttr(llvm::Attribute::ReturnsTwice);
  BasicBlock *normal = block("body"), *recovered = block("recovered");
  b.CreateCondBr(b.CreateIsNull(call), normal, recovered);
  at(recovered);
  leave();
  at(normal);
}

void Fn::defer_stmt(DeferStmt *s) {
  auto *e = static_cast<CallExpr *>(unparen(s->call));
  bool on_stack = !s->in_loop && !info->has_goto;
  llvm::Function *code;
  bool thunk;
  Value *c = pack_call(e, on_stack, &code, &thunk);
  auto *rt_ = llvm::ArrayType::get(g.i64, 3); // rt/panic.h: DeferRecord
  Value *rec = on_stack ? temp(rt_, "defer") : alloc(rt_);
  call_rt("mg_defer_push", g.void_, {defer_frame, rec, c, b.getInt32(thunk)});
}

void Fn::select_stmt(SelectStmt *s) {
  auto *case_t = llvm::StructType::get(g.cx, {g.ptr, g.ptr, g.i32, g.i32}); // weft_select_case
  size_t n = 0;
  bool has_default = false;
  for (CommClause *c : s->clauses)
    (c->comm ? void(++n) : void(has_default = true));
  auto *arr_t = llvm::ArrayType::get(case_t, std::max<size_t>(n, 1));
  Value *cases = temp(arr_t, "cases");
  std::vector<Value *> slots;
  std::vector<UnaryExpr *> recvs;
  unsigned k = 0;
  for (CommClause *c : s->clauses) {
    if (!c->comm) {
      slots.push_back(nullptr);
      recvs.push_back(nullptr);
      continue;
    }
    Value *ch, *elem;
    UnaryExpr *recv = nullptr;
    if (c->comm->kind == StK::Send) {
      auto *d = static_cast<SendStmt *>(c->comm);
      Type *et = d->chan->type->underlying()->elem;
      ch = expr(d->chan);
      elem = spill(et, keep(et, expr_as(d->value, et)));
    } else {
      Expr *x = c->comm->kind == StK::Expr ? static_cast<ExprStmt *>(c->comm)->x
                                           : static_cast<AssignStmt *>(c->comm)->rhs[0];
      recv = static_cast<UnaryExpr *>(unparen(x));
      ch = expr(recv->x);
      elem = temp(g.type(recv->x->type->underlying()->elem), "received");
    }
    auto field = [&](unsigned f) {
      return b.CreateInBoundsGEP(arr_t, cases, {g.i64v(0), b.getInt64(k), b.getInt32(f)});
    };
    b.CreateStore(ch, field(0));
    b.CreateStore(elem, field(1));
    b.CreateStore(b.getInt32(recv ? 1 : 0), field(2));
    b.CreateStore(b.getInt32(0), field(3));
    slots.push_back(elem);
    recvs.push_back(recv);
    ++k;
  }
  location(s->pos);
  Value *chosen =
      call_rt("mg_select", g.i32, {cases, b.getInt32(unsigned(n)), b.getInt32(has_default)});
  BasicBlock *end = block("endselect"), *none = block("none");
  auto *sw = b.CreateSwitch(chosen, none, unsigned(n));
  jumps.push_back({s, end, nullptr});
  k = 0;
  BasicBlock *default_block = nullptr;
  for (size_t c = 0; c < s->clauses.size(); ++c) {
    CommClause *cl = s->clauses[c];
    BasicBlock *bb = block(cl->comm ? "comm" : "default");
    at(bb);
    if (!cl->comm)
      default_block = bb;
    else {
      sw->addCase(b.getInt32(k), bb);
      if (cl->comm->kind == StK::Assign) {
        auto *a = static_cast<AssignStmt *>(cl->comm);
        Type *et = recvs[c]->x->type->underlying()->elem;
        std::vector<Value *> vs{load(et, slots[c])};
        std::vector<Type *> ts{et, g.types.basic(TK::Bool)};
        if (a->lhs.size() == 2) {
          Value *st = b.CreateLoad(
              g.i32, b.CreateInBoundsGEP(arr_t, cases, {g.i64v(0), b.getInt64(k), b.getInt32(3)}));
          vs.push_back(b.CreateICmpEQ(st, b.getInt32(0)));
        }
        for (size_t j = 0; j < vs.size(); ++j) {
          if (a->op == Tok::Define && a->defined[j])
            define_var(a->defined[j], vs[j]);
          else {
            Place p = place(a->lhs[j]);
            if (!p.blank)
              put(p, convert(vs[j], ts[j], p.type));
          }
        }
      }
      ++k;
    }
    stmts(cl->body);
    jump(end);
  }
  jumps.pop_back();
  at(none);
  if (default_block)
    b.CreateBr(default_block);
  else
    b.CreateUnreachable();
  at(end);
}

} // namespace minigo
