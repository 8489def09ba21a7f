// weftc: from LLVM IR with Weft's markers to a program, in one command. It is the shortest correct
// use of the pass and the runtime together, meant to be read by authors of compilers; -v shows the
// same as commands.
//
// The order of work: compile each input to an object (IR in this process, C and C++ by clang), then
// link all with libweft.a. Each step lives in its own file; this one only connects them.
#include "CommandLine.h"
#include "Compile.h"
#include "Diagnostics.h"
#include "Steps.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;

namespace weftc {

namespace {

// Where our own parts lie, from where weftc lies: in the build tree and installed alike.
struct Home {
  std::string program, library, plugin, include;

  explicit Home(const char *argv0) {
    static int anchor;
    SmallString<256> self(sys::fs::getMainExecutable(argv0, &anchor));
    program = self.str();
    StringRef bin = sys::path::parent_path(self);
    auto at = [&](const Twine &path) {
      SmallString<256> whole(bin);
      sys::path::append(whole, path);
      sys::path::remove_dots(whole, /*remove_dot_dot=*/true);
      return whole.str().str();
    };
    std::string plugin_name = ("weft-pass-" + Twine(LLVM_VERSION_MAJOR) + ".so").str();
    plugin = at(WEFT_LIBDIR "/weft/" + plugin_name);
    library = at(WEFT_LIBDIR "/libweft.a");
    if (!sys::fs::exists(plugin)) { // the build tree, which has all libraries in one folder
      plugin = at("../lib/" + plugin_name);
      library = at("../lib/libweft.a");
    }
    include = at("../include");
  }
};

class Driver {
public:
  Driver(const Options &options, const Home &home)
      : options_(options), home_(home), temp_(options.verbose) {}

  bool build() {
    std::vector<std::string> objects(options_.inputs.size());
    for (size_t i = 0; i < options_.inputs.size(); ++i) {
      const Input &input = options_.inputs[i];
      if (input.language == Language::Linked)
        objects[i] = input.path;
      else if (!compile(input, objects[i]))
        return false;
    }
    return options_.output != Output::Program || link(objects);
  }

  Diagnostics diagnostics;

private:
  bool fail(Error error) {
    diagnostics.error(toString(std::move(error)));
    return false;
  }

  // Where the result for this input goes; "-" is standard output.
  Expected<std::string> destination(const Input &input) {
    if (options_.output == Output::Program)
      return temp_.file(".o");
    if (!options_.output_path.empty())
      return options_.output_path;
    if (options_.output != Output::Object)
      return "-";
    return (input.is_stdin() ? "a" : sys::path::stem(input.path).str()) + ".o";
  }

  bool compile(const Input &input, std::string &object) {
    auto path = destination(input);
    if (!path)
      return fail(path.takeError());
    object = *path;
    return input.language == Language::IR ? compile_ir_input(input, object)
                                          : compile_by_clang(input, object);
  }

  bool compile_ir_input(const Input &input, const std::string &result_path) {
    auto buffer = MemoryBuffer::getFileOrSTDIN(input.path, /*IsText=*/false);
    if (!buffer)
      return fail(createStringError("'" + input.name() + "': " + buffer.getError().message()));
    if (options_.verbose)
      show_ir_step(input, result_path);
    std::string name = input.name();
    diagnostics.add_source(name, (*buffer)->getBuffer());
    SmallVector<char, 0> result;
    MemoryBufferRef named((*buffer)->getBuffer(), name);
    Output output = options_.output == Output::Program ? Output::Object : options_.output;
    return compile_ir(named, output, options_, diagnostics, result) && write(result_path, result);
  }

  // This step runs in this process. As a command it is weftc again; what is inside is shown by
  // LLVM's own tools, which do the same but for the attributes of Compile.cpp.
  void show_ir_step(const Input &input, const std::string &result_path) {
    std::string level = "-O" + std::to_string(options_.opt_level);
    Output output = options_.output == Output::Program ? Output::Object : options_.output;
    std::vector<std::string> command{home_.program, level, input.path, "-o", result_path};
    if (options_.debug_info)
      command.insert(command.begin() + 1, "-g");
    command.insert(command.begin() + 1, output == Output::IR         ? "--emit=llvm"
                                        : output == Output::Assembly ? "-S"
                                                                     : "-c");
    show_step(quoted(command));

    std::string inside = "#   = opt -load-pass-plugin=" + quoted({home_.plugin}) +
                         " -passes='default<O" + level.substr(2) + ">' " + quoted({input.path});
    if (output == Output::IR)
      inside += " -S";
    else
      inside += " | llc " + level + " -relocation-model=pic -frame-pointer=all -filetype=" +
                (output == Output::Assembly ? "asm" : "obj");
    show_step(inside + " -o " + quoted({result_path}));
  }

  bool write(const std::string &path, ArrayRef<char> bytes) {
    std::error_code code;
    raw_fd_ostream stream(path, code);
    if (!code) {
      stream.write(bytes.data(), bytes.size());
      stream.close();
      code = stream.error();
      stream.clear_error();
    }
    if (code)
      return fail(createStringError("cannot write '" + path + "': " + code.message()));
    return true;
  }

  Expected<std::string> clang(StringRef name) {
    std::string versioned = (name + "-" + Twine(LLVM_VERSION_MAJOR)).str();
    if (const char *chosen = getenv("WEFT_CLANG")) {
      if (auto found = sys::findProgramByName(chosen); found && sys::fs::can_execute(*found))
        return *found;
      return createStringError(Twine("WEFT_CLANG names '") + chosen + "', which is not a program");
    }
    if (auto found = sys::findProgramByName(name, {WEFT_LLVM_BIN}))
      return *found;
    if (auto found = sys::findProgramByName(versioned))
      return *found;
    return createStringError(
        versioned +
        " is needed to link and for C and C++, and is neither in " WEFT_LLVM_BIN
        " nor in PATH; on Debian: apt-get install clang-" +
        Twine(LLVM_VERSION_MAJOR));
  }

  bool compile_by_clang(const Input &input, const std::string &result_path) {
    auto program = clang(input.language == Language::Cxx ? "clang++" : "clang");
    if (!program)
      return fail(program.takeError());
    std::vector<std::string> command{*program, "-O" + std::to_string(options_.opt_level)};
    if (options_.debug_info)
      command.push_back("-g");
    if (input.language != Language::Assembler) {
      // What weftc gives functions of IR, by clang's names.
      for (const char *flag :
           {"-fno-omit-frame-pointer", "-fasynchronous-unwind-tables", "-fstack-clash-protection"})
        command.push_back(flag);
      command.push_back("-fpass-plugin=" + home_.plugin);
      command.push_back("-I" + home_.include);
    }
    command.insert(command.end(), options_.clang_flags.begin(), options_.clang_flags.end());
    switch (options_.output) {
    case Output::IR:
      command.insert(command.end(), {"-S", "-emit-llvm"});
      break;
    case Output::Assembly:
      command.push_back("-S");
      break;
    case Output::Object:
    case Output::Program:
      command.push_back("-c");
    }
    command.insert(command.end(), {input.path, "-o", result_path});
    return run(command);
  }

  bool link(ArrayRef<std::string> objects) {
    auto program = clang("clang++");
    if (!program)
      return fail(program.takeError());
    if (!sys::fs::exists(home_.library))
      return fail(createStringError("the runtime is missing: there is no " + home_.library));
    std::vector<std::string> command{*program, "-fuse-ld=lld", "-o",
                                     options_.output_path.empty() ? "a.out" : options_.output_path};
    for (const LinkWord &word : options_.link_line)
      command.push_back(word.input < 0 ? word.text : objects[word.input]);
    command.push_back(home_.library);
    command.insert(command.end(),
                   {"-ldl", "-lpthread"}); // what libweft.a needs besides the C++ library
    return run(command, /*is_link=*/true);
  }

  bool run(ArrayRef<std::string> command, bool is_link = false) {
    if (options_.verbose)
      show_step(quoted(command));
    auto outcome = run_program(command);
    if (!outcome)
      return fail(outcome.takeError());
    errs() << outcome->message;
    if (!outcome->status)
      return true;
    if (is_link && explain(outcome->message))
      return false;
    return fail(createStringError(
        sys::path::filename(command[0]) + " failed" +
        (outcome->status > 128 ? " by signal " + std::to_string(outcome->status - 128) : "") +
        "; its message is above"));
  }

  // The first undefined marker of an object, or "".
  static std::string marker_left_in(const Input &input) {
    if (input.language != Language::Linked)
      return "";
    auto file = object::ObjectFile::createObjectFile(input.path);
    if (!file) {
      consumeError(file.takeError());
      return "";
    }
    for (const object::SymbolRef &symbol : file->getBinary()->symbols()) {
      auto name = symbol.getName();
      if (!name)
        consumeError(name.takeError());
      else if (name->starts_with("weft."))
        return name->str();
    }
    return "";
  }

  // Linker errors that mean something particular to Weft's users.
  bool explain(StringRef message) {
    SmallVector<StringRef, 3> part;
    // libweft.a defines the markers by a symbol that tells what to do; weftc can also tell where.
    if (Regex("undefined symbol: (weft\\.|weft_marker_not_lowered)").match(message)) {
      std::string culprits;
      for (const Input &input : options_.inputs)
        if (std::string marker = marker_left_in(input); !marker.empty())
          culprits += (culprits.empty() ? "'" : ", '") + input.path + "' (" + marker + ")";
      diagnostics.error(
          "markers are left in " + (culprits.empty() ? "an object" : culprits) +
          ", which did not go through Weft's pass; compile with `clang -fpass-plugin=" +
          home_.plugin + "`, or give weftc the .ll, .c or .cpp");
      return true;
    }
    // Symbols of runtime/link_answers.cmake.
    if (Regex("weft_abi_mismatch__object_was_[a-z]+_for_abi([0-9]+_?[a-z0-9_]*)__this_libweft_is_"
              "abi([0-9]+_?[a-z0-9_]*)")
            .match(message, &part)) {
      diagnostics.error("an object was made for ABI " + part[1] +
                        " of Weft, and this libweft is of ABI " + part[2] +
                        "; compile it again with the pass and the headers of this Weft (ABI-01)");
      return true;
    }
    if (Regex("weft_sanitizer_mismatch__object_has_fsanitize_([a-z]+)").match(message, &part)) {
      diagnostics.error("-fsanitize=" + part[1] + " needs a libweft that was built with it, and " +
                        home_.library + " was not: use the weftc of a sanitizer build (ABI-02)");
      return true;
    }
    if (Regex("undefined symbol: main\n").match(message)) {
      diagnostics.error("no input defines main");
      return true;
    }
    return false;
  }

  const Options &options_;
  const Home &home_;
  TempFolder temp_;
};

} // namespace

int run(int argc, char **argv) {
  auto options = parse_command_line(argc, argv);
  if (!options) {
    Diagnostics().error(toString(options.takeError()));
    return 1;
  }
  switch (options->action) {
  case Action::Help:
    outs() << help_text;
    return 0;
  case Action::Version:
    outs() << "weftc " WEFT_VERSION " (LLVM " LLVM_VERSION_STRING ", "
           << sys::getDefaultTargetTriple() << ")\n";
    return 0;
  case Action::Build:
    break;
  }
  Home home(argv[0]);
  Driver driver(*options, home);
  return driver.build() ? 0 : 1;
}

} // namespace weftc

int main(int argc, char **argv) { return weftc::run(argc, argv); }
