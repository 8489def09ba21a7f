// Printing is LLVM's SMDiagnostic throughout, also for what comes with no more than a line and a
// column, so that all diagnostics look the same.
#include "Diagnostics.h"

#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/Function.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace weftc {

namespace {

// LLVM gives its class of located diagnostics no classof.
const DiagnosticInfoWithLocationBase *as_located(const DiagnosticInfo &info) {
  switch (info.getKind()) {
  case DK_GenericWithLoc:
  case DK_LegalizationFailure:
  case DK_RegAllocFailure:
  case DK_ResourceLimit:
  case DK_StackSize:
  case DK_Unsupported:
  case DK_OptimizationFailure:
    return static_cast<const DiagnosticInfoWithLocationBase *>(&info);
  default:
    return nullptr;
  }
}

} // namespace

void Diagnostics::error(const Twine &text) {
  ++errors_;
  errs() << "weftc: ";
  WithColor::error(errs()) << text << "\n";
}

void Diagnostics::warning(const Twine &text) {
  errs() << "weftc: ";
  WithColor::warning(errs()) << text << "\n";
}

StringRef Diagnostics::line_of(StringRef file, unsigned line) {
  auto found = sources_.find(file);
  if (found == sources_.end()) {
    auto buffer = MemoryBuffer::getFile(file, /*IsText=*/true);
    found = sources_.try_emplace(file, buffer ? (*buffer)->getBuffer().str() : std::string()).first;
  }
  StringRef rest = found->second;
  while (--line && !rest.empty())
    rest = rest.split('\n').second;
  return rest.split('\n').first.rtrim('\r');
}

void Diagnostics::at(StringRef file, unsigned line, unsigned column, SourceMgr::DiagKind kind,
                     const Twine &text) {
  StringRef quoted = line ? line_of(file, line) : StringRef();
  std::string message = text.str();
  if (!line)
    show(SMDiagnostic(file, kind, message));
  else
    show(SMDiagnostic(SourceMgr(), SMLoc(), file, line, column ? int(column) - 1 : -1, kind,
                      message, quoted, {}));
}

void Diagnostics::show(const SMDiagnostic &diagnostic) {
  errors_ += diagnostic.getKind() == SourceMgr::DK_Error;
  diagnostic.print(nullptr, errs(), WithColor::defaultAutoDetectFunction()(errs()));
}

void Diagnostics::show(const DiagnosticInfo &info, StringRef file) {
  auto kind = SourceMgr::DK_Error;
  switch (info.getSeverity()) {
  case DS_Error:
    break;
  case DS_Warning:
    kind = SourceMgr::DK_Warning;
    break;
  case DS_Note:
    kind = SourceMgr::DK_Note;
    break;
  case DS_Remark:
    return; // clang shows remarks on request only
  }
  if (info.getKind() == DK_SrcMgr) { // inline assembly
    auto &assembly = cast<DiagnosticInfoSrcMgr>(info);
    const SMDiagnostic &inner = assembly.getSMDiag();
    at(file, assembly.getLocCookie(), 0, kind, "in inline assembly: " + inner.getMessage());
    return show(SMDiagnostic(SourceMgr(), SMLoc(), "<inline asm>", inner.getLineNo(),
                             inner.getColumnNo(), SourceMgr::DK_Note, "as the assembler sees it",
                             inner.getLineContents(), {}));
  }

  std::string text;
  raw_string_ostream stream(text);
  DiagnosticPrinterRawOStream printer(stream);
  info.print(printer);
  StringRef message = text;
  message = message.rtrim();

  StringRef path = file;
  unsigned line = 0, column = 0;
  if (auto *located = as_located(info)) {
    if (located->isLocationAvailable()) {
      located->getLocation(path, line, column);
      message.consume_front(located->getLocationStr() + ": ");
    }
    // Some kinds print "<unknown>:0:0: " themselves.
    message.consume_front("<unknown>:0:0: ");
  }
  at(path, line, column, kind, message);
}

} // namespace weftc
