// Making types once, asking about them, printing them.
#include "sema/types.h"
#include <algorithm>

namespace minigo {

Type *TypeTable::make(TK k) {
  Type *t = arena_.make<Type>();
  t->kind = k;
  return t;
}

TypeTable::TypeTable() {
  static const char *const names[] = {
      "invalid type",  "bool",           "int",          "int8",        "int16",
      "int32",         "int64",          "uint",         "uint8",       "uint16",
      "uint32",        "uint64",         "uintptr",      "float32",     "float64",
      "string",        "unsafe.Pointer", "untyped bool", "untyped int", "untyped rune",
      "untyped float", "untyped string", "untyped nil"};
  for (int k = 0; k <= int(TK::UntypedNil); ++k) {
    basics_[k] = make(TK(k));
    basics_[k]->name = names[k];
  }
  invalid = basics_[0];
  empty_interface = interface({});
  byte_slice = slice(basic(TK::Uint8));
  rune_slice = slice(basic(TK::Int32));
}

static std::string id(const void *p) {
  return std::to_string(reinterpret_cast<uintptr_t>(p)) + ",";
}

Type *TypeTable::intern(const std::string &key, TK k, bool &fresh) {
  Type *&t = table_[key];
  fresh = !t;
  if (!t)
    t = make(k);
  return t;
}

Type *TypeTable::pointer(Type *elem) {
  bool fresh;
  Type *t = intern("*" + id(elem), TK::Pointer, fresh);
  t->elem = elem;
  return t;
}
Type *TypeTable::slice(Type *elem) {
  bool fresh;
  Type *t = intern("s" + id(elem), TK::Slice, fresh);
  t->elem = elem;
  return t;
}
Type *TypeTable::array(Type *elem, int64_t len) {
  bool fresh;
  Type *t = intern("a" + std::to_string(len) + "," + id(elem), TK::Array, fresh);
  t->elem = elem;
  t->len = len;
  return t;
}
Type *TypeTable::map(Type *key, Type *value) {
  bool fresh;
  Type *t = intern("m" + id(key) + id(value), TK::Map, fresh);
  t->key = key;
  t->elem = value;
  return t;
}
Type *TypeTable::chan(Type *elem, ChanDir dir) {
  bool fresh;
  Type *t = intern("c" + std::to_string(int(dir)) + id(elem), TK::Chan, fresh);
  t->elem = elem;
  t->dir = dir;
  return t;
}
Type *TypeTable::func(const std::vector<Type *> &params, const std::vector<Type *> &results,
                      bool variadic) {
  std::string key = variadic ? "v" : "f";
  for (Type *p : params)
    key += id(p);
  key += ">";
  for (Type *r : results)
    key += id(r);
  bool fresh;
  Type *t = intern(key, TK::Func, fresh);
  if (fresh) {
    t->params = params;
    t->results = results;
    t->variadic = variadic;
  }
  return t;
}
static bool exported(const std::string &name) { return name[0] >= 'A' && name[0] <= 'Z'; }

Type *TypeTable::structure(const std::vector<Field> &fields) {
  std::string key = "S";
  for (auto &f : fields)
    key += f.name + (f.embedded ? "!" : ":") + id(exported(f.name) ? nullptr : f.pkg) + id(f.type);
  bool fresh;
  Type *t = intern(key, TK::Struct, fresh);
  if (fresh)
    t->fields = fields;
  return t;
}
Type *TypeTable::interface(std::vector<IfaceMethod> methods) {
  std::sort(methods.begin(), methods.end(),
            [](const IfaceMethod &a, const IfaceMethod &b) { return a.name < b.name; });
  std::string key = "I";
  for (auto &m : methods)
    key += m.name + ":" + id(m.pkg) + id(m.sig);
  bool fresh;
  Type *t = intern(key, TK::Interface, fresh);
  if (fresh)
    t->methods = methods;
  return t;
}
Type *TypeTable::tuple(const std::vector<Type *> &types) {
  std::string key = "T";
  for (Type *p : types)
    key += id(p);
  bool fresh;
  Type *t = intern(key, TK::Tuple, fresh);
  t->results = types;
  return t;
}
Type *TypeTable::named(Object *obj) {
  Type *t = make(TK::Named);
  t->obj = obj;
  return t;
}

static TK under_kind(Type *t) {
  Type *u = t->underlying();
  return u ? u->kind : TK::Invalid;
}
bool is_integer(Type *t) {
  TK k = under_kind(t);
  return (k >= TK::Int && k <= TK::Uintptr) || k == TK::UntypedInt || k == TK::UntypedRune;
}
bool is_unsigned(Type *t) {
  TK k = under_kind(t);
  return k >= TK::Uint && k <= TK::Uintptr;
}
bool is_float(Type *t) {
  TK k = under_kind(t);
  return k == TK::Float32 || k == TK::Float64 || k == TK::UntypedFloat;
}
bool is_numeric(Type *t) { return is_integer(t) || is_float(t); }
bool is_string(Type *t) {
  TK k = under_kind(t);
  return k == TK::String || k == TK::UntypedString;
}
bool is_boolean(Type *t) {
  TK k = under_kind(t);
  return k == TK::Bool || k == TK::UntypedBool;
}
bool is_untyped(Type *t) { return t->kind >= TK::UntypedBool && t->kind <= TK::UntypedNil; }
bool is_interface(Type *t) { return under_kind(t) == TK::Interface; }
bool is_named(Type *t) { return t->kind == TK::Named || t->kind < TK::UntypedBool; }
bool has_nil(Type *t) {
  switch (under_kind(t)) {
  case TK::Pointer:
  case TK::Slice:
  case TK::Map:
  case TK::Chan:
  case TK::Func:
  case TK::Interface:
  case TK::UnsafePointer:
  case TK::UntypedNil:
    return true;
  default:
    return false;
  }
}
bool is_ordered(Type *t) { return is_numeric(t) || is_string(t); }

std::string not_comparable(Type *t) {
  Type *u = t->underlying();
  switch (u->kind) {
  case TK::Slice:
    return "slice can only be compared to nil";
  case TK::Map:
    return "map can only be compared to nil";
  case TK::Func:
    return "func can only be compared to nil";
  case TK::Array:
    return not_comparable(u->elem).empty() ? "" : type_text(t) + " cannot be compared";
  case TK::Struct:
    for (auto &f : u->fields)
      if (!not_comparable(f.type).empty())
        return "struct containing " + type_text(f.type) + " cannot be compared";
    return "";
  default:
    return "";
  }
}

int int_bits(TK k) {
  switch (k) {
  case TK::Int8:
  case TK::Uint8:
    return 8;
  case TK::Int16:
  case TK::Uint16:
    return 16;
  case TK::Int32:
  case TK::Uint32:
    return 32;
  default:
    return 64;
  }
}

static std::string types_text(const std::vector<Type *> &types, bool variadic, Package *from) {
  std::string s;
  for (size_t k = 0; k < types.size(); ++k) {
    s += k ? ", " : "";
    if (variadic && k + 1 == types.size())
      s += "..." + type_text(types[k]->elem, from);
    else
      s += type_text(types[k], from);
  }
  return s;
}

static std::string signature_text(Type *t, Package *from) {
  std::string s = "(" + types_text(t->params, t->variadic, from) + ")";
  if (t->results.size() == 1)
    s += " " + type_text(t->results[0], from);
  else if (!t->results.empty())
    s += " (" + types_text(t->results, false, from) + ")";
  return s;
}

std::string type_text(Type *t, Package *from) {
  if (!t)
    return "?";
  switch (t->kind) {
  case TK::Named:
    return (t->obj->pkg && t->obj->pkg != from ? t->obj->pkg->name + "." : "") + t->obj->name;
  case TK::Pointer:
    return "*" + type_text(t->elem, from);
  case TK::Slice:
    return "[]" + type_text(t->elem, from);
  case TK::Array:
    return "[" + std::to_string(t->len) + "]" + type_text(t->elem, from);
  case TK::Map:
    return "map[" + type_text(t->key, from) + "]" + type_text(t->elem, from);
  case TK::Chan:
    if (t->dir == ChanDir::Both && t->elem->kind == TK::Chan && t->elem->dir == ChanDir::Recv)
      return "chan (" + type_text(t->elem, from) + ")";
    return std::string(t->dir == ChanDir::Recv   ? "<-chan "
                       : t->dir == ChanDir::Send ? "chan<- "
                                                 : "chan ") +
           type_text(t->elem, from);
  case TK::Func:
    return "func" + signature_text(t, from);
  case TK::Struct: {
    std::string s = "struct {";
    for (auto &f : t->fields)
      s += (s.back() == '{' ? " " : "; ") + (f.embedded ? "" : f.name + " ") +
           type_text(f.type, from);
    return t->fields.empty() ? "struct {}" : s + " }";
  }
  case TK::Interface: {
    std::string s = "interface {";
    for (auto &m : t->methods)
      s += (s.back() == '{' ? " " : "; ") + m.name + signature_text(m.sig, from);
    return t->methods.empty() ? "interface {}" : s + " }";
  }
  case TK::Tuple:
    return "(" + types_text(t->results, false, from) + ")";
  default:
    return t->name;
  }
}

// Breadth first through embedded fields: the shallowest wins, two at one depth are ambiguous.
Lookup lookup_member(Type *t, const std::string &name, Package *from) {
  Lookup none;
  struct Entry {
    Type *type;
    std::vector<int> path;
    bool ptr;
  };
  bool ptr = false;
  if (t->underlying() && t->underlying()->kind == TK::Pointer) {
    if (t->kind == TK::Named) { // a named pointer type: fields of what it points to, no methods
      Lookup l = lookup_member(t->under, name, from);
      return l.kind == SK::Field ? l : none;
    }
    ptr = true;
    t = t->elem;
    if (is_interface(t))
      return none;
  }
  bool local_ok = !exported(name);
  std::vector<Entry> level{{t, {}, ptr}};
  std::set<Type *> seen;
  while (!level.empty()) {
    std::vector<Entry> next_level;
    Lookup found;
    int hits = 0;
    for (auto &e : level) {
      if (e.type->kind == TK::Named && !seen.insert(e.type).second)
        continue;
      if (e.type->kind == TK::Named)
        for (Object *m : e.type->named_methods)
          if (m->name == name && (!local_ok || m->pkg == from)) {
            ++hits;
            found.kind = SK::Method;
            found.path = e.path;
            found.method = m;
            found.type = m->type;
            found.recv = e.type;
            found.through_pointer = e.ptr;
          }
      Type *u = e.type->underlying();
      if (!u)
        continue;
      if (u->kind == TK::Struct)
        for (size_t k = 0; k < u->fields.size(); ++k) {
          auto &f = u->fields[k];
          std::vector<int> path = e.path;
          path.push_back(int(k));
          if (f.name == name && (!local_ok || f.pkg == from)) {
            ++hits;
            found = Lookup{};
            found.kind = SK::Field;
            found.path = path;
            found.type = f.type;
            found.through_pointer = e.ptr;
            continue;
          }
          if (f.embedded) {
            bool p = f.type->kind == TK::Pointer;
            next_level.push_back({p ? f.type->elem : f.type, path, e.ptr || p});
          }
        }
      else if (u->kind == TK::Interface)
        for (size_t k = 0; k < u->methods.size(); ++k)
          if (u->methods[k].name == name && (!local_ok || u->methods[k].pkg == from)) {
            ++hits;
            found.kind = SK::InterfaceMethod;
            found.path = e.path;
            found.index = int(k);
            found.type = u->methods[k].sig;
            found.recv = e.type;
          }
    }
    if (hits == 1)
      return found;
    if (hits > 1) {
      none.ambiguous = true;
      return none;
    }
    level = next_level;
  }
  return none;
}

std::string missing_method(Type *t, Type *iface, Package *from) {
  for (auto &m : iface->underlying()->methods) {
    Lookup l = lookup_member(t, m.name, m.pkg ? m.pkg : from);
    if (l.kind != SK::Method && l.kind != SK::InterfaceMethod) {
      if (t->kind == TK::Pointer && is_interface(t->elem))
        return "(type " + type_text(t, from) + " is pointer to interface, not interface)";
      return "(missing " + m.name + " method)";
    }
    if (l.type != m.sig)
      return "(wrong type for " + m.name + " method)\n\t\thave " + m.name +
             signature_text(l.type, from) + "\n\t\twant " + m.name + signature_text(m.sig, from);
    if (l.kind == SK::Method && l.method->ptr_recv && !l.through_pointer && t->kind != TK::Pointer)
      return "(" + m.name + " method has pointer receiver)";
  }
  return "";
}

} // namespace minigo
