// Types. Every unnamed type exists once (TypeTable makes them), so identical types are equal
// pointers; a named type is identical only to itself. Recursion passes through named types alone.
#pragma once
#include "syntax/ast.h"
#include <map>
#include <set>
#include <unordered_map>

namespace minigo {

enum class TK : uint8_t {
  Invalid,
  Bool,
  Int,
  Int8,
  Int16,
  Int32,
  Int64,
  Uint,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Uintptr,
  Float32,
  Float64,
  String,
  UnsafePointer,
  UntypedBool,
  UntypedInt,
  UntypedRune,
  UntypedFloat,
  UntypedString,
  UntypedNil,
  Pointer,
  Array,
  Slice,
  Map,
  Chan,
  Func,
  Struct,
  Interface,
  Named,
  Tuple,
};

struct Package;

struct Field {
  std::string name;
  Type *type = nullptr;
  bool embedded = false;
  Package *pkg = nullptr; // who may name it, when not exported
};

struct IfaceMethod {
  std::string name;
  Type *sig = nullptr;
  Package *pkg = nullptr; // null when exported
};

struct Type {
  TK kind = TK::Invalid;
  std::string name;            // basic types
  Type *elem = nullptr;        // pointer, array, slice, map, chan
  Type *key = nullptr;         // map
  int64_t len = 0;             // array
  ChanDir dir = ChanDir::Both; // chan
  std::vector<Field> fields;   // struct
  std::vector<Type *> params;  // func; of a variadic one, the last is the slice
  std::vector<Type *> results; // func; elements of a tuple
  bool variadic = false;
  std::vector<IfaceMethod> methods; // interface, sorted by name
  Object *obj = nullptr;            // named
  Type *under = nullptr;            // named, once resolved
  std::vector<Object *> named_methods;

  Type *underlying() { return kind == TK::Named ? under : this; }
  bool is(TK k) { return underlying() && underlying()->kind == k; }
};

enum class OK : uint8_t { Package, Const, TypeName, Var, Func, Builtin, Nil };

/// What a name stands for.
struct Object {
  OK kind = OK::Var;
  std::string name;
  Pos pos;
  Type *type = nullptr;
  const ConstVal *cv = nullptr;
  Package *pkg = nullptr; // of package-level objects and methods; the imported one for Package
  bool used = false;
  int builtin = -1;
  // package level: how far its declaration is checked (0 no, 1 being checked, 2 done)
  int state = 2;
  Spec *spec = nullptr;
  size_t spec_index = 0;
  FuncDecl *decl = nullptr;
  FuncInfo *info = nullptr;
  Type *recv_named = nullptr; // methods: the named type
  bool ptr_recv = false;
  std::set<Object *> deps; // package-level variables and functions its initialiser or body names
  // variables
  bool global = false, param = false;
  FuncInfo *owner = nullptr;
  bool reassigned = false;    // written other than by its declaration
  bool addr_taken = false;    // &x, a pointer method on x, or a slice of array x
  bool captured = false;      // by a closure that may outlive or repeat its frame
  bool captured_here = false; // only by closures run within the frame's life
  bool heap() const { return addr_taken || (captured && reassigned); }
};

/// One function body: a declared function or a literal.
struct FuncInfo {
  Object *obj = nullptr;      // declared functions
  FuncInfo *parent = nullptr; // literals
  Package *pkg = nullptr;
  std::string name; // as in Go's tracebacks: main.f, main.(*T).m, main.f.func1
  Type *sig = nullptr;
  Object *recv = nullptr;
  std::vector<Object *> params, results;
  bool named_results = false;
  Block *body = nullptr;
  std::vector<Object *> captures;
  bool has_defer = false, has_recover = false, has_goto = false;
  bool stays_in_frame = false; // a literal that is called or deferred where it stands
  int literals = 0;
};

struct Package {
  std::string path, name;
  Scope *scope = nullptr;
  std::vector<File *> files;
  std::vector<Object *> var_order; // package variables in initialisation order
  std::vector<Spec *> init_order;
  std::vector<FuncInfo *> inits;
  bool is_library = false;
  bool has_host = false; // functions without a body are the embedder's
};

struct Scope {
  Scope *parent = nullptr;
  FuncInfo *func = nullptr;
  std::map<std::string, Object *> names;
  Object *lookup(const std::string &name, Scope **where = nullptr) {
    for (Scope *s = this; s; s = s->parent)
      if (auto it = s->names.find(name); it != s->names.end()) {
        if (where)
          *where = s;
        return it->second;
      }
    return nullptr;
  }
};

class TypeTable {
public:
  TypeTable();
  Type *basic(TK k) const { return basics_[int(k)]; }
  Type *pointer(Type *elem);
  Type *slice(Type *elem);
  Type *array(Type *elem, int64_t len);
  Type *map(Type *key, Type *value);
  Type *chan(Type *elem, ChanDir dir);
  Type *func(const std::vector<Type *> &params, const std::vector<Type *> &results, bool variadic);
  Type *structure(const std::vector<Field> &fields);
  Type *interface(std::vector<IfaceMethod> methods);
  Type *tuple(const std::vector<Type *> &types);
  Type *named(Object *obj);
  Type *invalid, *empty_interface, *error_type = nullptr, *byte_slice, *rune_slice;

private:
  Type *make(TK k);
  Type *intern(const std::string &key, TK k, bool &fresh);
  Arena arena_;
  Type *basics_[int(TK::UntypedNil) + 1];
  std::unordered_map<std::string, Type *> table_;
};

bool is_integer(Type *t);
bool is_unsigned(Type *t);
bool is_float(Type *t);
bool is_numeric(Type *t);
bool is_string(Type *t);
bool is_boolean(Type *t);
bool is_untyped(Type *t);
bool is_interface(Type *t);
bool is_named(Type *t); // a named or basic typed type: never converted implicitly to its twin
bool has_nil(Type *t);
bool is_ordered(Type *t);
/// Why values of t can't be compared, or "" if they can.
std::string not_comparable(Type *t);
int int_bits(TK k);

/// The type as messages show it ("[]main.T" is "[]T" within main).
std::string type_text(Type *t, Package *from = nullptr);

struct Lookup {
  SK kind = SK::None;
  std::vector<int> path;
  Object *method = nullptr;
  int index = -1;
  Type *type = nullptr; // field type or method signature (without receiver)
  Type *recv = nullptr; // type the method belongs to
  bool through_pointer = false, ambiguous = false;
};
/// Field or method `name` of t or what it embeds, or *t's.
Lookup lookup_member(Type *t, const std::string &name, Package *from);
/// "" if t has iface's methods; else what is wrong ("(missing Foo method)", ...).
std::string missing_method(Type *t, Type *iface, Package *from);

} // namespace minigo
