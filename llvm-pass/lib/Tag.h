//===- Tag.h - Tags and their signatures ------------------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tag is a constant %weft.tag = { ptr name, ptr signature }, known by its
// address. Here it is read, and what would make its address or its signature
// unreliable is named.
//===----------------------------------------------------------------------===//

#ifndef WEFT_TAG_H
#define WEFT_TAG_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/IR/GlobalVariable.h"
#include <optional>
#include <string>

namespace weft {

struct Signature {
  llvm::SmallVector<llvm::Type *, 8> Payload; ///< what a suspend by the tag sends
  llvm::SmallVector<llvm::Type *, 8> Answer;  ///< what it gets back

  /// Reads "i32,ptr->i64". On failure \p Why says what is wrong and where.
  static std::optional<Signature> parse(llvm::StringRef Text, llvm::LLVMContext &Context,
                                        std::string &Why);
};

/// "i32,ptr", as signatures spell it.
std::string spell(llvm::ArrayRef<llvm::Type *> Types);

struct Tag {
  llvm::GlobalVariable *Global;
  llvm::StringRef SignatureText;  ///< empty when it is defined in another module
  std::optional<Signature> Types; ///< nothing when it is defined in another module

  /// Reads the tag that \p V is the address of. \p V is a constant.
  static std::optional<Tag> read(llvm::Value *V, std::string &Why);
};

} // namespace weft

#endif
