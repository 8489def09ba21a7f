// From modules to code that runs in this process.
#pragma once
#include "rt/instance.h"
#include <deque>
#include <string>

namespace wat {

/// Compiles modules to objects and links them into one shared library, which it then loads. One link
/// for a whole script: it costs more than compiling most modules.
///
/// Rejected: LLVM's JIT. Weft's switch uses an initial-exec thread-local and unwinding crosses the code, for
/// both of which the system's loader needs nothing more.
class Code {
public:
  explicit Code(int level);
  ~Code();
  Code(const Code &) = delete;
  Code &operator=(const Code &) = delete;
  /// Throws Error (NotSupported). The module must outlive what is loaded. Its number, for compiled().
  size_t add(const Module &m);
  /// False, with the reason on stderr, when the linker or the loader fails.
  bool load();
  const Compiled &compiled(size_t number) const { return modules_[number]; }
  /// LLVM IR of one module as the generator leaves it.
  static std::string emit_llvm(const Module &m);

private:
  int level_;
  std::string dir_;
  std::vector<std::string> objects_;
  std::deque<Compiled> modules_;
};

} // namespace wat
