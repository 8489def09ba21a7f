// Assignments, definitions, returns. Left sides are evaluated to places first, then the values,
// then everything is stored, as Go's order of evaluation asks.
#include "irgen/gen.h"

namespace minigo {

Fn::Place Fn::place(Expr *lhs) {
  Place p;
  Expr *x = unparen(lhs);
  p.type = lhs->type;
  if (!lhs->type || (x->kind == EK::Ident && static_cast<Ident *>(x)->name == "_")) {
    p.blank = true;
    return p;
  }
  if (x->kind == EK::Index) {
    auto *ix = static_cast<IndexExpr *>(x);
    if (ix->x->type->is(TK::Map)) {
      p.map_type = ix->x->type->underlying();
      p.map = expr(ix->x);
      p.key = spill(p.map_type->key, keep(p.map_type->key, expr_as(ix->index, p.map_type->key)));
      p.type = p.map_type->elem;
      return p;
    }
  }
  p.addr = addr(x);
  return p;
}

Value *Fn::map_slot(Value *map, Type *map_type, Value *key_ptr) {
  (void)map_type;
  return call_rt("mg_map_assign", g.ptr, {map, key_ptr});
}

void Fn::put(const Place &p, Value *v) {
  if (p.blank)
    return;
  store(p.type, v, p.map ? map_slot(p.map, p.map_type, p.key) : p.addr);
}

// A new variable. Its storage is fresh each time the declaration runs, when it is on the heap.
void Fn::define_var(Object *o, Value *init) {
  llvm::Type *t = g.type(o->type);
  bool heap = o->heap() || g.size_of(o->type) > 64 * 1024;
  Value *p = heap ? alloc(t) : temp(t, o->name.c_str());
  vars[o] = p;
  if (init)
    store(o->type, init, p);
  else if (!heap)
    zero_at(o->type, p);
}

void Fn::var_spec(Spec *s) {
  auto set = [&](Object *o, Value *v) {
    if (o->global)
      store(o->type, v, g.global(o));
    else if (o->name == "_")
      return;
    else
      define_var(o, v);
  };
  if (s->values.empty()) {
    for (Object *o : s->objects)
      if (!o->global && o->name != "_")
        define_var(o, nullptr);
    return;
  }
  if (s->values.size() == 1 && s->objects.size() > 1) {
    std::vector<Type *> ts;
    auto vs = multi(s->values[0], ts);
    for (size_t k = 0; k < vs.size(); ++k)
      vs[k] = keep(ts[k], vs[k]);
    for (size_t k = 0; k < vs.size(); ++k)
      set(s->objects[k], convert(vs[k], ts[k], s->objects[k]->type));
    return;
  }
  std::vector<Value *> vs;
  for (size_t k = 0; k < s->values.size(); ++k) {
    Value *v = expr_as(s->values[k], s->objects[k]->type);
    vs.push_back(s->values.size() > 1 ? keep(s->objects[k]->type, v) : v);
  }
  for (size_t k = 0; k < vs.size(); ++k)
    set(s->objects[k], vs[k]);
}

void Fn::assign(AssignStmt *s) {
  if (s->binary) { // x op= y: x's place is evaluated once
    Place p = place(s->lhs[0]);
    Value *old;
    Type *t = s->lhs[0]->type;
    bool may_panic =
        s->op == Tok::Quo || s->op == Tok::Rem || s->op == Tok::Shl || s->op == Tok::Shr;
    if (p.map && !may_panic) { // one search: a missing key gets its zero value now
      Expr *y = s->binary->y;
      Value *v = expr(y);
      p.addr = map_slot(p.map, p.map_type, p.key);
      p.map = nullptr;
      put(p, arith(s->op, t, load(t, p.addr), v, y->type, false));
      return;
    }
    if (p.map) {
      Value *slot = call_rt("mg_map_get", g.ptr, {p.map, p.key});
      Value *z = temp(g.type(t));
      zero_at(t, z);
      old = load(t, b.CreateSelect(b.CreateIsNull(slot), z, slot));
    } else
      old = load(t, p.addr);
    Expr *y = s->binary->y;
    Value *v = expr(y);
    location(s->pos);
    put(p, arith(s->op, t, old, v, y->type, y->mode == Mode::Constant));
    return;
  }
  bool define = s->op == Tok::Define;
  if (s->rhs.size() == 1 && s->lhs.size() > 1) {
    std::vector<Place> places;
    for (size_t k = 0; k < s->lhs.size(); ++k)
      places.push_back(define && s->defined[k] ? Place{} : place(s->lhs[k]));
    std::vector<Type *> ts;
    auto vs = multi(s->rhs[0], ts);
    for (size_t k = 0; k < vs.size(); ++k)
      vs[k] = keep(ts[k], vs[k]);
    for (size_t k = 0; k < vs.size(); ++k) {
      if (define && s->defined[k])
        define_var(s->defined[k], vs[k]);
      else if (!places[k].blank)
        put(places[k], convert(vs[k], ts[k], places[k].type));
    }
    return;
  }
  if (s->lhs.size() == 1) {
    if (define && s->defined[0]) {
      Object *o = s->defined[0];
      Expr *r = unparen(s->rhs[0]);
      if (r->kind == EK::CompositeLit && g.in_memory(o->type) && !o->heap() && r->type == o->type &&
          g.size_of(o->type) <= 64 * 1024) {
        // Built in place; the name is not in scope in its own initialiser.
        Value *p = temp(g.type(o->type), o->name.c_str());
        composite(static_cast<CompositeLit *>(r), p);
        vars[o] = p;
        return;
      }
      return define_var(o, expr_as(s->rhs[0], o->type));
    }
    Place p = place(s->lhs[0]);
    if (p.blank) {
      if (s->rhs[0]->mode != Mode::Nil)
        expr(s->rhs[0]);
      return;
    }
    // Overlap (a[i] = a with in-memory elements) is handled by memmove in store.
    put(p, expr_as(s->rhs[0], p.type));
    return;
  }
  std::vector<Place> places;
  for (size_t k = 0; k < s->lhs.size(); ++k)
    places.push_back(define && s->defined[k] ? Place{} : place(s->lhs[k]));
  std::vector<Value *> vs;
  for (size_t k = 0; k < s->lhs.size(); ++k) {
    Type *t = define && s->defined[k] ? s->defined[k]->type
              : places[k].blank       ? s->rhs[k]->type
                                      : places[k].type;
    vs.push_back(keep(t, expr_as(s->rhs[k], t)));
  }
  for (size_t k = 0; k < s->lhs.size(); ++k) {
    if (define && s->defined[k])
      define_var(s->defined[k], vs[k]);
    else
      put(places[k], vs[k]);
  }
}

// Leaves the function with what is in the result slots (after the deferred calls), or nothing.
void Fn::leave() {
  if (defer_frame)
    call_rt("mg_defer_return", g.void_, {defer_frame});
  auto &rs = info->sig->results;
  if (rs.empty()) {
    b.CreateRetVoid();
    return;
  }
  std::vector<Value *> vs;
  for (size_t k = 0; k < rs.size(); ++k)
    vs.push_back(load(rs[k], result_slots[k]));
  finish_thunk(info->sig, vs, ret_ptr);
}

void Fn::return_stmt(ReturnStmt *s) {
  auto &rs = info->sig->results;
  if (s->results.empty())
    return leave();
  std::vector<Value *> vs;
  if (s->results.size() == 1 && rs.size() > 1) {
    std::vector<Type *> ts;
    vs = multi(s->results[0], ts);
    for (size_t k = 0; k < vs.size(); ++k)
      vs[k] = convert(vs[k], ts[k], rs[k]);
  } else
    for (size_t k = 0; k < rs.size(); ++k) {
      Value *v = expr_as(s->results[k], rs[k]);
      vs.push_back(rs.size() > 1 ? keep(rs[k], v) : v);
    }
  if (rs.empty())
    return leave();
  if (result_slots.empty())
    return finish_thunk(info->sig, vs, ret_ptr);
  for (size_t k = 0; k < rs.size(); ++k)
    store(rs[k], vs[k], result_slots[k]);
  leave();
}

} // namespace minigo
