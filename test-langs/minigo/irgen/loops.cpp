// for and range, with Go 1.19's loop variables: one per loop, not per iteration.
#include "irgen/gen.h"

namespace minigo {

void Fn::for_stmt(ForStmt *s) {
  if (s->init)
    stmt(s->init);
  BasicBlock *head = block("for"), *body = block("body"), *post = block("post"),
             *end = block("endfor");
  b.CreateBr(head);
  at(head);
  if (s->cond)
    condition(s->cond, body, end);
  else
    b.CreateBr(body);
  at(body);
  jumps.push_back({s, end, post});
  stmts(s->body->list);
  jumps.pop_back();
  jump(post);
  at(post);
  if (s->post)
    stmt(s->post);
  b.CreateBr(head);
  at(end);
}

void Fn::range_stmt(RangeStmt *s) {
  Type *u = s->x->type->underlying();
  bool want_key = s->define ? s->key_obj != nullptr : s->key && s->key->type;
  bool want_value = s->define ? s->value_obj != nullptr : s->value && s->value->type;
  if (s->define) {
    if (s->key_obj)
      define_var(s->key_obj, nullptr);
    if (s->value_obj)
      define_var(s->value_obj, nullptr);
  }
  auto give = [&](bool key, Value *v, Type *t) {
    Object *o = key ? s->key_obj : s->value_obj;
    if (s->define) {
      store(o->type, v, vars[o]);
      return;
    }
    Place p = place(key ? s->key : s->value);
    if (!p.blank)
      put(p, convert(v, t, p.type));
  };
  Type *t_int = g.types.basic(TK::Int);
  BasicBlock *head = block("range"), *body = block("body"), *end = block("endrange");

  auto run_body = [&](BasicBlock *cont) {
    jumps.push_back({s, end, cont});
    stmts(s->body->list);
    jumps.pop_back();
    jump(cont);
  };

  if (u->kind == TK::Chan) {
    Value *ch = expr(s->x);
    b.CreateBr(head);
    at(head);
    location(s->pos);
    Value *ok;
    Value *v = receive(ch, u->elem, &ok);
    b.CreateCondBr(ok, body, end);
    at(body);
    if (want_key)
      give(true, v, u->elem);
    run_body(head);
    at(end);
    return;
  }
  if (u->kind == TK::Map) {
    Value *mv = expr(s->x);
    Value *it = temp(llvm::ArrayType::get(g.i64, 6), "iter"); // rt/map.h: MapIter
    call_rt("mg_map_iter", g.void_, {mv, it});
    b.CreateBr(head);
    at(head);
    Value *kp = call_rt("mg_map_next", g.ptr, {it});
    b.CreateCondBr(b.CreateIsNotNull(kp), body, end);
    at(body);
    if (want_key)
      give(true, keep(u->key, load(u->key, kp)), u->key);
    if (want_value)
      give(false, load(u->elem, b.CreateLoad(g.ptr, it)), u->elem);
    run_body(head);
    at(end);
    return;
  }
  BasicBlock *post = block("post");
  Value *i = temp(g.i64, "i");
  b.CreateStore(g.i64v(0), i);
  if (u->kind == TK::String) {
    Value *str = expr(s->x);
    Value *p = part(str, 0), *n = part(str, 1);
    Value *next = temp(g.i64, "next");
    b.CreateBr(head);
    at(head);
    Value *at_i = b.CreateLoad(g.i64, i);
    b.CreateCondBr(b.CreateICmpSLT(at_i, n), body, end);
    at(body);
    Value *byte = b.CreateLoad(g.i8, b.CreateInBoundsGEP(g.i8, p, at_i));
    BasicBlock *ascii = block("ascii"), *wide = block("wide"), *go = block("rune");
    b.CreateCondBr(b.CreateICmpSGE(byte, llvm::ConstantInt::get(g.i8, 0)), ascii, wide);
    at(ascii);
    Value *r1 = b.CreateZExt(byte, g.i32);
    b.CreateStore(b.CreateAdd(at_i, g.i64v(1)), next);
    b.CreateBr(go);
    at(wide);
    Value *r2 = call_rt("mg_decode_rune", g.i32, {p, n, at_i, next});
    b.CreateBr(go);
    at(go);
    auto *r = b.CreatePHI(g.i32, 2);
    r->addIncoming(r1, ascii);
    r->addIncoming(r2, wide);
    if (want_key)
      give(true, at_i, t_int);
    if (want_value)
      give(false, r, g.types.basic(TK::Int32));
    run_body(post);
    at(post);
    b.CreateStore(b.CreateLoad(g.i64, next), i);
    b.CreateBr(head);
    at(end);
    return;
  }
  Value *base, *n;
  llvm::Type *et;
  if (u->kind == TK::Slice) {
    Value *sl = expr(s->x);
    base = part(sl, 0);
    n = part(sl, 1);
    et = g.type(u->elem);
  } else {
    if (u->kind == TK::Pointer) {
      u = u->elem->underlying();
      base = expr(s->x);
      if (want_value)
        nil_check(base);
    } else if (want_value)
      base = spill(s->x->type, keep(s->x->type, expr(s->x))); // ranging over a copy
    else {
      // Not evaluated, says Go, unless it calls something.
      EK k = unparen(s->x)->kind;
      if (k == EK::Call || k == EK::Unary)
        expr(s->x);
      base = nullptr;
    }
    n = g.i64v(u->len);
    et = g.type(u->elem);
  }
  b.CreateBr(head);
  at(head);
  Value *at_i = b.CreateLoad(g.i64, i);
  b.CreateCondBr(b.CreateICmpSLT(at_i, n), body, end);
  at(body);
  if (want_key)
    give(true, at_i, t_int);
  if (want_value)
    give(false, load(u->elem, b.CreateInBoundsGEP(et, base, at_i)), u->elem);
  run_body(post);
  at(post);
  b.CreateStore(b.CreateAdd(b.CreateLoad(g.i64, i), g.i64v(1)), i);
  b.CreateBr(head);
  at(end);
}

} // namespace minigo
