// The interface for embedders (wat/wat.h): C structs around instances, exceptions to errors.
#include "rt/backtrace.h"
#include "rt/call.h"
#include "rt/settings.h"
#include "wat/wat.h"
#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <weft/host.h>

namespace wat {

extern "C" __attribute__((tls_model("initial-exec"))) thread_local Thread wat_thread;

namespace {

constexpr const char *kinds[] = {"i32", "i64", "f32", "f64"};

bool is_float(ValType t) { return t.kind == ValType::F32 || t.kind == ValType::F64; }
bool is_number(ValType t) { return t.kind <= ValType::F64; }

struct Signature {
  std::vector<ValType> params, results;
};

std::string spelt(const SubType &t) {
  std::string s;
  for (auto *types : {&t.params, &t.results}) {
    if (types == &t.results)
      s += "->";
    for (size_t k = 0; k < types->size(); ++k)
      s += (k ? "," : "") + std::string(is_number((*types)[k]) ? kinds[(*types)[k].kind] : "ref");
  }
  return s;
}

/// False when it is no type.
bool parse(const char *text, Signature &s) {
  std::string_view all = text ? text : "";
  size_t arrow = all.find("->");
  if (arrow == all.npos)
    return false;
  auto list = [](std::string_view part, std::vector<ValType> &out) {
    while (!part.empty()) {
      size_t end = std::min(part.find(','), part.size());
      size_t k = 0;
      while (k < 4 && part.substr(0, end) != kinds[k])
        ++k;
      if (k == 4 || end + 1 == part.size())
        return false;
      out.push_back(ValType::Kind(k));
      part.remove_prefix(std::min(end + 1, part.size()));
    }
    return true;
  };
  return list(all.substr(0, arrow), s.params) && list(all.substr(arrow + 2), s.results);
}

/// Do they travel with a switch as they are?
bool fits_wire(const std::vector<ValType> &types) {
  size_t floats = 0;
  for (ValType t : types)
    floats += is_float(t);
  return floats <= WEFT_PAYLOAD_FLOATS && types.size() - floats <= WEFT_PAYLOAD_INTS;
}

/// A host's function, as generated code sees it.
struct HostFunc : FuncRef {
  wat_function function;
  void *env;

  static void enter(FuncRef *self, uint64_t *values) {
    auto *h = static_cast<HostFunc *>(self);
    const SubType &t = h->type->sub;
    auto *args = static_cast<wat_value *>(__builtin_alloca(8 * (t.params.size() + 1)));
    memcpy(args, values, 8 * t.params.size());
    char *limit = std::exchange(wat_thread.limit, nullptr); // other tasks may run before it returns
    const char *trap = h->function(h->env, args, reinterpret_cast<wat_value *>(values));
    wat_thread.limit = limit;
    if (trap)
      raise_trap(trap);
  }
};

struct HostTag : TagObject {
  wat_function function;
  void *env;
  std::string name, signature; // tag's
};

struct Free {
  void operator()(void *p) const { free(p); }
};

} // namespace
} // namespace wat

using namespace wat;

struct wat_error {
  wat_status status;
  std::string text, backtrace, tag;
  std::vector<uint64_t> values;
};

/// With what of it is the host's. Its HostTags are used while it makes its instance, so they live here.
struct wat_instance : HostTags {
  Instance *instance = nullptr;
  std::vector<std::unique_ptr<HostFunc>> functions;
  std::vector<std::unique_ptr<HostTag>> tags;
  std::unique_ptr<weft_handlers, Free> handlers;
  unsigned calls = 0;

  static const char *answer_one(HostTags *self, uint32_t index, weft_payload *io) {
    const HostTag &t = *static_cast<wat_instance *>(self)->tags[index];
    const SubType &type = t.type->sub;
    wat_value args[WEFT_PAYLOAD_INTS + WEFT_PAYLOAD_FLOATS], results[WEFT_PAYLOAD_INTS + WEFT_PAYLOAD_FLOATS] = {};
    size_t i = 0, f = 0;
    for (size_t k = 0; k < type.params.size(); ++k)
      if (is_float(type.params[k]))
        memcpy(&args[k], &io->f[f++], 8);
      else
        memcpy(&args[k], &io->i[i++], 8);
    if (const char *trap = t.function(t.env, args, results))
      return trap;
    i = f = 0;
    for (size_t k = 0; k < type.results.size(); ++k)
      if (is_float(type.results[k]))
        memcpy(&io->f[f++], &results[k], 8);
      else
        memcpy(&io->i[i++], &results[k], 8);
    return nullptr;
  }
};

namespace {

wat_error no_memory{WAT_NO_MEMORY, "out of memory", "", "", {}};

wat_error *failure(wat_status status, std::string text, std::string backtrace = "") {
  auto *e = new (std::nothrow) wat_error{status, std::move(text), std::move(backtrace), "", {}};
  return e ? e : &no_memory;
}

/// Whatever ends WebAssembly, as an error. Exceptions of others pass: a weft task that ends is one.
template <class F> wat_error *guarded(F run) {
  try {
    return run();
  } catch (const Trap &t) {
    return failure(t.message == "out of memory" ? WAT_NO_MEMORY : WAT_TRAP,
                   t.message, backtrace_text(t.frames, "  "));
  } catch (const WasmException &x) {
    const char *name = x.exn->tag->tag.name;
    wat_error *e = failure(WAT_EXCEPTION, std::string("uncaught exception") + (*name ? " $" : "") + name);
    if (e != &no_memory) {
      e->tag = name;
      e->values.assign(x.exn->values, x.exn->values + x.exn->count);
    }
    return e;
  } catch (const Unlinkable &u) {
    return failure(WAT_UNLINKABLE, u.message);
  } catch (const std::bad_alloc &) {
    return &no_memory;
  }
}

struct Imports {
  wat_instance *to;
  const Compiled *module;
  const wat_import *at;
  size_t count;
};

Extern find_import(void *context, const ImportInfo &want) {
  auto *all = static_cast<Imports *>(context);
  const wat_import *have = nullptr;
  for (size_t k = 0; k < all->count && !have; ++k)
    if (want.module.view() == all->at[k].module && want.field.view() == all->at[k].name)
      have = &all->at[k];
  if (!have)
    return {};
  std::string name = "import \"" + std::string(have->module) + "\" \"" + have->name + "\"";
  Signature s;
  if (!parse(have->type, s))
    throw Unlinkable{name + ": \"" + (have->type ? have->type : "") +
                     "\" is no type; \"i32,f64->i64\" is one, of i32, i64, f32 and f64"};
  if (!have->call)
    throw Unlinkable{name + ": it has no function"};
  bool is_tag = have->kind == WAT_TAG, wants_tag = ExternKind(want.kind) == ExternKind::Tag;
  if (is_tag != wants_tag || (!is_tag && ExternKind(want.kind) != ExternKind::Func))
    throw Unlinkable{"incompatible import type: " + name + ": the host has a " + (is_tag ? "tag" : "function") +
                     ", which is not what the module imports"};
  if (is_tag && !(fits_wire(s.params) && fits_wire(s.results)))
    throw Unlinkable{name + ": a host's tag has at most six integers and six floats each way"};
  const CanonType *type = canonical(s.params, s.results);
  const TypeInfo &wanted = all->module->types[is_tag ? all->module->tags[want.index].type
                                                     : all->module->funcs[want.index].type];
  SubType as;
  as.params.assign(wanted.values.begin(), wanted.values.begin() + wanted.params);
  as.results.assign(wanted.values.begin() + wanted.params, wanted.values.end());
  if (spelt(as) != spelt(type->sub))
    throw Unlinkable{"incompatible import type: " + name + ": the module wants " + spelt(as) + ", the host has " +
                     spelt(type->sub)};
  if (!is_tag) {
    auto &f = all->to->functions.emplace_back(new HostFunc{{nullptr, nullptr, type, HostFunc::enter}, have->call, have->env});
    return {ExternKind::Func, static_cast<FuncRef *>(f.get())};
  }
  auto &t = all->to->tags.emplace_back(new HostTag{{{}, type}, have->call, have->env, have->name, have->type});
  t->tag = {t->name.c_str(), t->signature.c_str()};
  weft_handlers *on = all->to->on;
  on->entry[on->count++] = {&t->tag, WEFT_ON_SUSPEND, 0};
  return {ExternKind::Tag, static_cast<TagObject *>(t.get())};
}

} // namespace

extern "C" {

wat_status wat_error_status(const wat_error *e) { return e ? e->status : WAT_OK; }
const char *wat_error_text(const wat_error *e) { return e ? e->text.c_str() : ""; }
const char *wat_error_backtrace(const wat_error *e) { return e ? e->backtrace.c_str() : ""; }
const char *wat_error_tag(const wat_error *e) { return e && e->status == WAT_EXCEPTION ? e->tag.c_str() : nullptr; }

size_t wat_error_values(const wat_error *e, wat_value *values, size_t room) {
  if (!e)
    return 0;
  if (size_t n = std::min(room, e->values.size()))
    memcpy(values, e->values.data(), 8 * n);
  return e->values.size();
}

void wat_error_free(wat_error *e) {
  if (e != &no_memory)
    delete e;
}

wat_error *wat_instance_new(const wat_module *module, const wat_import *imports, size_t count, wat_instance **out) {
  *out = nullptr;
  if (const char *wrong = wrong_setting())
    return failure(WAT_BAD_SETTING, wrong);
  auto *c = reinterpret_cast<const Compiled *>(module);
  return guarded([&]() -> wat_error * {
    std::unique_ptr<wat_instance> w(new wat_instance);
    // The table has room for every tag, and lists each once it is made.
    size_t room = 1;
    for (const ImportInfo &im : c->imports)
      room += ExternKind(im.kind) == ExternKind::Tag;
    w->handlers.reset(static_cast<weft_handlers *>(calloc(1, sizeof(weft_handlers) + room * sizeof(weft_handler))));
    if (!w->handlers)
      return &no_memory;
    w->on = w->handlers.get();
    w->answer = wat_instance::answer_one;
    Imports from{w.get(), c, imports, count};
    w->instance = instantiate(*c, find_import, &from, w.get());
    *out = w.release();
    return nullptr;
  });
}

wat_status wat_instance_free(wat_instance *w) {
  if (!w)
    return WAT_OK;
  if (w->calls)
    return WAT_BAD_CALL;
  destroy(w->instance);
  delete w;
  return WAT_OK;
}

wat_error *wat_call(wat_instance *w, const char *name, const wat_value *args, size_t arg_count, wat_value *results,
                    size_t result_count) {
  return guarded([&]() -> wat_error * {
    Extern e = exported(w->instance, name);
    if (!e.object || e.kind != ExternKind::Func)
      return failure(WAT_NO_EXPORT, "no function is exported as \"" + std::string(name) + "\"");
    auto *f = static_cast<FuncRef *>(e.object);
    const SubType &t = f->type->sub;
    for (auto *types : {&t.params, &t.results})
      for (ValType v : *types)
        if (!is_number(v))
          return failure(WAT_NO_EXPORT, "\"" + std::string(name) + "\" has references: " + spelt(t));
    if (arg_count != t.params.size() || result_count != t.results.size())
      return failure(WAT_BAD_CALL, "\"" + std::string(name) + "\" is " + spelt(t) + "; called with " +
                                       std::to_string(arg_count) + " arguments for " + std::to_string(result_count) +
                                       " results");
    std::vector<uint64_t> values(std::max({size_t(1), arg_count, result_count}));
    if (arg_count)
      memcpy(values.data(), args, 8 * arg_count);
    struct Count {
      unsigned &n;
      explicit Count(unsigned &of) : n(of) { ++n; }
      ~Count() { --n; }
    } count(w->calls);
    call(f, values.data(), w);
    if (result_count)
      memcpy(results, values.data(), 8 * result_count);
    return nullptr;
  });
}

void *wat_memory(wat_instance *w, const char *name, uint64_t *bytes) {
  Extern e = exported(w->instance, name);
  if (!e.object || e.kind != ExternKind::Memory)
    return nullptr;
  auto *m = static_cast<MemoryObject *>(e.object);
  if (bytes)
    *bytes = m->bytes;
  return m->base;
}

const char *wat_await(void *, const wat_value *args, wat_value *results) {
  uint64_t value = 0;
  results[0].i32 = weft_await(uint64_t(args[0].i64), &value);
  results[1].i64 = int64_t(value);
  return nullptr;
}

} // extern "C"
