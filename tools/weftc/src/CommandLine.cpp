// Each word of the command line means one thing or is an error; weftc guesses nothing. Combinations
// that could destroy something (an output that is an input, two outputs in one file) are refused
// here, before anything runs.
#include "CommandLine.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <optional>

using namespace llvm;

namespace weftc {

const char help_text[] = R"(usage: weftc INPUT... [options]

Makes a program of LLVM IR with Weft's markers, and of C, C++ and objects beside it.

inputs
  a.ll  b.bc         LLVM IR: verified, run through Weft's pass, compiled
  -                  the same from standard input
  c.c  d.cpp  e.s    compiled by clang with Weft's pass loaded
  f.o  g.a  h.so     linked as they are

options
  -o FILE            where the result goes (default a.out; for the others below, standard output
                     or INPUT.o); `-o -` is standard output
  -c, --emit=obj     stop at an object for each input
  -S, --emit=asm     stop at assembly
  --emit=llvm        stop at LLVM IR, after Weft's pass
  -O0 .. -O3         how much to optimize (default -O2)
  -g                 debug information; IR without any of its own gets the lines of the .ll
  -v                 print each step as a command that does the same
  -l NAME, -L DIR, -Wl,ARGS, -pthread, -static, -rdynamic    for the linker
  -I, -D, -U, -isystem, -include, -std=, -f.., -m.., -W..    for clang, with C and C++
  --version, --help

environment
  WEFT_CLANG         the clang++ for C, C++ and linking (default: that of weftc's LLVM)
)";

namespace {

Error error(const Twine &text) { return createStringError(text); }

std::optional<Language> language_of(StringRef path) {
  // Shared libraries have versions: libx.so.1.
  if (sys::path::filename(path).contains(".so."))
    return Language::Linked;
  return StringSwitch<std::optional<Language>>(sys::path::extension(path))
      .Cases({".ll", ".bc"}, Language::IR)
      .Case(".c", Language::C)
      .Cases({".cpp", ".cc", ".cxx", ".C"}, Language::Cxx)
      .Cases({".s", ".S"}, Language::Assembler)
      .Cases({".o", ".a", ".so"}, Language::Linked)
      .Default(std::nullopt);
}

bool is_same_file(StringRef a, StringRef b) {
  bool same = false;
  return !sys::fs::equivalent(a, b, same) && same;
}

Error add_input(Options &options, StringRef word) {
  Input input{word.str(), Language::IR};
  if (word == "-") {
    for (const Input &other : options.inputs)
      if (other.is_stdin())
        return error("standard input (-) is named twice; it can be read only once");
  } else {
    auto language = language_of(word);
    if (!language)
      return error(
          "'" + word +
          "': unknown kind of file; weftc takes .ll .bc .c .cpp .cc .cxx .s .o .a .so, and - "
          "for IR from standard input");
    if (sys::fs::is_directory(word))
      return error("'" + word + "' is a directory");
    if (std::error_code code = sys::fs::access(word, sys::fs::AccessMode::Exist))
      return error("'" + word + "': " + code.message());
    input.language = *language;
  }
  options.link_line.push_back({int(options.inputs.size()), ""});
  options.inputs.push_back(std::move(input));
  return Error::success();
}

Error check(const Options &options) {
  if (options.inputs.empty())
    return error("no input; `weftc --help` says what it takes");

  unsigned compiled = 0;
  for (const Input &input : options.inputs)
    compiled += input.language != Language::Linked;
  if (options.output != Output::Program) {
    if (!compiled)
      return error("nothing to compile: without a program to link, '" + options.inputs[0].path +
                   "' is not used");
    if (compiled > 1 && (!options.output_path.empty() || options.output != Output::Object))
      return error(Twine(compiled) +
                   " inputs would go into one output; without -o, -c writes one object for each");
  }

  StringRef path = options.output_path;
  if (path == "-") {
    if (options.output == Output::Program)
      return error("a program cannot go to standard output; give -o a file");
  } else if (!path.empty()) {
    if (sys::fs::is_directory(path))
      return error("-o '" + path + "' is a directory");
    StringRef folder = sys::path::parent_path(path);
    if (!folder.empty() && !sys::fs::is_directory(folder))
      return error("-o '" + path + "': there is no directory '" + folder + "'");
    for (const Input &input : options.inputs)
      if (!input.is_stdin() && is_same_file(input.path, path))
        return error("-o '" + path + "' is also an input, and would be overwritten");
  }
  return Error::success();
}

} // namespace

Expected<Options> parse_command_line(int argc, char **argv) {
  Options options;
  std::optional<Output> output;
  auto set_output = [&](Output wanted, StringRef word) -> Error {
    if (output && *output != wanted)
      return error("'" + word + "' contradicts an earlier -c, -S or --emit");
    output = wanted;
    return Error::success();
  };

  for (int i = 1; i < argc; ++i) {
    StringRef word = argv[i];
    // The argument of an option that may stand alone or be glued to it: -lm, -l m.
    auto argument = [&](StringRef option) -> std::optional<StringRef> {
      if (word.size() > option.size())
        return word.substr(option.size());
      return i + 1 < argc ? std::optional<StringRef>(argv[++i]) : std::nullopt;
    };

    if (word == "-" || !word.starts_with("-")) {
      if (Error e = add_input(options, word))
        return std::move(e);
    } else if (word == "--help" || word == "-h") {
      options.action = Action::Help;
      return options;
    } else if (word == "--version") {
      options.action = Action::Version;
      return options;
    } else if (word == "-v") {
      options.verbose = true;
    } else if (word == "-g") {
      options.debug_info = true;
    } else if (word == "-O") {
      options.opt_level = 1;
    } else if (word.starts_with("-O")) {
      if (word.size() != 3 || word[2] < '0' || word[2] > '3')
        return error("'" + word + "': the levels are -O0, -O1, -O2 and -O3");
      options.opt_level = word[2] - '0';
    } else if (word == "-c" || word == "--emit=obj") {
      if (Error e = set_output(Output::Object, word))
        return std::move(e);
    } else if (word == "-S" || word == "--emit=asm") {
      if (Error e = set_output(Output::Assembly, word))
        return std::move(e);
    } else if (word == "--emit=llvm") {
      if (Error e = set_output(Output::IR, word))
        return std::move(e);
    } else if (word.starts_with("--emit")) {
      return error("'" + word + "': what can be emitted is --emit=llvm, --emit=asm and --emit=obj");
    } else if (word.starts_with("-o")) {
      auto path = argument("-o");
      if (!path || path->empty())
        return error("-o needs a file");
      if (!options.output_path.empty())
        return error("-o is given twice: '" + options.output_path + "' and '" + *path + "'");
      options.output_path = path->str();
    } else if (word.starts_with("-l") || word.starts_with("-L")) {
      auto name = argument(word.take_front(2));
      if (!name || name->empty())
        return error("'" + word + "' needs an argument");
      options.link_line.push_back({-1, (word.take_front(2) + *name).str()});
    } else if (word.starts_with("-Wl,") || word == "-static" || word == "-rdynamic") {
      options.link_line.push_back({-1, word.str()});
    } else if (word == "-pthread" || word.starts_with("-fsanitize=")) {
      options.link_line.push_back({-1, word.str()});
      options.clang_flags.push_back(word.str());
    } else if (word == "-isystem" || word == "-include" || word == "-I" || word == "-D" ||
               word == "-U") {
      auto value = argument(word);
      if (!value)
        return error("'" + word + "' needs an argument");
      options.clang_flags.insert(options.clang_flags.end(), {word.str(), value->str()});
    } else if (word.starts_with("-I") || word.starts_with("-D") || word.starts_with("-U") ||
               word.starts_with("-std=") || word.starts_with("-f") || word.starts_with("-m") ||
               word.starts_with("-W")) {
      options.clang_flags.push_back(word.str());
    } else {
      return error("unknown option '" + word + "'; `weftc --help` lists them");
    }
  }
  options.output = output.value_or(Output::Program);
  if (Error e = check(options))
    return std::move(e);
  return options;
}

} // namespace weftc
