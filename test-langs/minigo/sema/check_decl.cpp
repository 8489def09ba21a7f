// Package-level names: collected first, then resolved on demand, each in the context of its own
// declaration; function bodies last. Also scopes and local declarations.
#include "sema/checker.h"
#include <algorithm>

namespace minigo {

FuncInfo *Checker::new_func(Package *pkg) {
  auto *f = arena_.make<FuncInfo>();
  f->pkg = pkg;
  functions_.push_back(f);
  return f;
}

static std::string at(Diagnostics &d, Pos p) {
  return d.file_name(p.file) + ":" + std::to_string(p.line) + ":" + std::to_string(p.col);
}

Object *Checker::declare(Scope *scope, OK kind, Ident *name, Type *type) {
  auto *o = arena_.make<Object>();
  o->kind = kind;
  o->name = name->name;
  o->pos = name->pos;
  o->type = type;
  o->owner = cx_.func;
  name->obj = o;
  if (name->name == "_")
    return o;
  auto [it, fresh] = scope->names.emplace(name->name, o);
  if (!fresh)
    error(name->pos, name->name + " redeclared in this block\n\t" + at(diag_, it->second->pos) +
                         ": other declaration of " + name->name);
  return o;
}

Object *Checker::declare_var(Ident *name, Type *type) {
  return declare(cx_.scope, OK::Var, name, type);
}

void Checker::open_scope() {
  auto *s = arena_.make<Scope>();
  s->parent = cx_.scope;
  s->func = cx_.func;
  cx_.scope = s;
}

void Checker::unused(Scope *scope) {
  for (auto &[name, o] : scope->names)
    if (o->kind == OK::Var && !o->used && !o->param && !o->global && o->pos.valid())
      error(o->pos, name + " declared but not used");
}

void Checker::close_scope() {
  unused(cx_.scope);
  cx_.scope = cx_.scope->parent;
}

void Checker::check_package(Package *pkg) {
  cx_ = Context{};
  cx_.pkg = pkg;
  collect(pkg);
  std::vector<Object *> all;
  for (auto &[name, o] : pkg->scope->names)
    if (o->pkg == pkg && o->kind != OK::Package)
      all.push_back(o);
  std::sort(all.begin(), all.end(), [](Object *a, Object *b) { return a->pos < b->pos; });
  for (Object *o : all)
    if (o->kind == OK::TypeName)
      resolve(o);
  for (auto &[t, r] : waiting_)
    if (!t->under) { // type A B; type B A
      error(t->obj->pos, "invalid recursive type " + t->obj->name + "\n\t" +
                             at(diag_, t->obj->pos) + ": " + t->obj->name + " refers to\n\t" +
                             at(diag_, r->obj->pos) + ": " + r->obj->name);
      t->under = types_.invalid;
    }
  waiting_.clear();
  for (Object *o : all)
    if (o->kind == OK::TypeName && o->type->kind == TK::Named) {
      std::vector<Type *> path;
      if (infinite_size(o->type, path)) {
        std::string m = "invalid recursive type " + o->name;
        for (Type *t : path)
          m += "\n\t" + at(diag_, t->obj->pos) + ": " + t->obj->name + " refers to";
        error(o->pos, m + "\n\t" + at(diag_, o->pos) + ": " + o->name);
        o->type->under = types_.structure({});
      }
      for (Object *m : o->type->named_methods)
        resolve(m);
    }
  for (Object *o : all)
    if (o->kind == OK::Func)
      resolve(o);
  for (Object *o : all)
    resolve(o);
  for (File *f : pkg->files)
    for (Spec *s : f->specs)
      if (s->kind == DK::Var)
        for (Object *o : s->objects)
          resolve(o);
  for (auto &[info, decl] : bodies_) {
    cx_ = Context{};
    cx_.pkg = pkg;
    cx_.scope = pkg->scope;
    cx_.decl = info->obj;
    func_body(info, decl->sig, decl->recv);
  }
  bodies_.clear();
  for (File *f : pkg->files)
    for (Spec *s : f->imports)
      if (!s->objects.empty() && !s->objects[0]->used && s->objects[0]->name != "_")
        error(s->pos,
              "imported and not used: \"" + s->path + "\"" +
                  (s->names.empty() || s->names[0]->name == s->path.substr(s->path.rfind('/') + 1)
                       ? ""
                       : " as " + s->names[0]->name));
  order_variables(pkg);
  if (!pkg->is_library && !diag_.failed()) {
    auto it = pkg->scope->names.find("main");
    if (it == pkg->scope->names.end() || it->second->kind != OK::Func)
      diag_.error(Pos{}, "function main is undeclared in the main package");
  }
}

void Checker::collect(Package *pkg) {
  pkg->scope = arena_.make<Scope>();
  pkg->scope->parent = universe_;
  auto add = [&](OK kind, Ident *name, Spec *spec, size_t index) {
    Object *o = declare(pkg->scope, kind, name, nullptr);
    o->pkg = pkg;
    o->spec = spec;
    o->spec_index = index;
    o->state = 0;
    o->global = true;
    o->used = true;
    o->owner = nullptr;
    if (spec)
      spec->objects.push_back(o);
    return o;
  };
  for (File *f : pkg->files) {
    for (Spec *s : f->imports) {
      Package *p = importer_(s->path, s->pos);
      if (!p)
        continue;
      auto *name = arena_.make<Ident>();
      name->pos = s->pos;
      name->name = s->names.empty() ? p->name : s->names[0]->name;
      Object *o = declare(pkg->scope, OK::Package, name, types_.invalid);
      o->pkg = p;
      s->objects.push_back(o);
    }
    for (Spec *s : f->specs)
      for (size_t k = 0; k < s->names.size(); ++k)
        add(s->kind == DK::Const  ? OK::Const
            : s->kind == DK::Type ? OK::TypeName
                                  : OK::Var,
            s->names[k], s, k);
    for (FuncDecl *d : f->funcs) {
      if (d->recv)
        continue;
      bool special = d->name->name == "init" || (d->name->name == "main" && pkg->name == "main");
      if (special && (!d->sig->params.empty() || !d->sig->results.empty()))
        error(d->name->pos,
              "func " + d->name->name + " must have no arguments and no return values");
      Object *o;
      if (d->name->name == "init" || d->name->name == "_") {
        o = arena_.make<Object>();
        o->kind = OK::Func;
        o->name = d->name->name;
        o->pos = d->name->pos;
        o->pkg = pkg;
        o->global = o->used = true;
        o->state = 0;
      } else
        o = add(OK::Func, d->name, nullptr, 0);
      o->decl = d;
      if (!d->body && !pkg->is_library && !pkg->has_host)
        error(d->name->pos, "missing function body");
      FuncInfo *info = new_func(pkg);
      info->obj = o;
      info->name = pkg->path + "." + d->name->name;
      info->body = d->body;
      o->info = info;
      if (d->body)
        bodies_.push_back({info, d});
      if (d->name->name == "init")
        pkg->inits.push_back(info);
      if (d->name->name == "init" || d->name->name == "_")
        resolve(o);
    }
  }
  for (File *f : pkg->files)
    for (FuncDecl *d : f->funcs)
      if (d->recv)
        collect_method(d);
}

void Checker::collect_method(FuncDecl *d) {
  Package *pkg = cx_.pkg;
  Expr *t = unparen(d->recv->type);
  bool ptr = false;
  if (t->kind == EK::Star) {
    ptr = true;
    t = unparen(static_cast<StarExpr *>(t)->x);
  }
  Object *base = nullptr;
  if (t->kind == EK::Ident)
    base = pkg->scope->lookup(static_cast<Ident *>(t)->name);
  if (!base) {
    error(t->pos, "undefined: " + expr_text(t));
    return;
  }
  if (base->kind != OK::TypeName) {
    error(t->pos, base->name + " is not a type");
    return;
  }
  resolve(base);
  Type *named = base->type;
  if (named->kind != TK::Named || named->obj->pkg != pkg) {
    error(t->pos, "cannot define new methods on non-local type " + text(named));
    return;
  }
  if (named->under && (named->under->kind == TK::Pointer || named->under->kind == TK::Interface)) {
    error(t->pos, "invalid receiver type " + text(named));
    return;
  }
  auto *o = arena_.make<Object>();
  o->kind = OK::Func;
  o->name = d->name->name;
  o->pos = d->name->pos;
  o->pkg = pkg;
  o->decl = d;
  o->state = 0;
  o->global = o->used = true;
  o->recv_named = named;
  o->ptr_recv = ptr;
  for (Object *m : named->named_methods)
    if (m->name == o->name && o->name != "_")
      error(o->pos, named->obj->name + "." + o->name + " redeclared in this block\n\t" +
                        at(diag_, m->pos) + ": other declaration of " + o->name);
  if (named->under && named->under->kind == TK::Struct)
    for (auto &f : named->under->fields)
      if (f.name == o->name)
        error(o->pos, "field and method with the same name " + o->name);
  named->named_methods.push_back(o);
  FuncInfo *info = new_func(pkg);
  info->obj = o;
  info->name =
      pkg->path + "." + (ptr ? "(*" + named->obj->name + ")" : named->obj->name) + "." + o->name;
  info->body = d->body;
  o->info = info;
  if (d->body)
    bodies_.push_back({info, d});
}

void Checker::resolve(Object *o) {
  if (o->state == 2 || o->kind == OK::Package)
    return;
  if (o->state == 1) {
    if (o->kind == OK::TypeName && o->type)
      return; // recursion through a named type
    if (o->kind == OK::Func)
      return;
    if (o->kind == OK::TypeName)
      error(o->pos, "invalid recursive type " + o->name + "\n\t" + at(diag_, o->pos) + ": " +
                        o->name + " refers to\n\t" + at(diag_, o->pos) + ": " + o->name);
    else if (o->kind != OK::Var) // order_variables reports those
      error(o->pos, "initialization cycle or refers to itself: " + o->name);
    o->type = types_.invalid;
    return;
  }
  o->state = 1;
  Context saved = std::move(cx_);
  cx_ = Context{};
  cx_.pkg = o->pkg;
  cx_.scope = o->pkg->scope;
  cx_.decl = o;
  switch (o->kind) {
  case OK::Const:
    resolve_const(o);
    break;
  case OK::TypeName:
    resolve_type(o);
    break;
  case OK::Var:
    resolve_var(o);
    break;
  case OK::Func:
    o->type = o->info->sig = signature(o->decl->sig);
    break;
  default:
    break;
  }
  o->state = 2;
  cx_ = std::move(saved);
}

void Checker::resolve_const(Object *o) {
  Spec *s = o->spec;
  o->type = types_.invalid;
  ConstVal iota = ConstVal::of_int(s->iota);
  const ConstVal *saved_iota = cx_.iota;
  cx_.iota = arena_.make<ConstVal>(iota);
  Type *t = s->type ? type_expr(s->type) : nullptr;
  if (o->spec_index >= s->values.size()) {
    error(o->pos, "missing init expr for const declaration");
  } else {
    Expr *e = s->values[o->spec_index];
    expr(e);
    if (e->mode != Mode::Invalid && e->mode != Mode::Constant)
      error(e, operand(e) + " is not constant");
    else if (e->mode == Mode::Constant) {
      if (t && !(t->underlying()->kind >= TK::Bool && t->underlying()->kind <= TK::String))
        error(s->type, "invalid constant type " + text(t));
      else if (!t || assign_to(e, t, "constant declaration")) {
        o->type = t ? t : e->type;
        o->cv = e->cv;
      }
    }
  }
  if (o->spec_index + 1 == s->names.size() && s->values.size() > s->names.size() && !s->inherited)
    error(s->values[s->names.size()], "extra init expr");
  cx_.iota = saved_iota;
}

void Checker::resolve_type(Object *o) {
  Spec *s = o->spec;
  if (s->alias) {
    o->type = type_expr(s->type);
    return;
  }
  o->type = types_.named(o);
  Type *rhs = type_expr(s->type);
  o->type->under = rhs->underlying();
  if (!o->type->under) // rhs is being resolved further out
    waiting_.push_back({o->type, rhs});
  for (bool progress = true; progress;) {
    progress = false;
    for (auto &[t, r] : waiting_)
      if (!t->under && r->under) {
        t->under = r->under;
        progress = true;
      }
  }
}

// A type that contains itself by value has no size.
bool Checker::infinite_size(Type *t, std::vector<Type *> &path) {
  if (t->kind == TK::Named) {
    if (std::find(path.begin(), path.end(), t) != path.end())
      return path.front() == t;
    if (t->obj->pkg != cx_.pkg || !t->under)
      return false;
    path.push_back(t);
    if (infinite_size(t->under, path))
      return true;
    path.pop_back();
    return false;
  }
  if (t->kind == TK::Array)
    return infinite_size(t->elem, path);
  if (t->kind == TK::Struct)
    for (auto &f : t->fields)
      if (infinite_size(f.type, path))
        return true;
  return false;
}

void Checker::resolve_var(Object *o) {
  Spec *s = o->spec;
  for (Object *x : s->objects) {
    x->state = 1;
    if (s->type)
      x->type = type_expr(s->type);
  }
  if (s->type)
    for (Object *x : s->objects)
      x->state = 2;
  check_var_spec(s, s->objects);
  for (Object *x : s->objects) {
    x->state = 2;
    if (x != o)
      x->deps.insert(o->deps.begin(), o->deps.end());
  }
}

// "var a, b T = x, y" for package and local variables; types of objs may be set already.
void Checker::check_var_spec(Spec *s, std::vector<Object *> &objs) {
  Type *t = s->type ? objs[0]->type : nullptr;
  auto give = [&](Object *o, Expr *e, Type *v) {
    if (t)
      return;
    if (!v && e->mode == Mode::Nil)
      error(e, "use of untyped nil in variable declaration");
    else if (!v)
      default_type(e);
    Type *r = v ? v : e->mode == Mode::Invalid || e->mode == Mode::Nil ? types_.invalid : e->type;
    o->type = r;
    if (r->kind == TK::Invalid)
      o->used = true;
  };
  if (s->values.empty())
    return;
  size_t n = objs.size();
  if (s->values.size() == 1 && n > 1) {
    Expr *e = s->values[0];
    multi(e);
    if (n == 2 && comma_ok(e)) {
      if (t && e->mode != Mode::Invalid) {
        std::string why;
        if (!assignable(e, t, &why))
          error(e, "cannot use " + operand(e) + " as type " + text(t) + " in assignment");
      }
      give(objs[0], e, e->type->results[0]);
      give(objs[1], e, types_.basic(TK::Bool));
      return;
    }
    std::vector<Type *> ts = tuple_types(e);
    if (e->mode != Mode::Invalid && ts.size() == n) {
      for (size_t k = 0; k < n; ++k) {
        if (t && ts[k] != t) {
          Expr tmp(EK::Bad);
          tmp.pos = start_pos(e);
          tmp.mode = Mode::Value;
          tmp.type = ts[k];
          std::string why;
          if (!assignable(&tmp, t, &why))
            error(e, "cannot use " + expr_text(e) + " (value of type " + text(ts[k]) +
                         ") as type " + text(t) + " in assignment");
        }
        give(objs[k], e, ts[k]);
      }
      return;
    }
    if (e->mode != Mode::Invalid) {
      if (unparen(e)->kind == EK::Call &&
          (ts.size() != 1 || static_cast<CallExpr *>(unparen(e))->call_kind == CallKind::Call))
        error(objs[0]->pos, "assignment mismatch: " + std::to_string(n) + " variables but " +
                                expr_text(static_cast<CallExpr *>(unparen(e))->fun) + " returns " +
                                std::to_string(ts.size()) + " value" + (ts.size() == 1 ? "" : "s"));
      else
        error(objs[0]->pos, "assignment mismatch: " + std::to_string(n) + " variables but 1 value");
    }
    for (Object *o : objs) {
      o->used = true;
      if (!t)
        o->type = types_.invalid;
    }
    return;
  }
  for (size_t k = 0; k < s->values.size(); ++k) {
    Expr *e = s->values[k];
    if (k < n && n == s->values.size()) {
      expr(e, t);
      if (t) {
        if (!assign_to(e, t, "variable declaration"))
          objs[k]->used = true;
      } else
        give(objs[k], e, nullptr);
    } else
      expr(e);
  }
  if (s->values.size() != n) {
    for (Object *o : objs) {
      o->used = true;
      if (!t)
        o->type = types_.invalid;
    }
    if (s->values.size() > n)
      error(s->values[n], "extra init expr " + expr_text(s->values[n]));
    else
      error(objs[s->values.size()]->pos, "missing init expr for " + objs[s->values.size()]->name);
  }
}

void Checker::declare_params(FuncInfo *info, FuncTypeExpr *sig, FieldDecl *recv) {
  auto param = [&](const FieldDecl &d, Type *t) {
    Object *o;
    if (d.name)
      o = declare_var(d.name, t);
    else {
      o = arena_.make<Object>();
      o->type = t;
      o->name = "";
    }
    o->pos = d.pos;
    o->owner = info;
    o->param = o->used = true;
    return o;
  };
  if (recv)
    info->recv = param(*recv, type_expr(recv->type));
  for (size_t k = 0; k < sig->params.size(); ++k)
    info->params.push_back(param(sig->params[k], info->sig->params[k]));
  for (size_t k = 0; k < sig->results.size(); ++k) {
    Object *o = param(sig->results[k], info->sig->results[k]);
    o->reassigned = true; // return writes it
    info->named_results |= sig->results[k].name != nullptr;
    info->results.push_back(o);
  }
}

void Checker::func_body(FuncInfo *info, FuncTypeExpr *sig, FieldDecl *recv) {
  cx_.func = info;
  open_scope();
  declare_params(info, sig, recv);
  collect_labels(info->body->list);
  stmts(info->body->list);
  for (auto &[name, l] : cx_.labels)
    if (!l->used)
      error(l->pos, "label " + name + " defined and not used");
  if (!info->sig->results.empty() && !terminates(info->body))
    error(info->body->rbrace, "missing return");
  close_scope();
}

void Checker::local_decl(DeclStmt *d) {
  for (Spec *s : d->specs) {
    switch (s->kind) {
    case DK::Const: {
      std::vector<Object *> objs;
      for (size_t k = 0; k < s->names.size(); ++k) {
        Object tmp;
        tmp.spec = s;
        tmp.spec_index = k;
        tmp.pos = s->names[k]->pos;
        resolve_const(&tmp);
        auto *o = arena_.make<Object>(tmp);
        objs.push_back(o);
      }
      for (size_t k = 0; k < objs.size(); ++k) {
        Object *o = declare(cx_.scope, OK::Const, s->names[k], objs[k]->type);
        o->cv = objs[k]->cv;
      }
      break;
    }
    case DK::Type: {
      Object *o = declare(cx_.scope, OK::TypeName, s->names[0], nullptr);
      o->pkg = cx_.pkg;
      o->spec = s;
      resolve_type(o);
      std::vector<Type *> path;
      if (o->type->kind == TK::Named && infinite_size(o->type, path)) {
        error(o->pos, "invalid recursive type " + o->name);
        o->type->under = types_.structure({});
      }
      break;
    }
    case DK::Var: {
      std::vector<Object *> objs;
      Type *t = s->type ? type_expr(s->type) : nullptr;
      for (Ident *name : s->names) {
        auto *o = arena_.make<Object>();
        o->type = t;
        o->name = name->name;
        o->pos = name->pos;
        objs.push_back(o);
      }
      check_var_spec(s, objs);
      for (size_t k = 0; k < objs.size(); ++k) {
        Object *o = declare_var(s->names[k], objs[k]->type ? objs[k]->type : types_.invalid);
        o->used = objs[k]->used;
        s->objects.push_back(o);
      }
      break;
    }
    default:
      break;
    }
  }
}

} // namespace minigo
