// What was asked of weftc. The command line is clang's where the two overlap, so that a build
// system can put weftc where it had clang; parsed by hand, since -l, -L and -Wl, must keep their
// order among the inputs (a general option library sorts options from inputs).
#pragma once

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace weftc {

enum class Action { Build, Help, Version };
enum class Output { Program, Object, Assembly, IR };
enum class Language { IR, C, Cxx, Assembler, Linked };

struct Input {
  std::string path; // "-" is standard input
  Language language;

  bool is_stdin() const { return path == "-"; }
  // For messages: what the user would call it.
  std::string name() const { return is_stdin() ? "<stdin>" : path; }
};

// One word of the link line: an input, by its index, or text handed to the linker as it is.
struct LinkWord {
  int input = -1;
  std::string text;
};

struct Options {
  Action action = Action::Build;
  Output output = Output::Program;
  std::vector<Input> inputs;
  std::vector<LinkWord> link_line;
  std::vector<std::string> clang_flags; // for .c, .cpp and .s alone: -I, -D, -std=, ..
  std::string output_path;              // empty: the default for what is asked
  int opt_level = 2;
  bool debug_info = false;
  bool verbose = false;
};

llvm::Expected<Options> parse_command_line(int argc, char **argv);

extern const char help_text[];

} // namespace weftc
