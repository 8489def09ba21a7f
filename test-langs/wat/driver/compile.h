// From a module to an object file, and from there to code that runs in this process or in one of its own.
#pragma once
#include "rt/instance.h"
#include <deque>
#include <string>

namespace wat {

struct CompileOptions {
  int level = 2;      // -O
  bool debug = false; // -g
  std::string file;   // where the module's positions are, for debug information and backtraces
};

/// What to make of a module. The object defines one name, `symbol`, which is its Compiled, and for a
/// program also main.
struct Unit {
  const Module &module;
  std::string symbol;
  bool program = false;
};

/// LLVM IR as the generator leaves it, before any pass. Both throw Error (NotSupported).
std::string emit_llvm(const Unit &u, const CompileOptions &o);
/// Writes an object file. Throws WriteFailed, too.
void compile(const Unit &u, const CompileOptions &o, const std::string &path);

struct WriteFailed {
  std::string message; // with the file's name
};

/// Runs a command and waits. False, with the reason on stderr, when it fails or cannot be run; what it
/// says itself goes to stderr as it is.
bool run_command(std::vector<std::string> command);

/// A directory that goes with its files.
class TempDir {
public:
  TempDir(); // throws WriteFailed
  ~TempDir();
  TempDir(const TempDir &) = delete;
  TempDir &operator=(const TempDir &) = delete;
  std::string file(const std::string &name); // its path

private:
  std::string dir_;
  std::vector<std::string> files_;
};

/// Compiles modules to objects and links them into one shared library, which it then loads. One link
/// for a whole script: it costs more than compiling most modules.
///
/// Rejected: LLVM's JIT. Weft's switch uses an initial-exec thread-local and unwinding crosses the code, for
/// both of which the system's loader needs nothing more.
class Code {
public:
  explicit Code(CompileOptions o) : options_(std::move(o)) {}
  /// `file` is where its positions are. Throws Error (NotSupported) and WriteFailed. Its number, for compiled().
  size_t add(const Module &m, const std::string &file);
  /// False, with the reason on stderr, when the linker or the loader fails.
  bool load();
  const Compiled &compiled(size_t number) const { return *modules_[number]; }

private:
  CompileOptions options_;
  std::optional<TempDir> dir_{std::in_place}; // until all is loaded
  std::vector<std::string> objects_;
  std::vector<const Compiled *> modules_;
};

} // namespace wat
