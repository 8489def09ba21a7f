// Everything weftc says to its user. A mistake in an input is shown as compilers do, so that
// editors can jump to it: `file:line:col: error: text`, the line, a caret. Anything else is one
// line, `weftc: error: text`. Whoever reports an error goes on where that is useful; main asks at
// the end whether there was one.
#pragma once

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

#include <memory>
#include <string>

namespace weftc {

class Diagnostics {
public:
  void error(const llvm::Twine &text);
  void warning(const llvm::Twine &text);
  // Line and column count from 1; column 0 is unknown.
  void at(llvm::StringRef file, unsigned line, unsigned column, llvm::SourceMgr::DiagKind kind,
          const llvm::Twine &text);
  void show(const llvm::SMDiagnostic &diagnostic);
  // What LLVM and Weft's pass report about the module made from file.
  void show(const llvm::DiagnosticInfo &info, llvm::StringRef file);

  // Text that was read under this name; lines are quoted from it. Other files are read when needed.
  void add_source(llvm::StringRef file, llvm::StringRef text) { sources_[file] = text.str(); }

  bool has_errors() const { return errors_ != 0; }

private:
  llvm::StringRef line_of(llvm::StringRef file, unsigned line);

  llvm::StringMap<std::string> sources_;
  unsigned errors_ = 0;
};

} // namespace weftc
