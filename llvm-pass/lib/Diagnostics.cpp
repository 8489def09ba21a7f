//===- Diagnostics.cpp - Errors with the place in the source --------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// clang prints file, line and column, and the line itself, for two of LLVM's
// kinds of diagnostics: "unsupported", by debug info, and "inline asm", by the
// !srcloc that it puts on calls of functions declared with
// __attribute__((error)). Rejected: a kind of our own, which clang prints
// without any place.
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"
#include "compat/GenericDiagnostic.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instruction.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace weft;

namespace {

/// What opt and llc print: the place in the source, or else the IR.
class MarkerDiagnostic : public DiagnosticInfoUnsupported {
public:
  MarkerDiagnostic(const Function &In, const Instruction *At, const Twine &Message,
                   const DiagnosticLocation &Place, DiagnosticSeverity Severity)
      : DiagnosticInfoUnsupported(In, Message, Place, Severity), At(At) {}

  void print(DiagnosticPrinter &Out) const override {
    if (isLocationAvailable()) {
      Out << getLocationStr() << ": " << getMessage();
      return;
    }
    Out << "in function '" << getFunction().getName() << "': " << getMessage();
    if (At) {
      std::string Text;
      raw_string_ostream(Text) << *At;
      Out << "\n " << Text;
    }
  }

private:
  const Instruction *At;
};

DiagnosticLocation placeOf(const Function &In, const Instruction *At) {
  if (At && At->getDebugLoc())
    return DiagnosticLocation(At->getDebugLoc());
  // A function's own line is no place for one of its calls: IR says more.
  if (!At && In.getSubprogram())
    return DiagnosticLocation(In.getSubprogram());
  return DiagnosticLocation();
}

uint64_t srclocOf(const Instruction *At) {
  const MDNode *Node = At ? At->getMetadata("srcloc") : nullptr;
  if (!Node || Node->getNumOperands() == 0)
    return 0;
  auto *Cookie = mdconst::dyn_extract<ConstantInt>(Node->getOperand(0));
  return Cookie ? Cookie->getZExtValue() : 0;
}

/// A host without a handler gets \p D printed here, and the last error through
/// LLVMContext, which ends the process.
void deliver(LLVMContext &Context, const DiagnosticInfo &D, bool Last) {
  auto *Handler = const_cast<DiagnosticHandler *>(Context.getDiagHandlerPtr());
  if (Handler && Handler->handleDiagnostics(D))
    return;
  if (Last) {
    Context.diagnose(D);
    return;
  }
  DiagnosticPrinterRawOStream Out(errs());
  errs() << LLVMContext::getDiagnosticMessagePrefix(D.getSeverity()) << ": ";
  D.print(Out);
  errs() << '\n';
}

} // namespace

void Diagnostics::error(const Instruction &At, const Twine &Message) {
  Errors.push_back({At.getFunction(), &At, Message.str()});
}

void Diagnostics::error(const Function &At, const Twine &Message) {
  Errors.push_back({&At, nullptr, Message.str()});
}

void Diagnostics::error(const Twine &Message) {
  Errors.push_back({nullptr, nullptr, Message.str()});
}

void Diagnostics::warning(const Instruction &At, const Twine &Message) {
  Errors.push_back({At.getFunction(), &At, Message.str(), /*IsWarning=*/true});
}

void Diagnostics::report(LLVMContext &Context) {
  for (const Error &E : Errors) {
    bool Last = &E == &Errors.back();
    DiagnosticSeverity Severity = E.IsWarning ? DS_Warning : DS_Error;
    Twine Message(E.Message);
    if (!E.In) {
      deliver(Context, compat::GenericDiagnostic(Message), Last);
      continue;
    }
    DiagnosticLocation Place = placeOf(*E.In, E.At);
    if (uint64_t Cookie = Place.isValid() ? 0 : srclocOf(E.At)) {
      DiagnosticInfoInlineAsm AtCall(Cookie, Message, Severity);
      // Not through the context: without a handler it prints the bare number.
      auto *Handler = const_cast<DiagnosticHandler *>(Context.getDiagHandlerPtr());
      if (Handler && Handler->handleDiagnostics(AtCall))
        continue;
    }
    deliver(Context, MarkerDiagnostic(*E.In, E.At, Message, Place, Severity), Last);
  }
  Errors.clear();
}
