// The stages behind the command line: load packages, check, generate, optimise, emit, link.
#pragma once
#include "irgen/gen.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace minigo {

struct Options {
  std::string command; // run, build
  std::string input, output;
  std::vector<std::string> args; // of the program
  int level = 2;
  bool debug = false, emit_llvm = false, verbose = false;
  bool guest = false; // build: an object file for another program (minigo/minigo.h)
};

/// The Go source of a library package, nullptr if there is none.
const char *library_source(const std::string &path);

/// Packages in initialisation order, main last; empty after errors (reported in diag).
std::vector<Package *> load(const Options &o, Arena &arena, TypeTable &types, Diagnostics &diag,
                            std::vector<FuncInfo *> &functions);

/// Generates, optimises and writes an object file (or IR text when o.emit_llvm). False after
/// errors, already printed.
bool compile(const Options &o, const std::vector<Package *> &packages,
             const std::vector<FuncInfo *> &functions, TypeTable &types, Diagnostics &diag,
             const std::string &output);

/// Links an object with the run-time libraries beside this program. False after errors.
bool link_program(const Options &o, const std::string &object, const std::string &output,
                  const char *argv0);

} // namespace minigo
