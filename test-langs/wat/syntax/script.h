// Scripts (.wast): modules, actions on them and assertions about both, as plain data for whoever runs
// or checks them.
#pragma once
#include "syntax/module.h"

namespace wat {

/// A module as the script gives it.
struct Definition {
  enum Form : uint8_t { Text, Binary, Quote };
  Form form = Text;
  Pos pos;
  std::string bytes;          // Binary, Quote
  Module module;              // Text
  std::optional<Error> error; // Text that does not parse, which must not end the script
};

/// An argument or an expected result.
struct Value {
  enum Kind : uint8_t {
    Num,           // type, bits
    NanCanonical,  // type; results only, as all below up to Either but the references with a number
    NanArithmetic, // type
    RefNull,       // heap
    RefHost,       // bits: its number
    RefExtern,     // bits: its number
    AnyNull,       // (ref.null)
    RefType,       // heap: any non-null reference of it, as (ref.func)
    Either,        // one of `choices`
  };
  Kind kind = Num;
  Pos pos;
  ValType type;
  uint64_t bits = 0;
  HeapType heap;
  std::vector<Value> choices;
};

struct Action {
  bool get = false; // else invoke
  Pos pos;
  std::optional<std::string> instance; // the last one when not given
  std::string name;
  std::vector<Value> args;
};

struct Command {
  enum Kind : uint8_t {
    DefineModule, // definition, name: defined only
    NewInstance,  // name: of the instance, module_name: of its module; the last ones when not given
    DefineAndInstantiate, // definition, name: of both
    Register,             // text: the name for imports, name: the instance
    Run,                  // action
    AssertReturn,         // action, results
    AssertTrap,           // action, text
    AssertExhaustion,     // action, text
    AssertException,      // action
    AssertSuspension,     // action, text
    AssertMalformed,      // definition, text
    AssertInvalid,        // definition, text
    AssertMalformedCustom,
    AssertInvalidCustom,
    AssertUnlinkable,     // definition or, without one, module_name; text
    AssertUninstantiable, // the same; assert_trap of a module
    Broken,               // error: what is no command; nothing else in it
  };
  Kind kind = Run;
  Pos pos;
  std::optional<std::string> name, module_name;
  std::optional<Definition> definition;
  Action action;
  std::string text;
  std::vector<Value> results;
  std::optional<Error> error;
};

/// The commands of \p text, or one for the module when it is the fields of a module alone. A command
/// that does not parse becomes Broken and the next one is read; only what is left open, a string or a
/// comment, ends the script.
std::vector<Command> parse_script(std::string_view text);

/// The word that starts a command in a script.
const char *to_text(Command::Kind k);

} // namespace wat
