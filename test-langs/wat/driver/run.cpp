// A script runs in two rounds: all modules are compiled and linked at once, then the commands are
// executed in order. A module that does not compile fails its own command and those that need it, or they
// are counted as not supported when that is why.
#include "driver/run.h"
#include "driver/compile.h"
#include "driver/values.h"
#include "rt/backtrace.h"
#include "rt/call.h"
#include "valid/validate.h"
#include <algorithm>
#include <map>

namespace wat {

namespace {

struct Outcome {
  /// Unlinked: by instantiation. NotSupported: the module it needs. Failed: all else that a correct script
  /// would not do.
  enum Kind { Returned, Trapped, Suspended, Thrown, Unlinked, NotSupported, Failed } kind = Returned;
  std::string message;
  std::vector<Result> results;
  std::vector<uintptr_t> frames = {}; // of a trap
  std::string describe() const;
};

std::string Outcome::describe() const {
  switch (kind) {
  case Returned: {
    std::string s = "results";
    for (size_t k = 0; k < results.size(); ++k)
      s += (k ? ", " : " ") + show(results[k]);
    return results.empty() ? "no results" : s;
  }
  case Trapped:
    return "trap \"" + message + "\"";
  case Suspended:
    return "suspension \"" + message + "\"";
  case Thrown:
    return "an exception";
  case Unlinked:
    return "link error \"" + message + "\"";
  case NotSupported:
  case Failed:
    break;
  }
  return message;
}

class Runner {
public:
  explicit Runner(const CompileOptions &o) : code_(o), file_(o.file) {}
  void script(const std::vector<Command> &commands);
  CheckResult result;

private:
  struct Prepared {
    std::optional<size_t> compiled;
    Outcome error; // without it
  };
  /// What a command that makes an instance left.
  struct Made {
    Instance *instance = nullptr;
    Outcome::Kind kind = Outcome::Failed; // when there is none
  };
  void prepare(const Command &c);
  void command(const Command &c);
  void judge(const Command &c, const Outcome &o, bool ok, const std::string &expected);
  void fail(const Command &c, const std::string &what, const Outcome &o);
  Outcome make(const Prepared *p, Made &made);
  Outcome act(const Action &a);
  Made instance(const std::optional<std::string> &name);
  const Prepared *module(const std::optional<std::string> &name);
  void make_named(const Command &c, const Prepared *p);
  void hint(const std::vector<Command> &commands);
  static Extern import(void *runner, const ImportInfo &i);

  Code code_;
  std::string file_;
  std::map<const Command *, Prepared> prepared_;
  std::map<std::string, const Prepared *> named_modules_;
  const Prepared *last_module_ = nullptr;
  std::map<std::string, Made> named_, registered_;
  Made last_;
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
    bool known = e.kind != Error::NotSupported;
    p.error.kind = known ? Outcome::Failed : Outcome::NotSupported;
    p.error.message = "\"" + e.message + "\" at " + place(file_, *c.definition, e);
  } catch (const WriteFailed &e) {
    p.error = {Outcome::Failed, e.message, {}};
  }
}

Extern Runner::import(void *context, const ImportInfo &i) {
  auto *r = static_cast<Runner *>(context);
  if (auto at = r->registered_.find(std::string(i.module.view())); at != r->registered_.end())
    return at->second.instance ? exported(at->second.instance, i.field.view()) : Extern{};
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
    o.kind = Outcome::Unlinked;
    o.message = u.message;
  }
  return o;
}

Outcome Runner::make(const Prepared *p, Made &made) {
  made = {};
  Outcome o{Outcome::Failed, "there is no such module", {}};
  if (p && p->compiled)
    o = attempt([&](Outcome &) { made.instance = instantiate(code_.compiled(*p->compiled), import, this); });
  else if (p)
    o = p->error;
  if (!made.instance && o.kind == Outcome::NotSupported)
    made.kind = o.kind;
  return o;
}

Runner::Made Runner::instance(const std::optional<std::string> &name) {
  if (!name)
    return last_;
  auto at = named_.find(*name);
  return at == named_.end() ? Made{} : at->second;
}

const Runner::Prepared *Runner::module(const std::optional<std::string> &name) {
  if (!name)
    return last_module_;
  auto at = named_modules_.find(*name);
  return at == named_modules_.end() ? nullptr : at->second;
}

Outcome Runner::act(const Action &a) {
  auto failed = [](std::string why) { return Outcome{Outcome::Failed, std::move(why), {}}; };
  Made made = instance(a.instance);
  if (!made.instance)
    return {made.kind, "there is no such instance", {}};
  const Compiled &c = *made.instance->compiled;
  ExternKind kind = a.get ? ExternKind::Global : ExternKind::Func;
  const ExportInfo *at = std::find_if(c.exports.begin(), c.exports.end(), [&](const ExportInfo &e) {
    return e.name.view() == a.name && e.kind == uint32_t(kind);
  });
  if (at == c.exports.end())
    return failed("the instance does not export a " + std::string(a.get ? "global" : "function") + " \"" +
                  a.name + "\"");
  void *object = exported(made.instance, a.name).object;
  if (a.get)
    return {Outcome::Returned,
            "",
            {{plain(c.globals[at->index].type, c.types), static_cast<GlobalObject *>(object)->bits}}};
  const TypeInfo &t = c.types[c.funcs[at->index].type];
  size_t params = t.params, results = t.values.count - params;
  if (a.args.size() != params)
    return failed("the function takes " + std::to_string(params) + (params == 1 ? " argument" : " arguments"));
  std::vector<uint64_t> values(std::max({size_t(1), params, results}));
  for (size_t k = 0; k < params; ++k) {
    const Value &v = a.args[k];
    ValType want = t.values[k];
    if (v.kind == Value::Num ? want.kind != v.type.kind : !want.is_ref())
      return failed("argument " + std::to_string(k + 1) + " cannot be " + show(v));
    values[k] = v.kind == Value::Num                                         ? v.bits
                : v.kind == Value::RefHost || v.kind == Value::RefExtern ? host_reference(v.bits)
                                                                             : 0;
  }
  return attempt([&](Outcome &o) {
    call(static_cast<FuncRef *>(object), values.data());
    for (size_t k = 0; k < results; ++k)
      o.results.push_back({plain(t.values[params + k], c.types), values[k]});
  });
}

void Runner::judge(const Command &c, const Outcome &o, bool ok, const std::string &expected) {
  if (ok)
    ++result.passed;
  else if (o.kind == Outcome::NotSupported)
    ++result.skipped;
  else
    fail(c, "expected " + expected + ", got " + o.describe(), o);
}

/// A module's or an instance's command; only what is wrong with it is a case.
void Runner::make_named(const Command &c, const Prepared *p) {
  Outcome o = make(p, last_);
  if (o.kind != Outcome::Returned)
    judge(c, o, false, "an instance");
  if (c.name)
    named_[*c.name] = last_;
}

void Runner::command(const Command &c) {
  auto prefixed = [&](const Outcome &o) { return o.message.starts_with(c.text); };
  auto quoted = [&] { return "\"" + c.text + "\""; };
  switch (c.kind) {
  case Command::DefineModule:
  case Command::DefineAndInstantiate:
    last_module_ = &prepared_[&c];
    if (c.name)
      named_modules_[*c.name] = last_module_;
    if (c.kind == Command::DefineAndInstantiate)
      make_named(c, last_module_);
    else if (!last_module_->compiled)
      judge(c, last_module_->error, false, "a module");
    return;
  case Command::NewInstance:
    return make_named(c, module(c.module_name));
  case Command::Register:
    registered_[c.text] = instance(c.name);
    if (!registered_[c.text].instance)
      judge(c, {registered_[c.text].kind, "there is no such instance", {}}, false, "an instance");
    return;
  case Command::Run: {
    Outcome o = act(c.action);
    if (o.kind != Outcome::Returned)
      judge(c, o, false, "results");
    return;
  }
  case Command::AssertReturn: {
    Outcome o = act(c.action);
    bool ok = o.kind == Outcome::Returned && o.results.size() == c.results.size();
    std::string expected = c.results.empty() ? "no results" : "results";
    for (size_t k = 0; k < c.results.size(); ++k) {
      ok = ok && matches(c.results[k], o.results[k]);
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
    Made nobody;
    Outcome o = make(c.definition ? &prepared_[&c] : module(c.module_name), nobody);
    if (o.kind == Outcome::Returned)
      o = {Outcome::Failed, "an instance", {}};
    bool links = c.kind == Command::AssertUninstantiable;
    return judge(c, o, o.kind == (links ? Outcome::Trapped : Outcome::Unlinked) && prefixed(o),
                 (links ? "trap " : "link error ") + quoted());
  }
  case Command::AssertMalformed:
  case Command::AssertInvalid:
  case Command::AssertMalformedCustom:
  case Command::AssertInvalidCustom:
  case Command::Broken:
    return result.add(check(file_, {&c, 1}));
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
  hint(commands);
}

/// Nothing of a program alone runs here, and 0 of 0 does not say why.
void Runner::hint(const std::vector<Command> &commands) {
  if (commands.size() != 1 || commands[0].kind != Command::DefineAndInstantiate || !last_.instance)
    return;
  for (const char *name : {"_start", "main"})
    if (Extern e = exported(last_.instance, name); e.object && e.kind == ExternKind::Func)
      return void(fprintf(stderr, "wat: %s: nothing is asserted and nothing calls \"%s\": wat build makes a program of it\n",
                          file_.c_str(), name));
}

} // namespace

CheckResult run(std::string_view text, const CompileOptions &o) {
  auto *runner = new Runner(o); // instances live as long as the process
  runner->script(parse_script(text));
  return runner->result;
}

} // namespace wat
