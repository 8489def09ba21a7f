// `wat build`: executables and libraries.
#pragma once
#include "driver/compile.h"

namespace wat {

struct BuildOptions {
  CompileOptions compile;
  bool library = false;   // an object or an archive for embedders, instead of a program
  bool emit_llvm = false; // LLVM IR instead of either
  std::string name;       // of the module in a library; from the output when empty
  std::string output;     // "-" for standard output; from the input when empty
};

/// The module in a file, text or binary, validated. False after an error, already printed with its place.
bool load_file(const std::string &path, Module &m);

/// Builds from o.compile.file. False after errors, already printed.
bool build(BuildOptions o);

/// Links an object with the run-time libraries beside this program. False after errors, already printed.
bool link_program(const std::string &object, const std::string &output, bool debug);

} // namespace wat
