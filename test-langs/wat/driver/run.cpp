// A script runs in two rounds: all modules are compiled and linked at once, then the commands are
// executed in order. A module that does not compile fails its own command and those that need it.
#include "driver/run.h"
#include "driver/compile.h"
#include "rt/backtrace.h"
#include "valid/validate.h"
#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <map>

namespace wat {

extern "C" uint32_t wat_ref_test(uint64_t ref, uint32_t heap, const CanonType *type);

namespace {

struct Outcome {
  enum Kind { Returned, Trapped, Suspended, Thrown, Failed } kind = Returned;
  std::string message;
  std::vector<uint64_t> values;
  std::vector<ValType> types;
  std::vector<uintptr_t> frames = {}; // of a trap
  std::string describe() const;
};

std::string show(ValType t, uint64_t bits) {
  char text[64];
  switch (t.kind) {
  case ValType::I32:
    snprintf(text, sizeof text, "i32 %" PRId32, int32_t(bits));
    break;
  case ValType::I64:
    snprintf(text, sizeof text, "i64 %" PRId64, int64_t(bits));
    break;
  case ValType::F32: {
    uint32_t low = uint32_t(bits);
    float f;
    memcpy(&f, &low, 4);
    snprintf(text, sizeof text, "f32 %.9g (0x%08" PRIx32 ")", double(f), low);
    break;
  }
  case ValType::F64: {
    double f;
    memcpy(&f, &bits, 8);
    snprintf(text, sizeof text, "f64 %.17g (0x%016" PRIx64 ")", f, bits);
    break;
  }
  default:
    snprintf(text, sizeof text, bits ? "reference %#" PRIx64 : "null", bits);
  }
  return text;
}

std::string show(const Value &v) {
  switch (v.kind) {
  case Value::Num:
    return show(v.type, v.bits);
  case Value::NanCanonical:
    return "nan:canonical";
  case Value::NanArithmetic:
    return "nan:arithmetic";
  case Value::RefNull:
  case Value::AnyNull:
    return "null";
  case Value::RefHost:
    return "ref.host " + std::to_string(v.bits);
  case Value::RefExtern:
    return "ref.extern " + std::to_string(v.bits);
  case Value::RefType:
    return "a reference";
  case Value::Either:
    return "either";
  }
  return "";
}

std::string Outcome::describe() const {
  switch (kind) {
  case Returned: {
    std::string s = "results";
    for (size_t k = 0; k < values.size(); ++k)
      s += (k ? ", " : " ") + show(types[k], values[k]);
    return values.empty() ? "no results" : s;
  }
  case Trapped:
    return "trap \"" + message + "\"";
  case Suspended:
    return "suspension \"" + message + "\"";
  case Thrown:
    return "an exception";
  case Failed:
    break;
  }
  return message;
}

bool matches(const Value &want, ValType type, uint64_t bits) {
  bool narrow = type.kind == ValType::F32;
  uint64_t mask = type.kind == ValType::I32 || narrow ? 0xffffffff : ~uint64_t(0);
  uint64_t quiet = narrow ? 0x7fc00000 : 0x7ff8000000000000;
  uint64_t no_sign = narrow ? 0x7fffffff : 0x7fffffffffffffff;
  switch (want.kind) {
  case Value::Num:
    return want.type.kind == type.kind && ((want.bits ^ bits) & mask) == 0;
  case Value::NanCanonical:
    return want.type.kind == type.kind && (bits & no_sign) == quiet;
  case Value::NanArithmetic:
    return want.type.kind == type.kind && (bits & quiet) == quiet;
  case Value::RefNull:
  case Value::AnyNull:
    return type.is_ref() && !bits;
  case Value::RefHost:
  case Value::RefExtern:
    return type.is_ref() && bits == host_reference(want.bits);
  case Value::RefType:
    return type.is_ref() && bits &&
           (want.heap.is_index() || wat_ref_test(bits, want.heap.abstract(), nullptr));
  case Value::Either:
    for (auto &c : want.choices)
      if (matches(c, type, bits))
        return true;
    return false;
  }
  return false;
}

class Runner {
public:
  explicit Runner(const CompileOptions &o) : code_(o), file_(o.file) {}
  void script(const std::vector<Command> &commands);
  CheckResult result;

private:
  struct Prepared {
    std::optional<size_t> compiled;
    std::string error;
  };
  void prepare(const Command &c);
  void command(const Command &c);
  void judge(const Command &c, const Outcome &o, bool ok, const std::string &expected);
  void fail(const Command &c, const std::string &what, const Outcome &o = {});
  Outcome make(const Prepared &p, Instance *&instance);
  Outcome act(const Action &a);
  Instance *instance(const std::optional<std::string> &name);
  static Extern import(void *runner, const ImportInfo &i);

  Code code_;
  std::string file_;
  std::map<const Command *, Prepared> prepared_;
  std::map<std::string, const Prepared *> named_modules_;
  const Prepared *last_module_ = nullptr;
  std::map<std::string, Instance *> named_, registered_;
  Instance *last_ = nullptr;
  CanonicalTypes types_;
};

void Runner::fail(const Command &c, const std::string &what, const Outcome &o) {
  ++result.failed;
  printf("%s:%u: %s: %s\n", file_.c_str(), c.pos.line, to_text(c.kind), what.c_str());
  fputs(backtrace_text(o.frames, "  ").c_str(), stdout);
}

void Runner::prepare(const Command &c) {
  Prepared &p = prepared_[&c];
  try {
    Module m = load(*c.definition);
    validate(m, types_);
    const Definition &d = *c.definition;
    std::string file = file_;
    if (d.form != Definition::Text) // whose positions are its own
      file += ":" + std::to_string(d.pos.line) + (d.form == Definition::Quote ? ":quoted" : ":binary");
    p.compiled = code_.add(m, file);
  } catch (const Error &e) {
    p.error = std::to_string(e.pos.line) + ":" + std::to_string(e.pos.column) + ": " + e.message;
  } catch (const WriteFailed &e) {
    p.error = e.message;
  }
}

Extern Runner::import(void *context, const ImportInfo &i) {
  auto *r = static_cast<Runner *>(context);
  if (auto at = r->registered_.find(std::string(i.module.view())); at != r->registered_.end())
    return at->second ? exported(at->second, i.field.view()) : Extern{};
  return i.module.view() == "spectest" ? spectest(i.field.view()) : Extern{};
}

template <class F> Outcome attempt(F run) {
  Outcome o;
  try {
    run(o);
  } catch (const Trap &t) {
    o.kind = t.suspension ? Outcome::Suspended : Outcome::Trapped;
    o.message = t.message;
    o.frames = t.frames;
  } catch (const WasmException &) {
    o.kind = Outcome::Thrown;
  } catch (const Unlinkable &u) {
    o.kind = Outcome::Failed;
    o.message = u.message;
  }
  return o;
}

Outcome Runner::make(const Prepared &p, Instance *&instance) {
  instance = nullptr;
  if (!p.compiled)
    return {Outcome::Failed, p.error, {}, {}};
  return attempt([&](Outcome &) { instance = instantiate(code_.compiled(*p.compiled), import, this); });
}

Instance *Runner::instance(const std::optional<std::string> &name) {
  if (!name)
    return last_;
  auto at = named_.find(*name);
  return at == named_.end() ? nullptr : at->second;
}

Outcome Runner::act(const Action &a) {
  Instance *i = instance(a.instance);
  if (!i)
    return {Outcome::Failed, "there is no such instance", {}, {}};
  Extern e = exported(i, a.name);
  if (!e.object || e.kind != (a.get ? ExternKind::Global : ExternKind::Func))
    return {Outcome::Failed, "the instance does not export \"" + a.name + "\"", {}, {}};
  if (a.get) {
    auto *g = static_cast<GlobalObject *>(e.object);
    return {Outcome::Returned, "", {g->bits}, {g->type.type}};
  }
  auto *f = static_cast<FuncRef *>(e.object);
  const SubType &t = f->type->sub;
  if (a.args.size() != t.params.size())
    return {Outcome::Failed, "the function takes " + std::to_string(t.params.size()) + " arguments", {}, {}};
  std::vector<uint64_t> values(std::max({size_t(1), t.params.size(), t.results.size()}));
  for (size_t k = 0; k < a.args.size(); ++k) {
    const Value &v = a.args[k];
    values[k] = v.kind == Value::Num                                         ? v.bits
                : v.kind == Value::RefHost || v.kind == Value::RefExtern ? host_reference(v.bits)
                                                                             : 0;
  }
  return attempt([&](Outcome &o) {
    call(f, values.data());
    values.resize(t.results.size());
    o.values = values;
    o.types = t.results;
  });
}

void Runner::judge(const Command &c, const Outcome &o, bool ok, const std::string &expected) {
  if (ok)
    ++result.passed;
  else
    fail(c, "expected " + expected + ", got " + o.describe(), o);
}

void Runner::command(const Command &c) {
  auto prefixed = [&](const Outcome &o) { return o.message.starts_with(c.text); };
  auto quoted = [&] { return "\"" + c.text + "\""; };
  switch (c.kind) {
  case Command::DefineModule:
  case Command::DefineAndInstantiate: {
    const Prepared &p = prepared_[&c];
    last_module_ = &p;
    if (c.name)
      named_modules_[*c.name] = &p;
    if (c.kind == Command::DefineModule) {
      if (!p.compiled)
        fail(c, p.error);
      return;
    }
    Outcome o = make(p, last_);
    if (o.kind != Outcome::Returned)
      fail(c, "expected an instance, got " + o.describe(), o);
    if (c.name)
      named_[*c.name] = last_;
    return;
  }
  case Command::NewInstance: {
    const Prepared *p = c.module_name ? named_modules_[*c.module_name] : last_module_;
    Outcome o{Outcome::Failed, "there is no such module", {}, {}};
    if (p)
      o = make(*p, last_);
    if (o.kind != Outcome::Returned)
      fail(c, "expected an instance, got " + o.describe(), o);
    if (c.name)
      named_[*c.name] = last_;
    return;
  }
  case Command::Register:
    registered_[c.text] = instance(c.name);
    return;
  case Command::Run: {
    Outcome o = act(c.action);
    if (o.kind != Outcome::Returned)
      fail(c, "expected results, got " + o.describe(), o);
    return;
  }
  case Command::AssertReturn: {
    Outcome o = act(c.action);
    bool ok = o.kind == Outcome::Returned && o.values.size() == c.results.size();
    std::string expected = c.results.empty() ? "no results" : "results";
    for (size_t k = 0; k < c.results.size(); ++k) {
      ok = ok && matches(c.results[k], o.types[k], o.values[k]);
      expected += (k ? ", " : " ") + show(c.results[k]);
    }
    return judge(c, o, ok, expected);
  }
  case Command::AssertTrap:
  case Command::AssertExhaustion: {
    Outcome o = act(c.action);
    return judge(c, o, o.kind == Outcome::Trapped && prefixed(o), "trap " + quoted());
  }
  case Command::AssertException: {
    Outcome o = act(c.action);
    return judge(c, o, o.kind == Outcome::Thrown, "an exception");
  }
  case Command::AssertSuspension: {
    Outcome o = act(c.action);
    return judge(c, o, o.kind == Outcome::Suspended && prefixed(o), "suspension " + quoted());
  }
  case Command::AssertUnlinkable:
  case Command::AssertUninstantiable: {
    const Prepared *p = c.definition     ? &prepared_[&c]
                        : c.module_name ? named_modules_[*c.module_name]
                                         : last_module_;
    Instance *nobody;
    Outcome o{Outcome::Failed, "there is no such module", {}, {}};
    if (p)
      o = make(*p, nobody);
    bool links = c.kind == Command::AssertUninstantiable;
    return judge(c, o, o.kind == (links ? Outcome::Trapped : Outcome::Failed) && prefixed(o),
                 (links ? "trap " : "link error ") + quoted());
  }
  case Command::AssertMalformed:
  case Command::AssertInvalid:
  case Command::AssertMalformedCustom:
  case Command::AssertInvalidCustom:
  case Command::Broken:
    return; // judged by check
  }
}

void Runner::script(const std::vector<Command> &commands) {
  for (const Command &c : commands)
    if (c.kind == Command::DefineModule || c.kind == Command::DefineAndInstantiate ||
        ((c.kind == Command::AssertUnlinkable || c.kind == Command::AssertUninstantiable) && c.definition))
      prepare(c);
  if (!code_.load()) {
    ++result.failed;
    return;
  }
  for (const Command &c : commands)
    command(c);
}

} // namespace

CheckResult run(std::string_view text, const CompileOptions &o) {
  std::vector<Command> commands = parse_script(text), statics;
  for (const Command &c : commands)
    if (c.kind == Command::AssertMalformed || c.kind == Command::AssertInvalid ||
        c.kind == Command::AssertMalformedCustom || c.kind == Command::AssertInvalidCustom ||
        c.kind == Command::Broken)
      statics.push_back(c);
  auto *runner = new Runner(o); // instances live as long as the process
  runner->script(commands);
  CheckResult r = check(o.file, statics);
  r.passed += runner->result.passed;
  r.failed += runner->result.failed;
  r.skipped += runner->result.skipped;
  return r;
}

} // namespace wat
