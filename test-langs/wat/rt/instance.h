// What generated code and the run-time library share: the layout of instances and of what references
// point at. Generated code takes its instance as its first argument, so one compiled module may be
// instantiated many times, each with its own tags, tables, memories and globals.
//
// Every reference is 64 bits and null is 0: a FuncRef, an Object, an Exn, an i31 (its 31 bits shifted left
// by one, with bit 0 set), or for continuations the handle that Weft gave. Rejected: boxed continuations,
// an allocation for each suspension.
#pragma once
#include "rt/compiled.h"
#include <weft/base.h>

namespace wat {

struct HostTags;
struct Instance;

/// A defined type, one object for all that are equal, so that equality is that of addresses.
struct CanonType {
  SubType sub; // indices in it mean nothing here
  const CanonType *super = nullptr;
  std::vector<uint32_t> refs; // which fields are references; 0 for an array of references
};
bool below(const CanonType *sub, const CanonType *super);

/// What a funcref points at. `entry` calls it with arguments from an array, and leaves the results there.
struct FuncRef {
  void *code;         // null for a host's; instantiate gives it code of the importing module
  Instance *instance; // for that code, the host's FuncRef
  const CanonType *type;
  void (*entry)(FuncRef *, uint64_t *values);
};

/// How far beyond a 32-bit memory's largest size its reservation goes: offsets that stay below are not compared.
inline constexpr uint64_t memory_guard = uint64_t(1) << 20;

struct MemoryObject {
  uint8_t *base; // never moves: the address space of the maximum is reserved
  uint64_t bytes;
  uint64_t max_pages, reserved;
  MemoryType type;
};

struct TableObject {
  uint64_t *elements;
  uint64_t size;
  uint64_t max;
  TableType type;
  const CanonType *heap; // of elements that are references to a defined type
};

struct GlobalObject {
  uint64_t bits;
  GlobalType type;
  const CanonType *heap; // of a reference to a defined type
};

struct TagObject {
  weft_tag tag;
  const CanonType *type;
};

/// An exception in flight or an exnref.
struct Exn {
  TagObject *tag; // compared only: an instance that was freed has taken it along
  const CanonType *type;
  uint64_t count;
  uint64_t values[];
};

/// A struct, an array or what a host reference stands for. Fields take eight bytes each, elements of
/// arrays their own size.
struct Object {
  const CanonType *type; // null for a host's
  uint64_t length;       // of an array; the number of a host reference
  uint64_t fields[];
};

/// Where things stand in Instance::slots.
struct Layout {
  uint32_t funcs = 0, tables, memories, globals, tags, types, handlers, count;
  Layout(size_t n_funcs, size_t n_tables, size_t n_memories, size_t n_globals, size_t n_tags, size_t n_types,
         size_t n_handlers = 0)
      : tables(uint32_t(n_funcs)), memories(tables + uint32_t(n_tables)),
        globals(memories + uint32_t(n_memories)), tags(globals + uint32_t(n_globals)),
        types(tags + uint32_t(n_tags)), handlers(types + uint32_t(n_types)),
        count(handlers + uint32_t(n_handlers)) {}
  explicit Layout(const Compiled &c)
      : Layout(c.funcs.count, c.tables.count, c.memories.count, c.globals.count, c.tags.count, c.types.count,
               c.handlers.count) {}
};

struct Segment { // what elem.drop and data.drop empty
  std::vector<uint64_t> elements;
  const char *bytes = nullptr;
  uint64_t size = 0;
};

struct Instance {
  const Compiled *compiled;
  std::vector<Segment> *elems, *datas;
  std::vector<FuncRef *> *hosts; // made for imported functions of the host
  uint64_t reserved[4];
  uint64_t slots[];

  FuncRef *func(Index i) { return reinterpret_cast<FuncRef *>(slots[i]); }
  template <class T> T *&at(uint32_t slot) { return reinterpret_cast<T *&>(slots[slot]); }
};
static_assert(sizeof(Instance) == 64);

/// What generated code keeps per thread: how far the running stack may grow, and results of functions
/// with more than two, between return and call.
struct Thread {
  char *limit;
  uint64_t results[1024];
};

/// Traps of the specification.
enum class TrapCode : uint32_t {
#define WAT_TRAP(id, text) id,
#include "rt/traps.def"
};

struct Trap { // thrown
  std::string message;
  bool suspension = false;       // an unhandled tag
  std::vector<uintptr_t> frames; // for backtrace_text
};
/// Throws one, from where it is called.
[[noreturn]] void raise_trap(std::string message, bool suspension = false);

struct Unlinkable { // thrown by instantiate
  std::string message;
};

/// What a module exports, or a host offers: an address by kind.
struct Extern {
  ExternKind kind = ExternKind::Func;
  void *object = nullptr;
};

/// Canonical types, one for each of \p types. They live as long as the process.
std::vector<const CanonType *> canonical(List<TypeInfo> types);
/// The same for a function's type that refers to no other.
const CanonType *canonical(std::vector<ValType> params, std::vector<ValType> results);

/// Makes an instance, fills tables and memories, runs the start function. `import` answers the kind and
/// object of an import; object null when there is none. Throws Unlinkable, Trap or WasmException; the instance
/// stays then, since its functions may be in others' tables, but for an embedder (`tags`), who has no others.
Instance *instantiate(const Compiled &c, Extern (*import)(void *, const ImportInfo &), void *context,
                      HostTags *tags = nullptr);
/// Frees an instance of which nothing runs and that shares nothing with others.
void destroy(Instance *i);
Extern exported(Instance *i, std::string_view name); // object null when there is none
/// A host's function without results.
Extern host_function(std::vector<ValType> params, void (*entry)(FuncRef *, uint64_t *));
Extern spectest(std::string_view field);
uint64_t host_reference(uint64_t number); // the same for the same number
bool exception_name(Exn *e, std::string &name);

/// Keeps what a reference refers to alive while memory holds it that no collection looks at: all but stacks,
/// instances and the collected heap. On the thread that runs the code.
class Root {
public:
  explicit Root(uint64_t bits) : bits_(bits), next_(first) {
    first = this;
    if (next_)
      next_->back_ = &next_;
  }
  Root(const Root &o) : Root(o.bits_) {}
  Root &operator=(const Root &o) {
    bits_ = o.bits_;
    return *this;
  }
  ~Root() {
    *back_ = next_;
    if (next_)
      next_->back_ = back_;
  }
  uint64_t bits() const { return bits_; }
  template <class F> static void each(F visit) {
    for (Root *r = first; r; r = r->next_)
      visit(r->bits_);
  }

private:
  static Root *first;
  uint64_t bits_;
  Root *next_, **back_ = &first;
};

struct WasmException { // thrown; generated code catches it by its type
  Exn *exn;
  Root root{reinterpret_cast<uint64_t>(exn)};
};

/// Faults on accesses in that range become traps.
void traps_within(void *low, uint64_t size);
MemoryObject *make_memory(const MemoryType &type); // null when out of memory
TableObject *make_table(const TableType &type, uint64_t init);

} // namespace wat
