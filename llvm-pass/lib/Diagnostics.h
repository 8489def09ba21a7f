//===- Diagnostics.h - Errors with the place in the source ------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors are collected first and reported together, since a host without a
// diagnostic handler of its own (opt) exits at the first one it is given.
//===----------------------------------------------------------------------===//

#ifndef WEFT_DIAGNOSTICS_H
#define WEFT_DIAGNOSTICS_H

#include "llvm/ADT/Twine.h"
#include <string>
#include <vector>

namespace llvm {
class Function;
class Instruction;
class LLVMContext;
} // namespace llvm

namespace weft {

class Diagnostics {
public:
  /// The place is the instruction's debug location; without one, what clang
  /// noted at the call (markers.h asks for it); without that, its function.
  void error(const llvm::Instruction &At, const llvm::Twine &Message);
  void error(const llvm::Function &At, const llvm::Twine &Message);
  /// For what is in no function, such as an initializer.
  void error(const llvm::Twine &Message);
  void warning(const llvm::Instruction &At, const llvm::Twine &Message);

  bool empty() const { return Errors.empty(); }

  /// Hands all of them to the context, in the order in which they came.
  void report(llvm::LLVMContext &Context);

private:
  struct Error {
    const llvm::Function *In;
    const llvm::Instruction *At;
    std::string Message;
    bool IsWarning = false;
  };
  std::vector<Error> Errors;
};

} // namespace weft

#endif
