// Composite literals.
#include "sema/checker.h"

namespace minigo {

// Elements of an array or slice literal; fills indices, returns the length.
int64_t Checker::elements(CompositeLit *e, Type *elem, int64_t length) {
  int64_t index = 0, max = 0;
  std::set<int64_t> seen;
  for (Expr *x : e->elts) {
    Expr *value = x;
    bool good = true;
    if (x->kind == EK::KeyValue) {
      auto *kv = static_cast<KeyValue *>(x);
      value = kv->value;
      int64_t v = -1;
      good = index_value(kv->key, length, false, &v);
      if (good && v < 0) {
        error(kv->key, "index " + expr_text(kv->key) + " must be integer constant");
        good = false;
      }
      if (good)
        index = v;
    } else if (length >= 0 && index >= length) {
      error(x, "index " + std::to_string(index) +
                   " is out of bounds (>= " + std::to_string(length) + ")");
    }
    if (good && !seen.insert(index).second)
      error(x, "duplicate index " + std::to_string(index) + " in array or slice literal");
    e->indices.push_back(index);
    ++index;
    max = std::max(max, index);
    if (value->kind == EK::CompositeLit && !static_cast<CompositeLit *>(value)->type_expr)
      composite(static_cast<CompositeLit *>(value), elem);
    else
      expr(value, elem);
    assign_to(value, elem, "array or slice literal");
  }
  return max;
}

void Checker::composite(CompositeLit *e, Type *hint) {
  Type *t = hint;
  bool pointer = false;
  e->indices.clear();
  if (e->type_expr) {
    if (e->type_expr->kind == EK::ArrayType && static_cast<ArrayTypeExpr *>(e->type_expr)->dots) {
      auto *a = static_cast<ArrayTypeExpr *>(e->type_expr);
      Type *elem = type_expr(a->elem);
      e->length = elements(e, elem, -1);
      t = types_.array(elem, e->length);
      set(a, Mode::TypeExpr, t);
      return set(e, Mode::Value, t);
    }
    t = type_expr(e->type_expr);
  } else if (!t) {
    error(e, "invalid composite literal type: missing type");
    return invalid(e);
  } else if (t->is(TK::Pointer)) { // elided &T
    pointer = true;
    t = t->underlying()->elem;
  }
  if (t->kind == TK::Invalid || !t->underlying()) {
    for (Expr *x : e->elts)
      if (x->kind != EK::KeyValue && !(x->kind == EK::CompositeLit))
        expr(x);
    return invalid(e);
  }
  Type *u = t->underlying();
  switch (u->kind) {
  case TK::Struct: {
    if (e->elts.empty())
      break;
    if (e->elts[0]->kind == EK::KeyValue) {
      std::set<std::string> seen;
      for (Expr *x : e->elts) {
        if (x->kind != EK::KeyValue) {
          error(x, "mixture of field:value and value elements in struct literal");
          e->indices.push_back(0);
          continue;
        }
        auto *kv = static_cast<KeyValue *>(x);
        int64_t number = -1;
        std::string name = kv->key->kind == EK::Ident ? static_cast<Ident *>(kv->key)->name : "";
        for (size_t k = 0; k < u->fields.size(); ++k)
          if (u->fields[k].name == name &&
              (isupper((unsigned char)name[0]) || u->fields[k].pkg == cx_.pkg))
            number = int64_t(k);
        e->indices.push_back(number);
        Type *ft = number < 0 ? types_.invalid : u->fields[size_t(number)].type;
        if (name.empty())
          error(kv->key, "invalid field name " + expr_text(kv->key) + " in struct literal");
        else if (number < 0)
          error(kv->key, "unknown field '" + name + "' in struct literal of type " + text(t));
        else if (!seen.insert(name).second)
          error(kv->pos, "duplicate field name " + name + " in struct literal");
        if (kv->value->kind == EK::CompositeLit &&
            !static_cast<CompositeLit *>(kv->value)->type_expr) {
          error(kv->value, "invalid composite literal type: missing type");
          continue;
        }
        expr(kv->value, ft);
        if (number >= 0)
          assign_to(kv->value, ft, "struct literal");
      }
      break;
    }
    for (size_t k = 0; k < e->elts.size(); ++k) {
      Expr *x = e->elts[k];
      e->indices.push_back(int64_t(k));
      if (x->kind == EK::KeyValue) {
        error(x, "mixture of field:value and value elements in struct literal");
        continue;
      }
      if (k >= u->fields.size()) {
        error(x, "too many values in " + expr_text(e));
        break;
      }
      expr(x, u->fields[k].type);
      assign_to(x, u->fields[k].type, "struct literal");
    }
    if (e->elts.size() < u->fields.size())
      error(e->rbrace, "too few values in " + expr_text(e));
    break;
  }
  case TK::Array:
    elements(e, u->elem, u->len);
    e->length = u->len;
    break;
  case TK::Slice:
    e->length = elements(e, u->elem, -1);
    break;
  case TK::Map: {
    std::set<std::string> seen;
    for (Expr *x : e->elts) {
      if (x->kind != EK::KeyValue) {
        error(x, "missing key in map literal");
        continue;
      }
      auto *kv = static_cast<KeyValue *>(x);
      for (auto [part, pt] : {std::pair{kv->key, u->key}, std::pair{kv->value, u->elem}}) {
        if (part->kind == EK::CompositeLit && !static_cast<CompositeLit *>(part)->type_expr)
          composite(static_cast<CompositeLit *>(part), pt);
        else
          expr(part, pt);
        assign_to(part, pt, "map literal");
      }
      if (kv->key->mode == Mode::Constant && !is_interface(u->key) &&
          !seen.insert(kv->key->cv->text()).second)
        error(kv->key, "duplicate key " + expr_text(kv->key) + " in map literal");
    }
    break;
  }
  default:
    error(e, "invalid composite literal type " + text(t));
    return invalid(e);
  }
  // An elided &T is an address: IR generation sees the pointer type on the literal itself.
  set(e, Mode::Value, pointer ? types_.pointer(t) : t);
}

} // namespace minigo
