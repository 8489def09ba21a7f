// Each module and each assertion about one is a case. An assertion's text must be where the message begins,
// as the specification's test suite wants it, or begin with a word further on, as in other engines' scripts.
#include "driver/check.h"
#include "syntax/binary.h"
#include "syntax/parse.h"
#include "valid/validate.h"

namespace wat {

Module load(const Definition &d) {
  if (d.form == Definition::Quote)
    return parse_module(d.bytes);
  if (d.form == Definition::Binary)
    return decode_binary(d.bytes);
  if (d.error)
    throw *d.error;
  return d.module;
}

std::string place(const std::string &file, const Definition &d, const Error &e) {
  std::string at = std::to_string(e.pos.line) + ":" + std::to_string(e.pos.column);
  if (d.form == Definition::Text)
    return file + ":" + at;
  if (d.form == Definition::Quote)
    return "line " + at + " of the quoted text";
  return "offset " + std::to_string(e.pos.column) + " of the binary";
}

namespace {

class Checker {
public:
  explicit Checker(const std::string &file) : file_(file) {}
  void command(const Command &c);
  CheckResult result;

private:
  void fail(const Command &c, const std::string &what) {
    ++result.failed;
    printf("%s:%u: %s: %s\n", file_.c_str(), c.pos.line, to_text(c.kind), what.c_str());
  }
  void must_be_good(const Command &c);
  void must_be_bad(const Command &c, Error::Kind kind);
  CanonicalTypes types_;
  std::string file_;
};

void Checker::must_be_good(const Command &c) {
  try {
    Module m = load(*c.definition);
    validate(m, types_);
    ++result.passed;
  } catch (const Error &e) {
    if (e.kind == Error::NotSupported)
      ++result.skipped;
    else
      fail(c, "expected a module, got \"" + e.message + "\" at " + place(file_, *c.definition, e));
  }
}

static bool says(const std::string &message, const std::string &text) {
  size_t at = message.find(text);
  return at == 0 || (at != std::string::npos && message[at - 1] == ' ');
}

void Checker::must_be_bad(const Command &c, Error::Kind kind) {
  static const char *const kinds[] = {"malformed", "invalid"};
  std::string expected = "expected " + std::string(kinds[kind]) + " \"" + c.text + "\", got ";
  try {
    Module m = load(*c.definition);
    if (kind == Error::Invalid)
      validate(m, types_);
    fail(c, expected + "no error");
  } catch (const Error &e) {
    if (e.kind == Error::NotSupported)
      ++result.skipped;
    else if (e.kind == kind && says(e.message, c.text))
      ++result.passed;
    else
      fail(c, expected + (e.kind == kind ? "" : std::string(kinds[e.kind]) + " ") + "\"" +
                  e.message + "\" at " + place(file_, *c.definition, e));
  }
}

void Checker::command(const Command &c) {
  switch (c.kind) {
  case Command::DefineModule:
  case Command::DefineAndInstantiate:
    return must_be_good(c);
  case Command::AssertUnlinkable:
  case Command::AssertUninstantiable:
    if (c.definition)
      must_be_good(c);
    return;
  case Command::AssertMalformed:
    return must_be_bad(c, Error::Malformed);
  case Command::AssertInvalid:
    return must_be_bad(c, Error::Invalid);
  case Command::AssertMalformedCustom:
  case Command::AssertInvalidCustom:
    ++result.skipped; // annotations are skipped, whatever stands in them
    return;
  case Command::Broken:
    if (c.error->kind == Error::NotSupported)
      ++result.skipped;
    else {
      ++result.failed;
      printf("%s:%u:%u: expected a command, got \"%s\"\n", file_.c_str(), c.error->pos.line,
             c.error->pos.column, c.error->message.c_str());
    }
    return;
  case Command::NewInstance:
  case Command::Register:
  case Command::Run:
  case Command::AssertReturn:
  case Command::AssertTrap:
  case Command::AssertExhaustion:
  case Command::AssertException:
  case Command::AssertSuspension:
    return; // for those who run it
  }
}

} // namespace

CheckResult check(const std::string &file, std::span<const Command> commands) {
  Checker checker(file);
  for (const Command &c : commands)
    checker.command(c);
  return checker.result;
}

} // namespace wat
